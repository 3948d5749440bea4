"""docs/configuration.md and everything that can be configured."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from chachaml_kernel.__main__ import main
from chachaml_kernel.command_line import COMMANDS
from chachaml_kernel.config import KernelSettings, load_config

from tests.docs.pages import CONFIGURATION, CONTRIBUTING, KEEPING, PAGES, prose, rows, sections
from tests.servers.sources import VARIABLES

TABLES = {
    "[kernel]": KernelSettings,
    **{f"[plugins.{entry.name}]": entry.load() for entry in entry_points(group="chachaml")},
}
KINDS: Mapping[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    Path | None: "path",
    tuple[str, ...]: "list of texts",
}


class Asked(dict[str, str]):
    """An empty environment that notes which variables it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> None:  # type: ignore[override]
        self.names.add(name)
        assert default is None


def literal(value: object) -> str:
    if value is None or value is MISSING:
        return "none" if value is None else "needed"
    return json.dumps(str(value) if isinstance(value, Path) else value)


def test_every_table_of_a_bundled_plugin_has_its_section() -> None:
    found = {name for name in sections(CONFIGURATION, 3) if name.startswith("[")}
    assert found == TABLES.keys()


@pytest.mark.parametrize("table", TABLES)
def test_every_setting_has_its_row_with_type_and_default(table: str) -> None:
    documented = {tuple(row[:3]) for row in rows(sections(CONFIGURATION, 3)[table])}
    known = {
        (setting.name, KINDS[setting.type], literal(setting.default))
        for setting in fields(TABLES[table])
    }
    assert documented == known


def mentioned(page: Path) -> set[str]:
    return set(re.findall(r"\bCHACHAML_[A-Z0-9_]+[A-Z0-9]\b", prose(page)))


def test_every_variable_with_a_name_of_its_own_has_its_row() -> None:
    asked = Asked()
    load_config(env=asked)
    assert {row[0] for row in rows(sections(CONFIGURATION, 2)["Environment"])} == asked.names


def test_every_variable_that_a_page_mentions_sets_something() -> None:
    asked = Asked()
    load_config(env=asked)
    settings = {
        f"CHACHAML_{table[9:-1].upper()}_{setting.name.upper()}"
        for table, plugin in TABLES.items()
        for setting in fields(plugin)
    }
    for page in PAGES:
        assert mentioned(page) <= asked.names | settings | VARIABLES


def test_where_the_servers_of_the_tests_are_is_said_by_documented_variables() -> None:
    assert mentioned(CONTRIBUTING) >= VARIABLES


def options_of(capsys: pytest.CaptureFixture[str], *command: str) -> set[str]:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    said = capsys.readouterr().out
    return set(re.findall(r"^ +(?:-h, )?(--[a-z-]+)", said, re.MULTILINE))


def test_every_option_of_the_command_line_has_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    documented = [row[0] for row in rows(sections(CONFIGURATION, 2)["Command line"])]
    commands = {command.name for command in COMMANDS}
    assert {name.split()[0] for name in documented} == options_of(capsys) | commands


@pytest.mark.parametrize(
    "name", sorted({command.name for command in COMMANDS} - {"plugins", "export"})
)
def test_every_command_has_its_section_with_all_its_options(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    section = sections(KEEPING, 3)[name]
    for option in options_of(capsys, name) - options_of(capsys, "plugins"):
        assert f"`{option}" in section, option
