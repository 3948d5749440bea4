"""A question about experiments, and what is told of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from chachaml_kernel.domain.conversation import Question, Reply, Text, Usage
from chachaml_kernel.domain.names import MAX_NAME, check_text
from chachaml_kernel.errors import Invalid

MAX_QUESTION = 20_000
"""Characters of a question."""
MAX_HISTORY = 100_000
"""Characters of what was said before; of more, the oldest is left out."""
MAX_TURNS = 100
"""Questions and replies before; of more, too. An SDK takes up to a millisecond for each."""
MAX_KEY = 1_000
MAX_ROUNDS = 10
"""Replies of a model to one question."""


class Budget(Struct, frozen=True, kw_only=True):
    """What one question may take: tokens, read and written ones together, and seconds.

    Tokens are counted after each reply, so the last one may exceed them. With `annotate` the model
    may set tags, notes and descriptions.
    """

    tokens: int = 200_000
    seconds: float = 120.0
    annotate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, to which model of which provider, and what was said before, oldest first.

    `key` is the caller's own key for the provider.
    """

    question: str
    provider: str
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    history: Sequence[Question | Reply] = ()

    def __post_init__(self) -> None:
        """Raise `Invalid`, in which there is no key, for what cannot be asked."""
        if not self.question.strip():
            raise Invalid("question is empty; ask something")
        if len(self.question) > MAX_QUESTION:
            raise Invalid(
                f"question is {len(self.question)} characters long; "
                f"it may have {MAX_QUESTION}; ask in fewer"
            )
        if self.model is not None:
            check_text("model", self.model, longest=MAX_NAME)
        if self.key is not None:
            check_key(self.key)


def check_key(key: str) -> str:
    """Return a key that can be sent in a header; raise `Invalid`, in which it is not, else."""
    if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable() and " " not in key):
        raise Invalid("api_key is no key: it has blanks, other characters or none; paste it anew")
    return key


def recent(history: Sequence[Question | Reply]) -> Sequence[Question | Reply]:
    """Return the newest of what was said that a model shall read; a question comes first."""
    said = [message for message in history if message.text.strip()][-MAX_TURNS:]
    room, first = MAX_HISTORY, len(said)
    while first and (room := room - len(said[first - 1].text)) >= 0:
        first -= 1
    while first < len(said) and not isinstance(said[first], Question):
        first += 1
    return said[first:]


class Ending(StrEnum):
    """Why there is no more of an answer."""

    END = "end"
    LENGTH = "length"
    REFUSAL = "refusal"
    FILTER = "filter"
    UNKNOWN = "unknown"
    ROUNDS = "rounds"
    TOKENS = "tokens"
    TIME = "time"


NOTES = {
    Ending.LENGTH: "The answer was cut: it reached the limit of the model. Ask for less.",
    Ending.REFUSAL: "The model refused to answer. Ask differently.",
    Ending.FILTER: "The provider's filter withheld the answer. Ask differently.",
    Ending.UNKNOWN: "The model stopped for a reason that is not known here.",
    Ending.ROUNDS: "The model still looked things up when it had done so ten times. Ask for less.",
    Ending.TOKENS: "The budget of tokens for a question is spent (setting chat_tokens). "
    "Ask for less.",
    Ending.TIME: "The time for a question is over (setting chat_seconds). Ask for less.",
}
"""What to tell a person of an answer that did not come to its end by itself."""


class Called(Struct, frozen=True):
    """The model calls a tool; `arguments` are the JSON that it wrote."""

    id: str
    name: str
    arguments: str


class Returned(Struct, frozen=True):
    """What the model is told of a call, by the call's id: JSON, or a sentence if `is_error`.

    `milliseconds` is what the call took.
    """

    id: str
    name: str
    text: str
    is_error: bool
    milliseconds: int


class Spent(Struct, frozen=True):
    """All that was spent so far on the question."""

    usage: Usage


Event: TypeAlias = Text | Called | Returned | Spent


class Answer(Struct, frozen=True):
    """The last reply to a question, after `iterations` replies in all."""

    text: str
    ending: Ending
    iterations: int
    usage: Usage

    @property
    def note(self) -> str | None:
        """What to tell a person who may take the answer for whole, if it is not."""
        return NOTES.get(self.ending)
