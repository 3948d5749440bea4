"""Keys of points in an Arrow stream: texts, as the format allows them to be written."""

from array import array

import pyarrow as pa
import pyarrow.compute as pc
from chachaml_kernel.errors import Invalid
from pyarrow import types

from chachaml_ui.arrow.columns import as_type, flat

MOST = 64 * 1024 * 1024
"""Bytes that keys may take once they are unpacked from views, of which many may share bytes."""


def read_keys(column: pa.ChunkedArray) -> tuple[pa.Array, list[str]]:
    """Return the keys that there are, each once, and for each row the place of its own.

    Raises `Invalid` with the row that has no key.
    """
    _check_views(column)
    parts = [_encoded(part) for part in column.chunks]
    keys = parts[0] if len(parts) == 1 else pa.chunked_array(parts).unify_dictionaries()
    keys = flat(keys)
    if keys.indices.null_count:
        row = pc.index(keys.indices.is_null(), value=True).as_py()
        raise Invalid(f"the key in row {row} is null; every point has a key")
    return keys.indices, keys.dictionary.to_pylist()


def _encoded(part: pa.Array) -> pa.DictionaryArray:
    """Return texts as a dictionary of strings with each of them once, and 32-bit indices."""
    if not types.is_dictionary(part.type):
        return _strings(part).dictionary_encode()
    dictionary, indices = _strings(part.dictionary), as_type(part.indices, pa.int32())
    texts = dictionary.to_pylist()
    if None in texts or len(set(texts)) < len(texts):
        unique = dictionary.dictionary_encode()
        dictionary, indices = unique.dictionary, unique.indices.take(indices)
    return pa.DictionaryArray.from_arrays(indices, dictionary, safe=False)


def _strings(texts: pa.Array) -> pa.Array:
    return texts.cast(pa.string()) if types.is_string_view(texts.type) else texts


def _check_views(column: pa.ChunkedArray) -> None:
    parts = [part.dictionary if types.is_dictionary(part.type) else part for part in column.chunks]
    size = sum(_viewed_size(part) for part in parts if types.is_string_view(part.type))
    if size > MOST:
        raise Invalid(f"the keys take {size} bytes, of at most {MOST}; send them as a dictionary")


def _viewed_size(texts: pa.StringViewArray) -> int:
    """Return how many bytes texts have together; each view begins with its length in four bytes."""
    views = array("i")
    views.frombytes(memoryview(texts.buffers()[1]) if len(texts) else b"")
    return sum(views[4 * texts.offset : 4 * (texts.offset + len(texts)) : 4])
