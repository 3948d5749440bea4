"""Datasets of runs."""

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.values import canonical
from sqlalchemy import Connection, insert, select

from chachaml_store_sql import rows
from chachaml_store_sql.keyset import Key
from chachaml_store_sql.pages import read_page
from chachaml_store_sql.schema import datasets

NEWEST_FIRST = (
    Key(datasets.c.created_at, descending=True),
    Key(datasets.c.id, descending=True, kind=str),
)


def insert_dataset(connection: Connection, dataset: Dataset) -> Dataset:
    """Insert a dataset, whether its run takes writes or not."""
    connection.execute(
        insert(datasets).values(
            id=dataset.id,
            run_id=dataset.run_id,
            role=dataset.role,
            name=dataset.name,
            n_rows=dataset.n_rows,
            n_cols=dataset.n_cols,
            features=canonical(dataset.features),
            hash=dataset.hash,
            source=dataset.source,
            created_at=dataset.created_at,
        )
    )
    return dataset


def list_datasets(
    connection: Connection, run_id: str, *, limit: int, after: Position | None
) -> Page[Dataset]:
    """Return one page of a run's datasets, newest first."""
    statement = select(datasets).where(datasets.c.run_id == run_id)
    return read_page(connection, statement, NEWEST_FIRST, rows.dataset, limit=limit, after=after)


def datasets_of(connection: Connection, run_id: str) -> list[Dataset]:
    """Return all datasets of a run, newest first."""
    found = connection.execute(
        select(datasets)
        .where(datasets.c.run_id == run_id)
        .order_by(*(key.ordered() for key in NEWEST_FIRST))
    )
    return [rows.dataset(row) for row in found]
