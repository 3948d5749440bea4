"""Options that several commands have: how old, and whether in earnest."""

from argparse import ArgumentParser, ArgumentTypeError

from chachaml_kernel.domain.language.values import Unreadable, read


def duration(text: str) -> int:
    """Return the milliseconds that a text such as `30d`, `12h` or `1w2d` says."""
    try:
        found = read("duration", text, quoted=False)
    except Unreadable as error:
        raise ArgumentTypeError(str(error)) from None
    assert isinstance(found, int), "a duration is whole milliseconds"
    return found


def add_dry_run(parser: ArgumentParser) -> None:
    """Add the option to change nothing."""
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do not")
