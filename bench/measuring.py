"""Running workloads one after the other: results are kept after each, and shown at the end."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.environments import versions
from bench.figures import Figure
from bench.results import Results, about
from bench.runner import run
from bench.table import table
from bench.targets import Target
from bench.workload import Row, Sizes, Workload


def measure(
    workloads: Iterable[Workload], targets: Sequence[Target], sizes: Sizes, *, out: Path
) -> None:
    """Run workloads on the targets in turn, the first of which is ours; write `out`."""
    rows: list[Row] = []
    figures: dict[str, Mapping[str, Figure]] = {}
    results = None
    notes: dict[str, None] = {}  # each once, in order
    facts = about(sizes, {target.name: versions(target.home) for target in targets})
    ours, peers = ([t.name for t in targets if t.ours == own] for own in (True, False))
    for workload in workloads:
        figures.update(run(workload, targets, rounds=sizes.rounds))
        rows += workload.rows
        told = (target.notes.get(workload.name) for target in targets)
        notes |= {note: None for note in told if note}
        results = Results(facts, ours, peers, rows, figures, list(notes))
        results.save(out)  # what was measured stays, whatever becomes of the next
    if results:
        sys.stdout.write(f"\n{table(results)}\n{out}\n")
