"""The kinds of things that a comparison shows, each with its keys: those that differ first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from chachaml_kernel.domain.comparison import Comparison, side_by_side
from chachaml_kernel.domain.differences import dataset_facts, flatten
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.domain.values import JsonValue, without_nan
from msgspec import Struct

from chachaml_ui.pages.compare.address import Asked, Figure
from chachaml_ui.pages.compare.rows import Columns, Row
from chachaml_ui.pages.words import duration, precise

ByKey: TypeAlias = Mapping[str, Mapping[str, JsonValue]]
"""Values by key and then by run."""

ATTRIBUTES: Mapping[Figure, str] = {"latest": "value", "min": "min", "max": "max"}
"""What a figure is called in the summary of a series."""


class Section(Struct, frozen=True, kw_only=True):
    """One kind of thing: the rows to show of the `found` keys, of which `differing` differ."""

    title: str
    noun: str
    rows: Sequence[Row]
    found: int
    differing: int

    @property
    def summary(self) -> str:
        """Say how much differs."""
        noun = self.noun if self.found == 1 else f"{self.noun}s"
        return f"{self.differing:,} of {self.found:,} {noun}"


def sections(
    compared: Comparison, asked: Asked, *, lower_is_better: Collection[str]
) -> Sequence[Section]:
    """Return all sections that have a key with the text that is asked for."""
    ids = [row.run.id for row in compared.runs]
    baseline = asked.baseline if asked.baseline in ids else None
    columns = Columns(ids, baseline, lower_is_better)

    def section(
        title: str, noun: str, by_key: ByKey, row: Callable[..., Row] = columns.fact_row
    ) -> Section:
        wanted = asked.find.casefold()
        found = [key for key in by_key if wanted in key.casefold()]
        same = {key for key in found if columns.is_same(by_key[key])}
        # What differs comes first, and so does not fall behind what is the same in a long table.
        first = sorted(found, key=same.__contains__)[: asked.rows]
        shown = [row(key, by_key[key]) for key in first]
        differing = len(found) - len(same)
        return Section(title=title, noun=noun, rows=shown, found=len(found), differing=differing)

    runs = compared.runs
    kinds = [
        section(
            f"Metrics, {asked.show}", "metric", _figures(compared, asked.show), columns.metric_row
        ),
        section("Params", "param", compared.params),
        section("Runs", "fact", side_by_side({row.run.id: _facts(row.run) for row in runs})),
        section("Tags", "tag", side_by_side({row.run.id: row.tags for row in runs})),
        section("Datasets", "dataset fact", _datasets(compared)),
        section("Environment", "environment fact", _environments(compared)),
    ]
    return [kind for kind in kinds if kind.found]


def shared_metrics(compared: Comparison, wanted: str) -> Sequence[Metric]:
    """Return one of each metric with that text in its key that at least two of the runs have."""
    text = wanted.casefold()
    return [
        next(iter(by_run.values()))
        for key, by_run in compared.summaries.items()
        if len(by_run) > 1 and text in key.casefold()
    ]


def _figures(compared: Comparison, figure: Figure) -> ByKey:
    """Return one figure of each metric, in words where it is no number."""
    attribute = ATTRIBUTES[figure]
    return {
        key: {run: without_nan(getattr(metric, attribute)) for run, metric in by_run.items()}
        for key, by_run in compared.summaries.items()
    }


def _facts(run: Run) -> Mapping[str, JsonValue]:
    facts = {
        "Status": str(run.status),
        "Duration": None if run.duration is None else duration(run.duration),
        "Started": precise(run.started_at),
        "By": run.created_by,
        "Experiment": run.experiment,
        "Error": run.error,
    }
    return {key: text for key, text in facts.items() if text is not None}


def _datasets(compared: Comparison) -> ByKey:
    return side_by_side({run: dataset_facts(used) for run, used in compared.datasets.items()})


def _environments(compared: Comparison) -> ByKey:
    by_run = side_by_side(compared.env)
    return side_by_side({run: flatten(env) for run, env in by_run.items()})
