"""What may be a name, a key or a text, and how many of a kind may come together."""

from collections.abc import Sized

from chachaml_kernel.errors import Invalid

MAX_TOGETHER = 10_000
"""Params, metrics, tags or datasets in one request: each is a row for the store to find or write,
while others wait."""

MAX_NAME = 250
"""Characters that a key or a name may have."""
MAX_TEXT = 100_000
"""Characters that a note, a description, a tag's value or an error may have."""


def check_name(what: str, name: str) -> str:
    """Return `name` if it may name a `what` (an experiment, a run, a model), else raise `Invalid`.

    It may hold any printable character, blanks and `/` included; it is not empty, not blank, at
    most 250 characters long, and not `.` or `..`, which no URL path can hold.
    """
    if not name.strip():
        raise Invalid(f"{what} must not be empty; give it at least one visible character")
    if len(name) > MAX_NAME:
        raise Invalid(f"{what} is {len(name)} characters long; at most {MAX_NAME} are allowed")
    if name in (".", ".."):
        raise Invalid(f"{what} must not be {name!r}, which no URL path can hold")
    refuse_control_characters(what, name)
    return name


def check_key(what: str, key: str) -> str:
    """Return `key` if it may be the key of a param, a metric or a tag, else raise `Invalid`."""
    return check_name(f"{what} key", key)


def check_number(what: str, several: Sized) -> None:
    """Raise `Invalid` if there are more of `what` (params, metrics…) than one request may have."""
    if len(several) > MAX_TOGETHER:
        raise Invalid(
            f"{len(several):,} {what} are too many for one request; send {MAX_TOGETHER:,} at most"
        )


def check_text(what: str, text: str, *, longest: int = MAX_TEXT) -> str:
    """Return `text` if it may be stored as a `what`: at most `longest` characters and no NUL."""
    if len(text) > longest:
        raise Invalid(f"{what} is {len(text)} characters long; at most {longest} are allowed")
    if "\0" in text:
        raise Invalid(f"{what} holds a NUL character, which text must not; remove it")
    return text


def refuse_control_characters(what: str, text: str) -> None:
    """Raise `Invalid` if `text` holds a control character (Unicode C0, DEL or C1)."""
    for character in text:
        if character < " " or "\x7f" <= character <= "\x9f":
            raise Invalid(
                f"{what} {text[:50]!r} holds the control character U+{ord(character):04X}; "
                "remove it"
            )
