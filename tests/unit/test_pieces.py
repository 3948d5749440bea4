"""Pieces of a series: which become one chunk, and that none is made anew without end."""

import itertools

from chachaml_store_sql.series.pieces import ENOUGH, WORTH, Group, Head, Stretch, next_group
from chachaml_store_sql.series.segments import LENGTH
from hypothesis import given
from hypothesis import strategies as st

PIECES = st.lists(
    st.tuples(st.booleans(), st.integers(1, 300) | st.integers(900, LENGTH)), max_size=25
)


def laid_out(pieces: list[tuple[bool, int]], *, final: bool) -> Stretch:
    """Lay chunks and rows out one behind the other."""
    end, chunks = 0, []
    for is_chunk, length in pieces:
        if is_chunk:
            chunks.append((end, length))
        end += length
    return Stretch(0, end, chunks, final)


def sealed(stretch: Stretch) -> tuple[list[Group], list[Head]]:
    """Seal until nothing is left to do; return what was done, and the chunks that are there."""
    done: list[Group] = []
    chunks = list(stretch.chunks)
    settled = stretch.begin
    while len(group := next_group(Stretch(0, stretch.end, chunks, stretch.final), settled)):
        done.append(group)
        outside = [head for head in chunks if not group.first <= head[0] < group.end]
        chunks = sorted([*outside, (group.first, len(group))])
        settled = group.settled
    return done, chunks


def test_rows_fill_a_chunk_to_the_brim() -> None:
    assert next_group(Stretch(0, 5_000, [], final=False), 0) == Group(0, LENGTH, LENGTH)


def test_rows_that_others_may_join_wait() -> None:
    assert len(next_group(Stretch(0, LENGTH - 1, [], final=False), 0)) == 0


def test_short_chunks_go_together_as_far_as_one_can_hold_them() -> None:
    chunks = [(at, 300) for at in range(0, 4_500, 300)]
    assert next_group(Stretch(0, 4_500, chunks, final=False), 0) == Group(0, 3_900, 3_900)


def test_long_chunks_stay_as_they_are() -> None:
    chunks = [(at, ENOUGH) for at in range(0, 10 * ENOUGH, ENOUGH)]
    group = next_group(Stretch(0, 10 * ENOUGH, chunks, final=True), 0)
    assert (len(group), group.settled) == (0, 8 * ENOUGH)


def test_the_end_of_a_run_makes_a_chunk_of_what_is_left() -> None:
    assert len(next_group(Stretch(0, WORTH, [], final=True), 0)) == WORTH
    assert len(next_group(Stretch(0, WORTH - 1, [], final=True), 0)) == 0
    assert next_group(Stretch(0, 103, [(0, 100)], final=True), 0) == Group(0, 103, 0)


@given(pieces=PIECES, final=st.booleans())
def test_groups_keep_chunks_whole_and_make_each_point_anew_but_once(
    pieces: list[tuple[bool, int]], final: bool
) -> None:
    stretch = laid_out(pieces, final=final)
    done, chunks = sealed(stretch)
    assert all(0 < len(group) <= LENGTH for group in done)
    assert all(a.end <= b.first for a, b in itertools.pairwise(done))
    for first, length in stretch.chunks:
        assert any(begin <= first and first + length <= begin + held for begin, held in chunks)
    if final:
        for (a, long), (b, wide) in itertools.pairwise(chunks):
            assert a + long < b or long + wide > LENGTH or min(long, wide) >= ENOUGH
