"""Notes: what people write about a run."""

from msgspec import Struct

from chachaml_kernel.errors import Conflict


class Saved(Struct, frozen=True):
    """When a note was saved, in milliseconds since the Unix epoch, and by whom if that is known."""

    at: int
    by: str | None = None


def refuse_overwriting(
    run_id: str, note: str, *, previous: str | None, stored: str, saved: Saved | None
) -> None:
    """Raise `Conflict` if `note`, an edit of `previous`, would replace what its author never saw.

    Without `previous` nothing is refused, nor where `note` is what is stored already.
    """
    if previous is None or stored in (previous, note):
        return
    author = "somebody" if saved is None or saved.by is None else saved.by
    raise Conflict(
        f"the note of run {run_id!r} was saved by {author} meanwhile; "
        "read it again and bring both together"
    )
