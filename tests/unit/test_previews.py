"""What is shown of an artifact, by what it says it is and what it holds."""

import pytest
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_ui.previews.kinds import Kind, picture_type
from chachaml_ui.previews.preview import MOST, ROWS, Preview, preview

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
GIF = b"GIF89a" + bytes(10)
WEBP = b"RIFF\0\0\0\0WEBP"
AVIF = b"\0\0\0\x1cftypavif"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
UNDECLARED = "application/octet-stream"


def artifact(name: str, content_type: str, size: int) -> Artifact:
    return Artifact(
        id="a", run_id="r", name=name, size=size, content_type=content_type, sha256="", created_at=0
    )


def seen(body: bytes, content_type: str = UNDECLARED, *, name: str = "x") -> Preview:
    return preview(artifact(name, content_type, len(body)), body[:MOST])


@pytest.mark.parametrize(
    ("name", "declared", "head", "type_"),
    [
        ("a", "image/png", PNG, "image/png"),
        ("a", "IMAGE/PNG; a=b", PNG, "image/png"),
        ("a.PNG", UNDECLARED, PNG, "image/png"),
        ("a.jpg", UNDECLARED, b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a", "image/gif", GIF, "image/gif"),
        ("a", "image/webp", WEBP, "image/webp"),
        ("a", "image/avif", AVIF, "image/avif"),
        ("a.png", "text/plain", PNG, None),
        ("a.png", "image/png", SVG, None),
        ("a.png", "image/gif", PNG, None),
        ("a.svg", "image/svg+xml", SVG, None),
        ("a.html", "text/html", PNG, None),
        ("a.png", "image/png", b"", None),
    ],
)
def test_a_picture_is_one_by_its_type_and_by_its_bytes(
    name: str, declared: str, head: bytes, type_: str | None
) -> None:
    assert picture_type(artifact(name, declared, 100), head) == type_


@pytest.mark.parametrize(
    ("body", "content_type", "name", "kind"),
    [
        (PNG, "image/png", "a", Kind.PICTURE),
        (SVG, "image/png", "a", Kind.BINARY),
        (SVG, "image/svg+xml", "a.svg", Kind.TEXT),
        (b"<script>alert(1)</script>", "text/html", "a.html", Kind.TEXT),
        (b"a,b\n1,2\n", UNDECLARED, "a.csv", Kind.TABLE),
        (b"*a*", "text/markdown", "a", Kind.MARKDOWN),
        (b"epoch 1\nepoch 2\n", UNDECLARED, "train.log", Kind.TEXT),
        (b"\x80\x04\x95", UNDECLARED, "model.pkl", Kind.BINARY),
        (b"a\0b", "text/plain", "a", Kind.BINARY),
        ("a,b".encode("utf-16"), "text/csv", "a.csv", Kind.TABLE),
        ("a".encode("utf-32"), "text/plain", "a", Kind.BINARY),
        (b"\xff\xfe\0\xd8a\0", "text/plain", "half a pair", Kind.BINARY),
        (b"", UNDECLARED, "empty", Kind.TEXT),
    ],
)
def test_each_kind_is_shown_as_what_it_is(
    body: bytes, content_type: str, name: str, kind: Kind
) -> None:
    assert seen(body, content_type, name=name).kind == kind


def test_json_is_indented_and_what_is_none_is_shown_as_it_is() -> None:
    assert seen(b'{"a":[1]}', name="a.json").text == '{\n  "a": [\n    1\n  ]\n}'
    assert seen(b"{'a'}", name="a.json").text == "{'a'}"


@pytest.mark.parametrize("body", [b"[" * 900 + b"0," * 60_000 + b"0" + b"]" * 900, b"[" * 200_000])
def test_json_that_would_grow_without_measure_is_shown_as_it_is(body: bytes) -> None:
    assert seen(body, name="a.json").text == body.decode()


def test_a_table_has_its_first_rows_and_says_that_there_are_more() -> None:
    short = seen(b'a,b\n1,"x,\ny"\n', name="a.csv")
    assert short.rows == [["a", "b"], ["1", "x,\ny"]]
    assert not short.is_cut
    long = seen(b"a\tb\n" + b"1\t2\n" * (ROWS + 1), name="a.tsv")
    assert len(long.rows) == 1 + ROWS
    assert long.rows[1] == ["1", "2"]
    assert long.is_cut


def test_half_a_row_and_half_a_character_are_left_out() -> None:
    row = b"1," + b"2" * 9_998
    table = seen(b"\n".join([b"a,b", *[row] * 30]), name="a.csv")
    assert [len(cells[1]) for cells in table.rows] == [1] + [9_998] * (MOST // len(row))
    assert table.is_cut
    text = seen(b"a" * (MOST - 1) + "é".encode(), name="a.log")
    assert text.text == "a" * (MOST - 1)
    assert text.is_cut


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_text_even_if_cut_within_a_character(codec: str) -> None:
    body = f"\ufeff{'é' * MOST}".encode(codec)
    found = seen(body[: MOST + 1], "text/plain")
    assert found.text == "é" * (MOST // 2 - 1)
    odd = preview(artifact("x", "text/plain", len(body)), body[:7])
    assert (odd.text, odd.is_cut) == ("éé", True)


def test_a_field_that_no_table_can_hold_is_shown_as_text() -> None:
    assert seen(b'"' + b"a" * 200_000, name="a.csv").kind == Kind.TEXT
