"""What a workload is: work that is given to each server in turn, and the rows that it fills."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.site import Site
from bench.targets import Target


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    rounds: int = 3
    seconds: float = 3.0
    """Of each piece of work in each round."""

    runs: int = 10_000
    """That are stored, for lists."""

    points: int = 1_000_000
    """Of the longest history, and for bytes a point."""

    wide: int = 100_000
    """Runs that are stored with many keys each, for queries."""

    megabytes: int = 200
    """Of an artifact."""

    stored: tuple[int, ...] = (10_000_000,)
    """Points, to see whether figures stay what they are with none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: the number of its workload, what it is, its unit, and what is better."""

    name: str
    number: int
    title: str
    unit: str
    more: bool = False
    """Whether more is better."""

    against: str = ""
    """The row of a peer's figure that it stands against, where the peer has none of its own."""


Measure: TypeAlias = Callable[[], Mapping[str, float]]
"""Does the work once; returns figures by the names of rows."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Work for servers. `prepare` readies one, on which the measure then runs in each round."""

    name: str
    rows: Sequence[Row]
    prepare: Callable[[Site, Target], Measure]
    ours_only: bool = False
    variants: Sequence[str] = ()
    """Which variants of servers take part."""

    peers_once: bool = False
    """Whether peers, which need minutes for it, do it in the first round only."""

    once: bool = False
    """Whether everyone does it once, since it gives the same figure each time."""


class Lost(Exception):
    """What a server holds is not what was acknowledged."""


def verify(what: str, found: object, *, expected: object) -> None:
    """Raise `Lost` unless the server holds what it should."""
    if found != expected:
        raise Lost(f"{what}: expected {expected}, found {found}")
