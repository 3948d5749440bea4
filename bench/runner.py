"""Running a workload: round by round, each server in turn."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from bench.figures import Figure, digits
from bench.site import Site
from bench.targets import Target
from bench.workload import Workload

Figures = Mapping[str, Mapping[str, Figure]]
"""By row, by target."""


def run(workload: Workload, targets: Sequence[Target], *, rounds: int) -> Figures:
    """Return what each of the targets reached, our server being the first of them."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        measures = []
        for target in _taking_part(workload, targets):
            tell(f"{workload.name}: preparing {target.name}")
            site = Site(stack)
            with site.turn():
                measures.append((target, site, workload.prepare(site, target)))
        for number in range(1 if workload.once else rounds):
            for target, site, measure in measures:
                if number and workload.peers_once and not target.ours:
                    continue
                with site.turn():
                    found = measure()
                for row, value in found.items():
                    values[row][target.name].append(value)
                shown = ", ".join(f"{row} {digits(value)}" for row, value in found.items())
                tell(f"{workload.name}: {number + 1}/{rounds} {target.name}: {shown}")
    return {
        row: {target: Figure(tuple(reached)) for target, reached in by_target.items()}
        for row, by_target in values.items()
    }


def _taking_part(workload: Workload, targets: Sequence[Target]) -> Sequence[Target]:
    if workload.ours_only:
        return targets[:1]
    return [target for target in targets if not target.variant or target.name in workload.variants]


def tell(line: str) -> None:
    """Say how far it has come."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
