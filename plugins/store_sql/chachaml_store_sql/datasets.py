"""Datasets of runs."""

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.values import canonical
from sqlalchemy import Connection, Dialect, Executable, bindparam, insert, select

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, read_page
from chachaml_store_sql.schema import datasets

OF_RUN = Tier(
    select(datasets).where(datasets.c.run_id == bindparam("run_id")),
    (Key(datasets.c.created_at, descending=True), Key(datasets.c.id, descending=True)),
)
"""The datasets of a run, newest first."""


def insert_dataset(connection: Connection, dataset: Dataset) -> Dataset:
    """Insert a dataset, whether its run takes writes or not."""
    row = {
        "id": dataset.id,
        "run_id": dataset.run_id,
        "role": dataset.role,
        "name": dataset.name,
        "n_rows": dataset.n_rows,
        "n_cols": dataset.n_cols,
        "features": canonical(dataset.features),
        "hash": dataset.hash,
        "source": dataset.source,
        "created_at": dataset.created_at,
    }
    fetch(connection, _insert, row)
    return dataset


def _insert(_: Dialect) -> Executable:
    return insert(datasets)


def list_datasets(
    connection: Connection, run_id: str, *, limit: int, after: Position | None
) -> Page[Dataset]:
    """Return one page of a run's datasets, newest first."""
    own = {"run_id": run_id}
    return read_page(connection, [OF_RUN], own, rows.dataset, limit=limit, after=after)


def datasets_of(connection: Connection, run_id: str) -> list[Dataset]:
    """Return all datasets of a run, newest first."""
    return [rows.dataset(row) for row in fetch(connection, _of_run, {"run_id": run_id})]


def _of_run(_: Dialect) -> Executable:
    return OF_RUN.statement.order_by(*(key.ordered() for key in OF_RUN.keys))
