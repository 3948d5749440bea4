"""The tool: which params go along with a metric over the runs of an experiment."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from chachaml_kernel.domain.direction import higher_is_better
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.language.tree import Field, all_of, is_finite
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.tools import AnyTool, Arguments, Tool
from chachaml_kernel.tools.shapes import experiment_url
from msgspec import Meta, field
from msgspec.structs import replace

from chachaml_tools_params.answer import MAX_KEYS, Keys, ParamRanks, caution, param_rank
from chachaml_tools_params.ranking import ranked
from chachaml_tools_params.reading import Observed, observe


class RankParams(Arguments, frozen=True, kw_only=True):
    """Arguments of `rank_params`."""

    experiment: Annotated[str, Meta(description="the experiment's name")]
    metric_key: Annotated[str, Meta(description="the metric, by its latest value")]
    query: Annotated[str | None, Meta(description="only runs that find_runs finds by this")] = None
    params: Annotated[
        list[str], Meta(description="only these params; all, if it is left out", max_length=100)
    ] = field(default_factory=list)
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


async def rank_params(kernel: Kernel, asked: RankParams) -> ParamRanks:
    """Rank the params of an experiment's runs by how closely they go along with a metric.

    It is an association over the newest 1,000 runs at most, and no cause: look at the numbers of
    runs, and say so. For a param that is not among the first, name it in `params`.
    """
    experiment = (await kernel.experiments.get(asked.experiment)).name
    also = parse(asked.query or "")
    measured = is_finite(Field("metric", asked.metric_key))
    anyhow = RunQuery(experiment=experiment, where=also)
    query = replace(anyhow, where=measured if also is None else all_of(measured, also))
    observed = await observe(kernel.runs, query, asked.metric_key, wanted=asked.params)
    _check(observed, asked)
    order, unranked = await asyncio.to_thread(ranked, observed.params)
    finite = (await kernel.runs.counts(query)).total
    higher = higher_is_better(asked.metric_key, kernel.runs.lower_is_better)
    return ParamRanks(
        experiment=experiment,
        url=experiment_url(experiment),
        metric_key=asked.metric_key,
        better=None if higher is None else "higher" if higher else "lower",
        runs=observed.runs,
        without_metric=max(0, (await kernel.runs.counts(anyhow)).total - finite),
        older=max(0, finite - observed.runs),
        params=[
            param_rank(key, found, observed.params[key]) for key, found in order[: asked.limit]
        ],
        remaining=max(0, len(order) - asked.limit),
        unranked={
            reason: Keys(count=len(keys), keys=[*keys[:MAX_KEYS]])
            for reason, keys in unranked.items()
        },
        caution=caution(observed.runs),
    )


def _check(observed: Observed, asked: RankParams) -> None:
    """Raise where there is nothing to compare."""
    if not observed.runs:
        raise NotFound(
            "metric",
            f"no run that was asked for has a finite latest value of {asked.metric_key!r}; "
            "list_keys has the keys of metrics",
        )
    unknown = sorted({*asked.params} - observed.params.keys())
    if unknown:
        raise Invalid(
            f"no run with {asked.metric_key!r} has the param {unknown[0]!r}; "
            "list_keys with kind param has the keys"
        )


TOOLS: Sequence[AnyTool] = (Tool(rank_params, RankParams, ParamRanks),)
