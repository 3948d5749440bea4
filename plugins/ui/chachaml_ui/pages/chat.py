"""The chat: questions in one's own words, about runs."""

from collections.abc import Sequence

from aiohttp import web
from chachaml_kernel.domain.chat import MAX_QUESTION
from chachaml_kernel.domain.experiments import Overview
from chachaml_kernel.kernel import Kernel

from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render

EXPERIMENTS = 2
"""The newest experiments, so many, are asked about in examples."""


async def chat(request: web.Request) -> web.Response:
    """Show where questions are written; the conversation is kept in the browser alone."""
    kernel = request.app[KERNEL]
    return render(
        request,
        "chat.html",
        frame=await load_frame(request),
        providers=kernel.chat.providers(),
        questions=await _questions(kernel),
        longest=MAX_QUESTION,
    )


async def _questions(kernel: Kernel) -> Sequence[str]:
    """Return examples of questions, about what is there."""
    page = await kernel.experiments.overview(limit=EXPERIMENTS)
    return [
        *(question for each in page.rows for question in _about(each)),
        "Did any run fail or diverge this week?",
        "Which models are in production, and since when?",
    ]


def _about(overview: Overview) -> Sequence[str]:
    name, trend = overview.experiment.name, overview.trend
    if trend is None or trend.best is None:
        return [f"How do the runs of {name} differ?"]
    return [
        f"Which run of {name} has the best {trend.ranking.key}?",
        f"What do the best runs of {name} have in common?",
    ]


def routes() -> Sequence[web.RouteDef]:
    """Return the route of the page."""
    return [web.get("/chat", chat)]
