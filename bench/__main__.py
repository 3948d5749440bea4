"""`python -m bench [WORKLOAD…]`: measure our server, and with `--peers` others beside it."""

import argparse
import signal
from pathlib import Path
from types import FrameType

from bench.environments import built, installed
from bench.measuring import measure
from bench.results import LATEST
from bench.targets import Target
from bench.targets.mlflow import MLflow
from bench.targets.ours import Ours
from bench.targets.trackio import Trackio
from bench.workload import Sizes
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
    workloads = (WORKLOADS[name](sizes) for name in options.names or WORKLOADS)
    measure(workloads, targets, sizes, out=options.out)


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
