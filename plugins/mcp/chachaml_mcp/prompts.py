"""Prompts: questions that many ask, with the tools that answer them."""

import json
from collections.abc import Mapping

from chachaml_kernel.errors import ChachamlError
from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
)
from msgspec import Struct

from chachaml_mcp.tools import OfferedTools, fault


class Question(Struct, frozen=True):
    """A prompt about one thing, which `tool` knows by its argument `known_as`.

    `text` has `{thing}` where the thing is named.
    """

    title: str
    argument: str
    tool: str
    known_as: str
    text: str


QUESTIONS = {
    "compare_last_runs": Question(
        "Compare the last runs of an experiment",
        "experiment",
        "get_experiment",
        "name",
        "Compare the last five runs of the experiment {thing}. List them with list_runs, put them "
        "side by side with compare_runs, and say which params differ, how the metrics moved with "
        "them, and which run is best by which metric. Say where the runs are too few or too alike "
        "to tell. Link to each run that you name.",
    ),
    "explain_failure": Question(
        "Why did this run fail?",
        "run_id",
        "get_run",
        "run_id",
        "Find out why the run {thing} failed. Read it with get_run: its error, note and "
        "environment; look at its metrics with get_metric_history for values that left the range "
        "or became NaN, and at logs among its artifacts with get_artifact_text. Compare it with "
        "the last run of its experiment that completed. Say what you saw, which cause it speaks "
        "for, how sure that is, and what to try next.",
    ),
    "summarise_experiment": Question(
        "Summarise an experiment",
        "experiment",
        "get_experiment",
        "name",
        "Summarise the experiment {thing} for somebody who has not followed it. Read it with "
        "get_experiment and its runs with list_runs, say how many runs there are and how they "
        "ended, what was varied, what the best run reached and with which params (best_run, "
        "get_run), and what has not been tried. Link to the runs that you name.",
    ),
}
"""All prompts by name."""


class Prompts:
    """What clients offer people to ask."""

    def __init__(self, tools: OfferedTools) -> None:
        """Look with these tools whether the thing that is asked about is there."""
        self._tools = tools

    async def list(
        self, _: ServerRequestContext, __: PaginatedRequestParams | None
    ) -> ListPromptsResult:
        """Return all prompts, on one page."""
        return ListPromptsResult(
            prompts=[
                Prompt(
                    name=name,
                    title=question.title,
                    arguments=[PromptArgument(name=question.argument, required=True)],
                )
                for name, question in QUESTIONS.items()
            ]
        )

    async def get(self, _: ServerRequestContext, asked: GetPromptRequestParams) -> GetPromptResult:
        """Return a prompt about a thing that is there."""
        question = QUESTIONS.get(asked.name)
        if question is None:
            known = ", ".join(QUESTIONS)
            raise MCPError(
                INVALID_PARAMS, f"no prompt is named {asked.name[:100]!r}; there are {known}"
            )
        thing = _only(asked.name, question, asked.arguments or {})
        try:
            await self._tools.result(question.tool, **{question.known_as: thing})
        except ChachamlError as error:
            raise fault(error) from None
        text = question.text.format(thing=json.dumps(thing, ensure_ascii=False))
        return GetPromptResult(
            description=question.title,
            messages=[PromptMessage(role="user", content=TextContent(text=text))],
        )


def _only(name: str, question: Question, arguments: Mapping[str, str]) -> str:
    """Return the argument that a prompt takes."""
    if arguments.keys() != {question.argument}:
        raise MCPError(INVALID_PARAMS, f"the prompt {name} takes {question.argument}, and no more")
    return arguments[question.argument]
