"""Datasets: what a run says it was trained or tested on. Facts about data, never the data."""

from msgspec import Struct

from chachaml_kernel.domain.names import check_name, check_text
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid

MAX_COUNT = 2**63 - 1


class Dataset(Struct, frozen=True, kw_only=True):
    """One dataset of one run; `features` is whatever describes its columns.

    `id` and `run_id` are empty until it belongs to a run.
    """

    id: str = ""
    run_id: str = ""
    role: str = "train"
    name: str | None = None
    n_rows: int | None = None
    n_cols: int | None = None
    features: JsonValue = None
    hash: str | None = None
    source: str | None = None
    created_at: int = 0


def check_dataset(dataset: Dataset) -> Dataset:
    """Return `dataset` if all that it says may be stored, else raise `Invalid`."""
    check_name("dataset role", dataset.role)
    for what in ("name", "hash", "source"):
        text = getattr(dataset, what)
        if text is not None:
            check_text(f"dataset {what}", text)
    for what in ("n_rows", "n_cols"):
        count = getattr(dataset, what)
        if count is not None and not 0 <= count <= MAX_COUNT:
            raise Invalid(f"dataset {what} is {count}; it must be from 0 to {MAX_COUNT}")
    return dataset
