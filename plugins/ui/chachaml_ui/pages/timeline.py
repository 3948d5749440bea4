"""What stood in which stage of a model when, as lanes over time."""

from collections.abc import Sequence

from chachaml_kernel.domain.models import ModelDetail, Move, Stage
from msgspec import Struct

from chachaml_ui.pages.words import DAY, HOUR, day_or_hour

LANES = (Stage.PRODUCTION, Stage.STAGING)
STEPS = (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY)
MOST_TICKS = 6
ROOM_FOR_LABEL = 94
"""Percent of the axis; further right a label would be cut."""


class Stay(Struct, frozen=True):
    """A version's time in a stage; `left` and `width` are percentages of the time shown."""

    version: int
    left: float
    width: float
    is_now: bool


class Tick(Struct, frozen=True):
    """A moment on the axis."""

    left: float
    label: str


class Timeline(Struct, frozen=True):
    """The stays of each used stage in the order of their beginnings, and an axis for them."""

    lanes: Sequence[tuple[Stage, Sequence[Stay]]]
    ticks: Sequence[Tick]


def timeline(detail: ModelDetail, *, now: int) -> Timeline | None:
    """Return the stages of a model over time, as far back as its `history` goes.

    None if nothing has been in a stage that has a lane.
    """
    moves = list(reversed(detail.history.rows))
    if not any(move.to_stage in LANES or move.from_stage in LANES for move in moves):
        return None
    begin = min(moves[0].at, min(version.created_at for version in detail.versions))
    length = max(now - begin, 1)

    def share(time: int) -> float:
        return round(100 * time / length, 3)

    lanes = {
        stage: [
            Stay(version, share(start - begin), share(end - start), end == now)
            for version, start, end in _stays(moves, stage, begin=begin, now=now)
        ]
        for stage in LANES
    }
    used = [(stage, stays) for stage, stays in lanes.items() if stays]
    ticks = [Tick(share(at - begin), label) for at, label in _ticks(begin, now)]
    return Timeline(used, [tick for tick in ticks if tick.left < ROOM_FOR_LABEL])


def _stays(
    moves: Sequence[Move], stage: Stage, *, begin: int, now: int
) -> Sequence[tuple[int, int, int]]:
    """Return (version, from, to) of each stay in `stage`; one that lasts ends now."""
    stays, since = [], dict[int, int]()
    for move in moves:
        if move.from_stage is stage:
            stays.append((move.version, since.pop(move.version, begin), move.at))
        if move.to_stage is stage:
            since[move.version] = move.at
    stays += [(version, start, now) for version, start in since.items()]
    return sorted(stays, key=lambda stay: stay[1])


def _ticks(begin: int, end: int) -> Sequence[tuple[int, str]]:
    """Return a few round moments (UTC) from `begin` to `end`, with their names."""
    step = next((step for step in STEPS if (end - begin) / step <= MOST_TICKS), STEPS[-1])
    first = -(-begin // step) * step
    return [(at, day_or_hour(at, step=step)) for at in range(first, end, step)][:20]
