"""Bodies that are no Arrow streams, or hostile ones: refused, and nothing else happens."""

import struct
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
from chachaml_kernel.errors import Invalid
from chachaml_ui.arrow.bodies import read_points
from chachaml_ui.arrow.messages import unpacked_size
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.http.arrow import encoded, stream

COLUMNS = {
    "key": pa.array(["loss", "accuracy", "loss", "loss"]),
    "value": [0.9, 0.5, 0.4, 0.3],
    "step": pa.array([0, None, 2, 3]),
    "timestamp": pa.array([5, 6, None, 8]).cast(pa.timestamp("us", "UTC")),
}
VIEWS = pa.array(["a key that is too long for a view", "b", "c", "b"], pa.string_view())
SOUND = [
    stream(COLUMNS),
    stream({**COLUMNS, "key": COLUMNS["key"].dictionary_encode()}, batch=3),
    stream({**COLUMNS, "key": COLUMNS["key"].dictionary_encode()}, compression="zstd"),
    stream(COLUMNS, compression="lz4"),
    stream({**COLUMNS, "key": VIEWS}),
    stream({**COLUMNS, "key": VIEWS.dictionary_encode()}),
]
END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def refused(body: bytes) -> str:
    with pytest.raises(Invalid) as error:
        read(body)
    return error.value.detail


def read(body: bytes) -> int:
    """Return how many points a body logs, as the server finds out."""
    if unpacked_size(body) > 1_000_000:
        raise Invalid("too large")
    return sum(map(len, read_points(body, 0).values()))


@settings(max_examples=400)
@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 3_000), st.binary(min_size=1, max_size=8)), max_size=4),
    st.integers(0, 3_000) | st.none(),
)
def test_a_damaged_stream_is_read_or_refused(
    body: bytes, changes: list[tuple[int, bytes]], length: int | None
) -> None:
    damaged = bytearray(body)
    for place, changed in changes:
        at = place % len(body)
        damaged[at : at + len(changed)] = changed
    with suppress(Invalid):
        assert read(bytes(damaged[:length])) >= 0


@given(st.binary(max_size=200))
@example(b"")
@example(b"\xff\xff\xff\xff")
@example(b"\xff\xff\xff\xff\xff\xff\xff\x7f")
@example(b'{"loss": 0.4}')
def test_bytes_that_are_no_stream_are_refused(body: bytes) -> None:
    assert "Arrow stream" in refused(body)


@pytest.mark.parametrize("body", SOUND)
def test_a_stream_that_is_cut_off_in_a_message_is_refused(body: bytes) -> None:
    whole = len(body) - len(END)
    assert read(body[:whole]) == 4, "the mark at the end may be left out"
    for length in (whole - 1, whole - 64, whole // 2, 100, 5):
        assert "whole and valid" in refused(body[:length])


def test_a_second_stream_behind_the_first_is_not_lost() -> None:
    assert f"{len(SOUND[0])} bytes follow" in refused(SOUND[0] + SOUND[0])


def test_a_stream_without_a_schema_is_refused() -> None:
    schema = pa.ipc.read_schema(pa.py_buffer(SOUND[0])).serialize().to_pybytes()
    assert SOUND[0].startswith(schema)
    assert "whole and valid" in refused(SOUND[0][len(schema) :])


def test_an_old_format_is_refused_with_what_to_write() -> None:
    options = pa.ipc.IpcWriteOptions(metadata_version=pa.ipc.MetadataVersion.V4)
    table = pa.table(COLUMNS)
    assert "version 5" in refused(encoded(table.schema, table.to_batches(), options))


def test_keys_beyond_their_dictionary_are_refused() -> None:
    indices = pa.array([0, 9], pa.int32())
    keys = pa.DictionaryArray.from_arrays(indices, pa.array(["a"]), safe=False)
    assert "whole and valid" in refused(stream({"key": keys, "value": [1.0, 2.0]}))


def test_keys_that_are_no_unicode_are_refused() -> None:
    keys = pa.array([b"\xff\xfe"]).view(pa.string())
    assert "whole and valid" in refused(stream({"key": keys, "value": [1.0]}))


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_a_compressed_stream_counts_at_its_full_size(compression: str) -> None:
    keys = pa.array(["a"] * 1_000_000).dictionary_encode()
    columns = {"key": keys, "value": pa.repeat(1.0, 1_000_000)}
    body = stream(columns, compression=compression)
    plain = stream(columns)
    assert len(body) * 20 < len(plain)
    assert len(plain) * 0.9 < unpacked_size(body) <= len(plain)
    assert len(plain) * 0.9 < unpacked_size(plain) <= len(plain)


def test_a_buffer_that_only_claims_to_be_large_counts_as_what_it_claims() -> None:
    body = stream({"key": ["a"] * 999, "value": [1.0] * 999}, compression="zstd")
    claim = struct.pack("<q", 999 * 8)
    assert body.count(claim) == 1
    assert unpacked_size(body.replace(claim, struct.pack("<q", 2**40))) > 2**40
    assert "whole and valid" in refused(body.replace(claim, struct.pack("<q", -2)))


def test_a_dictionary_counts_again_with_each_batch() -> None:
    keys = pa.DictionaryArray.from_arrays(pa.array([0] * 100), pa.array(["x" * 10_000]))
    body = stream({"key": keys, "value": [1.0] * 100}, batch=1)
    assert len(body) < 50_000
    assert unpacked_size(body) > 100 * 10_000


def test_many_views_of_the_same_bytes_are_not_all_unpacked() -> None:
    count = 30_000
    data = b"x" * 4_000
    view = struct.pack("<i4sii", len(data), data[:4], 0, 0)
    buffers: list[Any] = [None, pa.py_buffer(view * count), pa.py_buffer(data)]
    keys = pa.Array.from_buffers(pa.string_view(), count, buffers)
    body = stream({"key": keys, "value": [1.0] * count})
    assert "send them as a dictionary" in refused(body)
