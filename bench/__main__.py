"""`python -m bench [WORKLOAD…]`: measure our server, and with `--peers` others beside it."""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from bench.environments import built, installed, versions
from bench.figures import Figure
from bench.results import LATEST, Results, about
from bench.runner import run
from bench.table import table
from bench.targets import Target
from bench.targets.mlflow import MLflow
from bench.targets.ours import Ours
from bench.targets.trackio import Trackio
from bench.workload import Row, Sizes
from bench.workloads import WORKLOADS


def main() -> None:
    """Measure what the command line names; keep and show the results."""
    signal.signal(signal.SIGTERM, _stop)  # so that servers are ended then too
    options = _options()
    sizes = _sizes(options)
    targets: list[Target] = [
        Ours(built("chachaml", extras="default"), extras=False),
        Ours(built("chachaml-extras", extras="default,arrow,fast"), extras=True),
    ]
    if options.peers:
        mlflow, trackio = installed(MLflow.package), installed(Trackio.package)
        targets += [MLflow(mlflow, best=True), MLflow(mlflow, best=False), Trackio(trackio)]
    _measure(options.names or list(WORKLOADS), targets, sizes, options.out)


def _measure(
    names: Sequence[str],
    targets: Sequence[Target],
    sizes: Sizes,
    file: Path,
) -> None:
    rows: list[Row] = []
    figures: dict[str, Mapping[str, Figure]] = {}
    results = None
    notes: dict[str, None] = {}  # each once, in order
    facts = about(sizes, {target.name: versions(target.home) for target in targets})
    for name in names:
        workload = WORKLOADS[name](sizes)
        figures.update(run(workload, targets, rounds=sizes.rounds))
        rows += workload.rows
        notes |= {target.notes[name]: None for target in targets if name in target.notes}
        ours, peers = ([t.name for t in targets if t.ours == own] for own in (True, False))
        results = Results(facts, ours, peers, rows, figures, list(notes))
        results.save(file)  # what was measured stays, whatever becomes of the next
    if results:
        sys.stdout.write(f"\n{table(results)}\n{file}\n")


def _options() -> argparse.Namespace:
    default = Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*WORKLOADS, []], metavar="WORKLOAD")
    parser.add_argument("--peers", action="store_true", help="measure MLflow and trackio too")
    parser.add_argument("--rounds", type=int, default=default.rounds)
    parser.add_argument("--seconds", type=float, default=default.seconds, help="of each work")
    parser.add_argument("--runs", type=int, default=default.runs, help="stored, for lists")
    parser.add_argument("--wide", type=int, default=default.wide, help="runs, for queries")
    parser.add_argument("--points", type=int, default=default.points, help="of a long history")
    parser.add_argument("--megabytes", type=int, default=default.megabytes, help="an artifact")
    parser.add_argument("--stored", type=int, nargs="+", default=default.stored, help="points")
    parser.add_argument("--out", type=Path, default=LATEST, help="where the results are kept")
    return parser.parse_args()


def _sizes(options: argparse.Namespace) -> Sizes:
    return Sizes(
        rounds=options.rounds,
        seconds=options.seconds,
        runs=options.runs,
        wide=options.wide,
        points=options.points,
        megabytes=options.megabytes,
        stored=tuple(options.stored),
    )


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
