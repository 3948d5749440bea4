"""Ranges, entity tags and file names, without a server."""

import pytest
from chachaml_ui.api.streams import Span, Unsatisfiable, attachment, names_etag, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-3", Span(0, 4)),
        ("bytes=3-", Span(3, 7)),
        ("bytes=-3", Span(7, 3)),
        ("bytes=-99", Span(0, 10)),
        ("bytes=8-99", Span(8, 2)),
        (None, None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=3-1", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-3", None),
        ("bytes=a-b", None),
    ],
)
def test_a_range_of_ten_bytes(header: str | None, span: Span | None) -> None:
    assert read_range(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_outside_of_ten_bytes_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        read_range(header, 10)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1"])
def test_no_range_of_nothing_can_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        read_range(header, 0)


@pytest.mark.parametrize("header", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_an_entity_tag_is_found_in_a_list(header: str) -> None:
    assert names_etag(header, '"abc"')


@pytest.mark.parametrize("header", [None, '"ab"', "abc", ""])
def test_another_entity_tag_is_not_found(header: str | None) -> None:
    assert not names_etag(header, '"abc"')


def test_a_file_is_named_in_full_for_those_who_can_read_it() -> None:
    assert attachment('folder/modèle "1".pkl') == (
        "attachment; filename=\"mod_le _1_.pkl\"; filename*=UTF-8''mod%C3%A8le%20%221%22.pkl"
    )
