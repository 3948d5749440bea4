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
        annotates=kernel.chat.budget.annotate,
        questions=await _questions(kernel),
        longest=MAX_QUESTION,
    )


async def _questions(kernel: Kernel) -> Sequence[str]:
    """Return examples of questions, about what is there."""
    experiments = (await kernel.experiments.overview(limit=EXPERIMENTS)).rows
    about = [question for each in experiments for question in _about(each)]
    if about:
        about.append("Did any run fail or diverge this week?")
    if (await kernel.models.list(limit=1)).rows:
        about.append("Which models are in production, and since when?")
    return about


def _about(overview: Overview) -> Sequence[str]:
    name, counts, trend = overview.experiment.name, overview.experiment.counts, overview.trend
    if counts.total == 0:
        return []
    if counts.total == 1:
        return [f"How did the run of {name} go?"]
    if trend is None or trend.best is None:
        return [f"How do the runs of {name} differ?"]
    return [
        f"Which run of {name} has the best {trend.ranking.key}?",
        f"What do the best runs of {name} have in common?",
    ]
