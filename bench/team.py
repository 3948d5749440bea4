"""`python -m bench.team`: a team's PostgreSQL, with our server and with MLflow on it, in turn.

Both have a database each on one PostgreSQL, which flushes to the disk before it answers, as it does
by itself. Ours on SQLite takes part beside them. The workloads are those of `python -m bench`.
"""

import argparse
from functools import partial
from pathlib import Path

from bench.environments import built, installed
from bench.measuring import measure
from bench.targets.databases import Databases
from bench.targets.mlflow import MLflow
from bench.targets.ours import Ours
from bench.workload import Sizes, verify
from bench.workloads.bulk import bulk
from bench.workloads.lists import lists
from bench.workloads.runs import runs
from bench.workloads.singles import singles
from tests.servers.postgres import postgres

WORKLOADS = (partial(singles, clients=1), partial(singles, clients=16), bulk, runs, lists)
DRIVER = "psycopg[binary]==3.3.9"
"""What MLflow speaks to PostgreSQL with."""

OUT = Path(__file__).with_name("results") / "team.json"


def main() -> None:
    """Measure; keep and show the results."""
    default = Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench.team", description=__doc__)
    parser.add_argument("--rounds", type=int, default=default.rounds)
    parser.add_argument("--seconds", type=float, default=default.seconds, help="of each work")
    parser.add_argument("--runs", type=int, default=default.runs, help="stored, for lists")
    parser.add_argument("--out", type=Path, default=OUT, help="where the results are kept")
    options = parser.parse_args()
    sizes = Sizes(rounds=options.rounds, seconds=options.seconds, runs=options.runs)
    with postgres(durable=True) as server:
        databases = Databases(server.dsn)
        home = built("chachaml-postgres", extras="default,postgres")
        ours, beside = Ours(home, extras=False, databases=databases), Ours(home, extras=False)
        mlflow = MLflow(installed(MLflow.package, DRIVER), best=True, databases=databases)
        beside.name = "chachaml on SQLite"
        workloads = (make(sizes) for make in WORKLOADS)
        measure(workloads, [ours, beside, mlflow], sizes, out=options.out)
        verify("whether each database has runs", all(databases.runs()), expected=True)


if __name__ == "__main__":
    main()
