"""A query as words, quoted texts and signs."""

import re
from typing import Literal, TypeAlias

from msgspec import Struct

from chachaml_kernel.domain.language.misread import Misread

MAX_LENGTH = 10_000
"""Characters of a query."""

RESERVED = ("and", "or", "not", "in", "is", "null")

TokenKind: TypeAlias = Literal["word", "text", "open", "sign", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<word>[\w./:@+-]+)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<open>["'].*)
    | (?P<sign>!=|<=|>=|!~|[=<>~(),])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "r": "\r", "t": "\t"}
"""What may follow a backslash within quotes, and what it stands for."""


class Token(Struct, frozen=True):
    """A piece of a query as it is written, from character `at` up to `end`.

    An `open` one is a text whose quote is not closed: it goes on to the end.
    """

    kind: TokenKind
    text: str
    at: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)

    def is_keyword(self, *words: str) -> bool:
        """Tell whether it is one of some words of the language, in any case."""
        return self.kind == "word" and self.text.lower() in words


def tokens(query: str) -> list[Token]:
    """Return the pieces of a query, the last of which is its end; raise `Misread` if it has none.

    A quote that is not closed is not an error yet.
    """
    if len(query) > MAX_LENGTH:
        raise Misread(
            f"the query is {len(query):,} characters long; {MAX_LENGTH:,} are allowed",
            at=MAX_LENGTH,
        )
    found: list[Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(query, at)
        if match is None:
            at += len(query[at:]) - len(query[at:].lstrip())
            raise Misread(
                f"{query[at]!r} means nothing here; put texts that hold it in quotes", at=at
            )
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # they are the groups
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return found


def unquoted(token: Token) -> str:
    """Return what a quoted text says; raise `Misread` where it holds what no text may."""

    def unescape(match: re.Match[str]) -> str:
        if match[1] not in ESCAPES:
            raise Misread(
                f"{match[0]!r} means nothing; after a backslash comes one of {' '.join(ESCAPES)}",
                at=token.at + 1 + match.start(),
            )
        return ESCAPES[match[1]]

    for place, character in enumerate(token.text):
        if character == "\0" or "\ud800" <= character <= "\udfff":
            raise Misread("no text holds this character; remove it", at=token.at + place)
    return _ESCAPE.sub(unescape, token.text[1:-1])
