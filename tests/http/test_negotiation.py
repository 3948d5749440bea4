"""Which media type an `Accept` header asks for."""

import pytest
from chachaml_ui.api.negotiation import prefers

ARROW, JSON = "application/vnd.apache.arrow.stream", "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        ARROW,
        ARROW.title(),
        f"{ARROW}, */*",
        f"{ARROW}, */*;q=0.1",
        f"{ARROW}, {JSON};q=0.9",
        f"{JSON};q=0.2,{ARROW} ; q=0.5",
        f"text/html, {ARROW};q=0.1",
        f"{ARROW}, {JSON};q=0",
        f"application/*;q=0.5, {ARROW}",
        f"{ARROW};q=high",
    ],
)
def test_arrow_is_preferred_where_it_is_asked_for(accept: str) -> None:
    assert prefers(accept, ARROW, over=JSON)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        JSON,
        "text/html",
        f"{ARROW}, {JSON}",
        f"{ARROW};q=0.5, {JSON}",
        f"{ARROW};q=0.5, */*",
        f"{ARROW};q=0",
        f"{ARROW};q=0, text/html",
        f"{ARROW};q=0.0, application/*;q=0",
        f"{ARROW}.other",
        ";;,,q=1",
    ],
)
def test_all_else_is_answered_in_json(accept: str) -> None:
    assert not prefers(accept, ARROW, over=JSON)
