"""The same change to many runs at once."""

from collections.abc import Sequence

from chachaml_kernel.errors import Conflict, Invalid, NotFound

MAX_RUNS = 1_000
"""Runs that one request names, to change or to export them; other writes wait for a change."""
NAMED = 10
"""Ids that a message names."""


def check_run_ids(run_ids: Sequence[str]) -> Sequence[str]:
    """Return `run_ids`, each once; raise `Invalid` unless there are 1 to 1,000 of them."""
    ids = list(dict.fromkeys(run_ids))
    if not 1 <= len(ids) <= MAX_RUNS:
        raise Invalid(f"one request takes 1 to {MAX_RUNS:,} runs; got {len(ids):,}")
    return ids


def refuse_missing(missing: Sequence[str]) -> None:
    """Raise `NotFound` if some of the runs to change are `missing`."""
    if missing:
        raise NotFound(
            "run", f"no run has the id {_names(missing)}; nothing was changed, leave it out"
        )


def refuse_unarchived(unarchived: Sequence[str]) -> None:
    """Raise `Conflict` if some of the runs to delete are not archived."""
    if unarchived:
        raise Conflict(
            f"not archived: run {_names(unarchived)}; nothing was deleted, archive it first"
        )


def _names(run_ids: Sequence[str]) -> str:
    named = ", ".join(map(repr, run_ids[:NAMED]))
    more = len(run_ids) - NAMED
    return f"{named} and {more} more" if more > 0 else named
