"""Settings: a table of the configuration made into the typed dataclass that asks for it."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from chachaml_kernel.errors import ConfigError, Invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that was given as text by the environment variable `name`."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Settings as they were written: `name` is the table's, `data` where relative paths begin."""

    name: str
    values: Mapping[str, object] = field(repr=False)
    data: Path

    def place(self, setting: str) -> str:
        """Return how messages name a setting: its table, itself, and the variable that set it."""
        value = self.values.get(setting)
        source = f" (from {value.name})" if isinstance(value, Variable) else ""
        return f"[{self.name}] {setting}{source}"


def build(cls: type[T], table: Table) -> T:
    """Return the dataclass `cls` made of `table`; what it does not set has its default.

    A variable's text becomes what the field's type asks for; for a list it is split at commas.
    Raises `ConfigError` for a setting that is unknown, missing or of another type, and for what
    `cls` itself refuses. No value of a field with `repr=False` becomes part of a message of ours.
    """
    known = {setting.name: setting for setting in fields(cls) if setting.init}  # type: ignore[arg-type]
    hints = get_type_hints(cls, include_extras=True)
    for name in table.values:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            meant = suggest(name, known)
            raise ConfigError(f"{table.place(name)} is no setting; allowed: {allowed}{meant}")
    given: dict[str, Any] = {}
    for name, setting in known.items():
        if name in table.values:
            given[name] = _convert(setting, hints[name], table)
        elif isinstance(setting.default, Path):
            given[name] = table.data / setting.default
        elif setting.default is MISSING and setting.default_factory is MISSING:
            raise ConfigError(f"[{table.name}] lacks the setting {name!r}; add it")
    try:
        return cls(**given)
    except (ConfigError, Invalid, ValueError) as error:
        raise ConfigError(f"[{table.name}] {error}") from error


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" with the one of `known` that `word` is most like, or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _convert(setting: Field[Any], hint: object, table: Table) -> object:
    """Return the value of one setting as `hint` wants it; raise `ConfigError` if it cannot be."""
    value = table.values[setting.name]
    if isinstance(value, Variable):
        value = value.text
        if get_origin(hint) in (tuple, list):
            value = [part.strip() for part in value.split(",")]

    def make_path(kind: type, text: object) -> Path:
        if kind is not Path:
            raise NotImplementedError(f"{table.place(setting.name)}: settings cannot be {kind}")
        return table.data / msgspec.convert(text, str)

    try:
        return msgspec.convert(value, hint, strict=False, dec_hook=make_path)
    except msgspec.ValidationError as error:
        seen = f", not {value!r}" if setting.repr else ""
        wanted = _wanted(hint, error)
        raise ConfigError(f"{table.place(setting.name)} must be {wanted}{seen}") from None


def _wanted(hint: object, error: msgspec.ValidationError) -> str:
    """Return what would be right, and no part of the value."""
    kinds = (hint, *get_args(hint))
    choices = [repr(it) for kind in kinds if get_origin(kind) is Literal for it in get_args(kind)]
    if choices:
        return f"one of {', '.join(choices)}"
    wanted = re.sub(r"^Expected |, got `\w+`", "", str(error))
    return re.sub(r" - at `\$(.*)`$", r" at \1", wanted).replace("`", "")
