"""What may come next in a query that is being written."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from chachaml_kernel.domain.language.fields import KEYED, PARTS, KeyKind
from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.language.parser import CONNECTIVES, parsed
from chachaml_kernel.domain.language.printing import key_text
from chachaml_kernel.domain.language.words import ESCAPES, Token, tokens
from chachaml_kernel.errors import Invalid

SHOWN = 20
"""Keys that a completion has at most."""


class KeyPrefix(Struct, frozen=True):
    """The beginning of a key, of those that runs have."""

    kind: KeyKind
    prefix: str


class Completion(Struct, frozen=True):
    """Texts that could stand in a query from character `begin` up to `end`, without that.

    Where `keys` is there, fields with keys that begin so could stand there too.
    """

    begin: int
    end: int
    options: Sequence[str]
    keys: KeyPrefix | None = None


def complete(query: str, at: int) -> Completion:
    """Return what could stand where the cursor is, before character `at`, and what is typed of it.

    What follows the cursor is looked at only for where the word under it ends. A query that is
    wrong before the cursor has no completion. Raises `Invalid` for a cursor that is not in it.
    """
    if not 0 <= at <= len(query):
        raise Invalid(f"at is {at}; the query has {len(query)} characters")
    try:
        begin = _begin(tokens(query[:at]), at)
    except Misread:
        return Completion(at, at, ())
    typed, options = query[begin:at], _expected(query[:begin])
    end = _end(query, at) if typed else at
    keys, colon = _key_prefix(typed, options), typed.rpartition(":")
    if keys is not None and keys.kind == "metric" and colon[1] and '"' not in typed:
        return Completion(begin, end, [f"{colon[0]}:{part}" for part in _begun(PARTS, colon[2])])
    if keys is not None:
        return Completion(begin, end, (), keys)
    return Completion(begin, end, _begun(options, typed))


def with_keys(completion: Completion, keys: Sequence[str]) -> Completion:
    """Return a completion with those keys that runs have as options."""
    assert completion.keys is not None
    options = [f"{completion.keys.kind}.{key_text(key)}" for key in keys]
    return Completion(completion.begin, completion.end, options)


def _begin(before: Sequence[Token], at: int) -> int:
    """Return where the word begins that ends at the cursor, a key in quotes with its field."""
    *earlier, last = [token for token in before if token.kind != "end"] or before
    if last.end != at or last.kind not in ("word", "open"):
        return at
    if last.kind == "open" and earlier and earlier[-1].end == last.at:
        name = earlier[-1].text
        return earlier[-1].at if name.endswith(".") and name[:-1] in KEYED else last.at
    return last.at


def _end(query: str, at: int) -> int:
    try:
        return next(token.end for token in tokens(query) if token.at < at <= token.end)
    except (Misread, StopIteration):
        return at


def _expected(query: str) -> Sequence[str]:
    """Return what could follow a query, of what is one of few."""
    try:
        parsed(query)
    except Misread as wrong:
        return wrong.options if wrong.at == len(query) else ()
    return CONNECTIVES


def _key_prefix(typed: str, options: Sequence[str]) -> KeyPrefix | None:
    name, dot, key = typed.partition(".")
    for kind in KEYED:
        if dot and kind == name and f"{kind}." in options:
            return KeyPrefix(kind, _unquoted(key))
    return None


def _unquoted(key: str) -> str:
    """Return what a key says whose closing quote is not written yet."""
    if not key.startswith(('"', "'")):
        return key
    for escape, character in ESCAPES.items():
        key = key.replace(f"\\{escape}", character) if escape in "\"'" else key
    return key[1:].replace("\\\\", "\\")


def _begun(options: Iterable[str], typed: str) -> list[str]:
    return [option for option in options if option.startswith(typed.lower())]
