"""A preview: the first bytes of an artifact as text, as rows, or as HTML of ours."""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

from chachaml_kernel.domain.artifacts import Artifact
from markupsafe import Markup
from msgspec import Struct

from chachaml_ui.previews.kinds import Kind, expected_kind, media_type, picture_type
from chachaml_ui.prose import prose

MOST = 256 * 1024
"""Bytes that are read for a preview."""
ROWS = 100
COLUMNS = 50
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PRETTY = 1024 * 1024
"""Characters that JSON may have when it is indented; else it is shown as it is."""


class Preview(Struct, frozen=True, kw_only=True):
    """What is shown of an artifact; `is_cut` says that it is not all of it."""

    kind: Kind
    text: str = ""
    rows: Sequence[Sequence[str]] = ()
    html: Markup | None = None
    is_cut: bool = False


def preview(artifact: Artifact, head: bytes) -> Preview:
    """Return what to show of an artifact that begins with `head`, its first `MOST` bytes."""
    kind = expected_kind(artifact)
    if kind is Kind.PICTURE:
        is_one = picture_type(artifact, head) is not None
        return Preview(kind=Kind.PICTURE if is_one else Kind.BINARY)
    is_cut = artifact.size > len(head)
    text = _text(head, is_cut=is_cut)
    if text is None:
        return Preview(kind=Kind.BINARY)
    if kind is Kind.TABLE:
        return _table(artifact, text, is_cut=is_cut)
    if kind is Kind.MARKDOWN:
        return Preview(kind=kind, text=text, html=prose(text), is_cut=is_cut)
    if kind is Kind.JSON and not is_cut:
        return Preview(kind=kind, text=pretty(text))
    return Preview(kind=Kind.TEXT, text=text, is_cut=is_cut)


def pretty(text: str) -> str:
    """Return JSON with a line for each value; `text` itself if it is none, or would grow long."""
    try:
        pieces = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(text))
        written = "".join(_up_to(PRETTY, pieces))
    except (ValueError, RecursionError):
        return text
    return written


def _up_to(most: int, pieces: Iterable[str]) -> Iterator[str]:
    """Yield `pieces`; raise `ValueError` when they have more than `most` characters."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > most:
            raise ValueError(f"more than {most} characters")
        yield piece


def _text(head: bytes, *, is_cut: bool) -> str | None:
    """Return `head` as text, less a character that it ends within; none if it is no text.

    Text is UTF-8, or UTF-16 that begins with a byte order mark.
    """
    name = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(name)()
    try:
        text = decoder.decode(head, final=not is_cut)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _table(artifact: Artifact, text: str, *, is_cut: bool) -> Preview:
    delimiter = "\t" if media_type(artifact) == "text/tab-separated-values" else ","
    try:
        read = list(islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), ROWS + 2))
    except csv.Error:
        return Preview(kind=Kind.TEXT, text=text, is_cut=is_cut)
    if is_cut and len(read) <= ROWS + 1:
        read = read[:-1]  # the last row may be half a row
    wide = any(len(row) > COLUMNS for row in read)
    rows = [row[:COLUMNS] for row in read[: ROWS + 1]]
    return Preview(kind=Kind.TABLE, rows=rows, is_cut=is_cut or wide or len(read) > ROWS + 1)
