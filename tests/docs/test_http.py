"""docs/http.md and what the server answers."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from chachaml_kernel.errors import NotFound
from chachaml_ui.answers import STATUSES
from chachaml_ui.api.routes import table
from chachaml_ui.api.table import Route
from chachaml_ui.pages.routes import routes
from msgspec import Struct
from msgspec.structs import fields

from tests.docs.pages import HTTP, ROOT, sections

ROUTES = {f"{route.method} {route.path}": route for route in table()}
SOURCES = [
    path
    for top in ("kernel", "plugins")
    for path in sorted((ROOT / top).glob("**/*.py"))
    if "testing" not in path.parts
]


def test_every_route_has_its_section_and_every_section_its_route() -> None:
    shown = {re.sub(r":[^}]+", "", f"{route.method} {route.path}") for route in routes()}
    documented = {name for name in sections(HTTP, 3) if re.match("[A-Z]+ /", name)}
    assert documented == ROUTES.keys() | shown


@pytest.mark.parametrize("name", ROUTES)
def test_a_section_names_all_that_its_route_takes(name: str) -> None:
    section = sections(HTTP, 3)[name]
    for field in taken(ROUTES[name]):
        assert re.search(rf"`{re.escape(field)}(KEY)?[`=:]", section), field


def taken(route: Route) -> set[str]:
    """Return the names of the fields of a route's query and body."""
    types = [route.query_type, route.body_type, *get_args(route.body_type)]
    structs = [each for each in types if isinstance(each, type) and issubclass(each, Struct)]
    return {field.encode_name for struct in structs for field in fields(struct)}


def test_every_error_has_its_section_and_every_section_its_error() -> None:
    documented = {name for name in sections(HTTP, 3) if re.match(r"\d{3} ", name)}
    assert documented == {f"{status} {error}" for status, error in answered()}


def answered() -> set[tuple[int, str]]:
    """Return the status and the `error` of all errors that the code can answer."""
    kinds: dict[Any, int] = dict(STATUSES)
    del kinds[NotFound]
    found = {(status, str(kind("detail").error)) for kind, status in kinds.items()}
    for source in map(Path.read_text, SOURCES):
        things = re.findall(r'\bNotFound\(\s*"([a-z ]+)"', source)
        found |= {(STATUSES[NotFound], f"no such {thing}") for thing in things}
        problems = re.findall(r'\bproblem\(\s*(\d+|status),\s*"([a-z ]+)"', source)
        found |= {(400 if status == "status" else int(status), error) for status, error in problems}
    return found
