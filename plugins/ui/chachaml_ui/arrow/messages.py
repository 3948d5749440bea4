"""The messages of an Arrow stream, looked at before any of them is unpacked.

A message may be compressed, and pyarrow takes it as it comes, so that a small body could become
more than the memory holds. How much says its head, a flatbuffer of the layout in Arrow's
`Message.fbs`; a table of a flatbuffer finds its fields through a list of offsets before it.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from chachaml_kernel.errors import Invalid

V5 = 4
"""The metadata version of Arrow 1.0 and later, as the format numbers it from 0. Compression in
earlier ones is said elsewhere."""
VERSION, HEADER = 0, 2
LENGTHS, COMPRESSION = 2, 3
BATCH, IS_DELTA = 1, 2
"""Places of fields in the tables `Message`, `RecordBatch` and `DictionaryBatch`."""


def unpacked_size(body: bytes) -> int:
    """Return how many bytes the buffers of a stream take once they are unpacked.

    A dictionary counts again with each batch, since each batch is resolved against it. Raises
    `Invalid` for bytes that are not one stream.
    """
    source = pa.BufferReader(body)
    size = dictionary = 0
    with refusing_damage():
        for message in pa.ipc.MessageReader.open_stream(source):
            head, packed = memoryview(message.metadata), memoryview(message.body)
            if message.type == "schema":
                continue
            if message.type == "dictionary":
                own, is_delta = _dictionary_size(head, packed)
                dictionary = own + (dictionary if is_delta else 0)
                size += own
            else:
                size += dictionary + _batch_size(head, packed, _header(head))
        rest = len(body) - source.tell()
    if rest:
        raise Invalid(f"{rest} bytes follow the end of the Arrow stream; send one stream")
    return size


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn what pyarrow and `struct` say of damaged bytes into `Invalid`."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, struct.error) as error:
        said = str(error).partition("\n")[0][:300]
        raise Invalid(f"the body is not a whole and valid Arrow stream: {said}") from None


def _dictionary_size(head: memoryview, packed: memoryview) -> tuple[int, bool]:
    """Return how large a dictionary is, and whether it adds to the one before."""
    header = _header(head)
    is_delta = _field(head, header, IS_DELTA)
    batch = _followed(head, _field(head, header, BATCH))
    return _batch_size(head, packed, batch), bool(is_delta and head[is_delta])


def _batch_size(head: memoryview, packed: memoryview, batch: int) -> int:
    """Return how large the buffers of the `RecordBatch` at a place in `head` are."""
    if not _field(head, batch, COMPRESSION):
        return packed.nbytes
    place = _followed(head, _field(head, batch, LENGTHS))
    (count,) = struct.unpack_from("<I", head, place)
    size = 0
    for offset, length in struct.iter_unpack("<qq", head[place + 4 : place + 4 + 16 * count]):
        if length > 0:
            (own,) = struct.unpack_from("<q", packed, offset)
            if own < -1:
                raise struct.error("the length of a buffer is negative")
            size += length if own == -1 else own  # -1: as it is, for it would not get smaller
    return size


def _header(head: memoryview) -> int:
    """Return where the header of a message is; its kind is that of the message."""
    message = _followed(head, 0)
    version = _field(head, message, VERSION)
    if not version or struct.unpack_from("<h", head, version)[0] != V5:
        raise Invalid("the Arrow stream is in a format before Arrow 1.0; write metadata version 5")
    return _followed(head, _field(head, message, HEADER))


def _field(head: memoryview, table: int, place: int) -> int:
    """Return where the field of a table is, or 0 if the table lacks it."""
    offsets = table - struct.unpack_from("<i", head, table)[0]
    (size,) = struct.unpack_from("<H", head, offsets)
    if 4 + 2 * place >= size:
        return 0
    (offset,) = struct.unpack_from("<H", head, offsets + 4 + 2 * place)
    return table + offset if offset else 0


def _followed(head: memoryview, place: int) -> int:
    """Return where the reference at `place` leads to."""
    return int(place + struct.unpack_from("<I", head, place)[0])
