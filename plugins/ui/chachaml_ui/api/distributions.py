"""The route that tells how the latest values of a metric are spread."""

from typing import Annotated

from chachaml_kernel.domain.distribution import MAX_BINS
from msgspec import Meta

from chachaml_ui.api.run_queries import Search, threshold_query
from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire import distributions as wire_distributions


class Asked(Search, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the latest point of a metric must have, and in how many bins values are counted."""

    bins: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_BINS})] = 60


async def get_distribution(
    call: Call[Nothing, Asked, None],
) -> wire_distributions.Distribution:
    """Count the runs that have a metric in bins by its latest value, and those that satisfy it.

    `limit` and `cursor` choose nothing here.
    """
    query, metric = threshold_query(call.query)
    found = await call.kernel.runs.distribution(query, metric, bins=call.query.bins)
    return wire_distributions.from_distribution(found)


def routes() -> list[Route]:
    """Return the route of distributions."""
    return [route("GET", "/api/search/distribution", get_distribution, tag="runs")]
