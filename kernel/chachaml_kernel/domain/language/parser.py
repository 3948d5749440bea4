"""From the text of a query to its tree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from chachaml_kernel.domain.language.fields import KEYED, KINDS, OPERATORS, PARTS, Kind, kind_of
from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.language.tree import (
    Comparison,
    Expression,
    Field,
    Missing,
    Not,
    Operator,
    Value,
    all_of,
    any_of,
)
from chachaml_kernel.domain.language.values import Unreadable, read
from chachaml_kernel.domain.language.words import RESERVED, Token, tokens, unquoted
from chachaml_kernel.domain.names import MAX_NAME
from chachaml_kernel.domain.runs import RunStatus

MAX_DEPTH = 50
MAX_TERMS = 100
MAX_VALUES = 1_000
"""Of a whole query."""

FIELDS = tuple(f"{name}." if name in KEYED else name for name in KINDS)
BEGINNINGS = (*FIELDS, "not", "(")
"""What a condition can begin with."""

CONNECTIVES = ("and", "or")


def parse(query: str) -> Expression | None:
    """Return the tree of a query, none for a blank one; raise `Misread` where it is wrong."""
    return parsed(query) if query.strip() else None


def parsed(query: str) -> Expression:
    """Return the tree of a query that says something; its end is where a blank one is wrong."""
    parser = _Parser(tokens(query))
    found = parser.any_of()
    parser.end()
    return found


@dataclass(slots=True)
class _Parser:
    """The tokens of a query, how many of them are read, and how much was found until there."""

    tokens: Sequence[Token]
    place: int = 0
    depth: int = 0
    terms: int = 0
    values: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.next
        if token.kind == "open":
            raise Misread(f"this quote is not closed; add a {token.text[0]}", at=token.at)
        self.place += 1
        return token

    def take_keyword(self, *words: str) -> bool:
        found = self.next.is_keyword(*words)
        self.place += found
        return found

    def take_sign(self, sign: str) -> bool:
        found = self.next.kind == "sign" and self.next.text == sign
        self.place += found
        return found

    def wrong(self, wanted: str, options: Sequence[str] = ()) -> Misread:
        """Return the error that something else is wanted where the next token is."""
        token = self.next
        if token.kind == "open":
            self.take()
        found = "the end" if token.kind == "end" else repr(token.text[:50])
        return Misread(f"{wanted} is wanted here, not {found}", at=token.at, options=options)

    def end(self) -> None:
        if self.next.kind != "end":
            raise self.wrong("'and', 'or' or the end", CONNECTIVES)

    def any_of(self) -> Expression:
        parts = [self.all_of()]
        while self.take_keyword("or"):
            parts.append(self.all_of())
        return any_of(*parts)

    def all_of(self) -> Expression:
        parts = [self.one()]
        while self.take_keyword("and"):
            parts.append(self.one())
        return all_of(*parts)

    def one(self) -> Expression:
        if self.next.is_keyword("not"):
            return self.deeper(lambda: Not(self.one()))
        if self.next.kind == "sign" and self.next.text == "(":
            return self.deeper(self.in_parentheses)
        return self.condition()

    def deeper(self, read_rest: Callable[[], Expression]) -> Expression:
        """Read on behind the next token, one level deeper."""
        if self.depth == MAX_DEPTH:
            raise Misread(f"this is nested more than {MAX_DEPTH} levels deep", at=self.next.at)
        self.place += 1
        self.depth += 1
        found = read_rest()
        self.depth -= 1
        return found

    def in_parentheses(self) -> Expression:
        found = self.any_of()
        if not self.take_sign(")"):
            raise self.wrong("'and', 'or' or ')'", (*CONNECTIVES, ")"))
        return found

    def condition(self) -> Expression:
        at = self.next.at
        field = self.field()
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise Misread(f"these are more than {MAX_TERMS} conditions; use 'in (…)'", at=at)
        if self.take_keyword("is"):
            return self.is_null(field)
        operator = self.operator(field)
        if operator in ("in", "not in"):
            return Comparison(field, operator, tuple(self.several(field)))
        return Comparison(field, operator, (self.value(field, operator),))

    def is_null(self, field: Field) -> Expression:
        is_not = self.take_keyword("not")
        if not self.take_keyword("null"):
            raise self.wrong("'null'", ("null",) if is_not else ("null", "not null"))
        return Not(Missing(field)) if is_not else Missing(field)

    def field(self) -> Field:
        token = self.next
        if token.kind != "word" or token.is_keyword(*RESERVED):
            raise self.wrong("a field", BEGINNINGS)
        self.take()
        name, dot, rest = token.text.partition(".")
        if name in KINDS and name not in KEYED and not dot:
            return Field(name)  # type: ignore[arg-type]  # checked just now
        if name not in KEYED:
            raise _no_field(token)
        key, part = self.key(token, rest)
        if not dot or not key or len(key) > MAX_NAME:
            raise Misread(
                f'{name} needs a key of 1 to {MAX_NAME} characters: {name}.KEY or {name}."a key"',
                at=token.end if not key else token.at,
            )
        return Field(name, key, part)  # type: ignore[arg-type]  # checked above

    def key(self, token: Token, rest: str) -> tuple[str, str]:
        """Return the key and the part of a field, of which `rest` was read with its name."""
        colon_at = token.at + token.text.find(":")
        key, colon, part = rest.partition(":")
        is_quoted = self.next.kind in ("text", "open") and self.next.at == token.end
        if token.text.endswith(".") and not rest and is_quoted:
            quoted = self.take()
            key = unquoted(quoted)
            if self.next.at == quoted.end and self.next.text.startswith(":"):
                colon_at = self.next.at
                colon, part = ":", self.take().text[1:]
        if colon and not token.text.startswith("metric."):
            raise Misread(
                "only metrics have parts; put a key that holds ':' in quotes", at=colon_at
            )
        if colon and part not in PARTS:
            raise Misread(
                f"a metric has no part {part[:50]!r}; use {', '.join(PARTS)}, or put a key that "
                "holds ':' in quotes",
                at=colon_at + 1,
                options=PARTS,
            )
        return key, part

    def operator(self, field: Field) -> Operator:
        token, allowed = self.next, OPERATORS[kind_of(field)]
        options = (*allowed, "is null", "is not null")
        found = self.any_operator()
        if found is None:
            raise self.wrong(f"one of {', '.join(options)}", options)
        if found not in allowed:
            raise Misread(
                f"{field.name} cannot be compared by {found!r}; use one of {', '.join(options)}",
                at=token.at,
                options=options,
            )
        return found

    def any_operator(self) -> Operator | None:
        if self.take_keyword("in"):
            return "in"
        if self.take_keyword("not"):
            if not self.take_keyword("in"):
                raise self.wrong("'in'", ("in",))
            return "not in"
        if self.next.kind == "sign" and self.next.text in get_args(Operator):
            return self.take().text  # type: ignore[return-value]  # checked just now
        return None

    def several(self, field: Field) -> list[Value]:
        if not self.take_sign("("):
            raise self.wrong("'('", ("(",))
        found = [self.value(field, "in")]
        while self.take_sign(","):
            found.append(self.value(field, "in"))
        if not self.take_sign(")"):
            raise self.wrong("',' or ')'", (",", ")"))
        return found

    def value(self, field: Field, operator: Operator) -> Value:
        kind, token = kind_of(field), self.next
        options = OPTIONS.get(kind, ())
        if token.kind not in ("word", "text"):
            raise self.wrong("a value", options)
        if token.is_keyword(*RESERVED):
            way_out = "use 'is null'" if token.is_keyword("null") else "put it in quotes"
            raise Misread(f"{token.text!r} is a word of the language; {way_out}", at=token.at)
        self.take()
        self.values += 1
        if self.values > MAX_VALUES:
            raise Misread(f"these are more than {MAX_VALUES:,} values", at=token.at)
        text = unquoted(token) if token.kind == "text" else token.text
        is_text = token.kind == "text" or operator in ("~", "!~")
        try:
            value = read(kind, text, quoted=is_text)
        except Unreadable as error:
            raise Misread(str(error), at=token.at, options=options) from None
        fault = _senseless(operator, value)
        if fault:
            raise Misread(fault, at=token.at)
        return value


OPTIONS: dict[Kind, tuple[str, ...]] = {
    "status": tuple(status.value for status in RunStatus),
    "flag": ("true", "false"),
}
"""The values that a field can have, where they are few."""


def _senseless(operator: Operator, value: Value) -> str:
    """Return why a value is never compared so, if it is not."""
    if operator in ("<", "<=", ">", ">=") and value != value:
        return f"nothing is {operator} nan; use = or !="
    if operator in ("~", "!~") and isinstance(value, str) and not 1 <= len(value) <= MAX_NAME:
        return f"what {operator} looks for has 1 to {MAX_NAME} characters"
    return ""


def _no_field(token: Token) -> Misread:
    name, dot, _ = token.text[:50].partition(".")
    near = get_close_matches(f"{name}{dot}".lower(), FIELDS, n=2)
    shown = [f"{each}KEY" if each.endswith(".") else each for each in near or FIELDS]
    there = f"did you mean {' or '.join(shown)}?" if near else f"there are {', '.join(shown)}"
    return Misread(f"no field is named {name!r}; {there}", at=token.at, options=near or FIELDS)
