import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from chachaml_kernel.config import Config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.plugins import Installed, installed, load

from tests.distributions import Install, install

SMALL = "tests.small_plugins"
STORES = {"stores": f"{SMALL}:Stores"}
HEAD = "from dataclasses import dataclass\nfrom chachaml_kernel import hookimpl\n"


def config(*names: str, **tables: Mapping[str, object]) -> Config:
    return Config(plugins={name: {} for name in names} | tables, data=Path("/data"))


def refusal(of: Config) -> str:
    with pytest.raises(ConfigError) as caught:
        load(of)
    return caught.value.detail


class TestFinding:
    def test_an_unknown_plugin_is_named_with_those_installed(self, add: Install) -> None:
        add("small", plugins=STORES)
        message = refusal(config("store"))
        assert message.startswith("no plugin named 'store'; installed: ")
        assert " stores," in message
        assert message.endswith("; did you mean 'stores'?")

    def test_without_any_plugin_installed_none_is_listed(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
        assert refusal(config("other")) == "no plugin named 'other'; installed: none"
        assert refusal(config("ui")) == (
            "no plugin named 'ui'; installed: none; "
            "pip install 'chachaml-kernel[default]' brings it"
        )

    def test_two_packages_with_one_plugin_name_are_both_named(self, add: Install) -> None:
        add("small-one", plugins=STORES)
        add("small-two", plugins=STORES, version="2.0")
        assert refusal(config("stores")) == (
            "2 packages have a plugin named 'stores': small-one 1.0, small-two 2.0; keep one"
        )

    def test_a_plugin_name_that_is_not_configured_may_be_there_twice(self, add: Install) -> None:
        add("small", plugins=STORES)
        add("other-one", plugins={"x": "nowhere:X"})
        add("other-two", plugins={"x": "nowhere:X"})
        assert load(config("stores")).store is not None

    def test_a_package_that_is_on_the_path_twice_counts_once(
        self, add: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add("small", plugins=STORES)
        install(tmp_path / "again", "small", plugins=STORES)
        monkeypatch.syspath_prepend(tmp_path / "again")
        assert load(config("stores")).store is not None

    def test_only_configured_plugins_are_imported(self, add: Install) -> None:
        add("small", plugins=STORES)
        add("x", plugins={"x": "x_module:X"}, modules={"x_module": "raise ZeroDivisionError\n"})
        load(config("stores"))
        assert "x_module" not in sys.modules

    def test_a_plugin_that_lacks_a_library_is_named_with_its_package(self, add: Install) -> None:
        add("x", plugins={"x": "x_module:X"}, modules={"x_module": "import no_such_library\n"})
        assert refusal(config("x")) == (
            "cannot import the plugin 'x' of x 1.0: No module named 'no_such_library'"
        )

    def test_an_entry_point_to_nothing_is_refused(self, add: Install) -> None:
        add("x", plugins={"x": "x_module:X"}, modules={"x_module": ""})
        assert refusal(config("x")) == (
            "cannot import the plugin 'x' of x 1.0: module 'x_module' has no attribute 'X'"
        )

    @pytest.mark.parametrize(
        "source",
        [
            "class X: pass",
            "X = 3",
            HEAD + "@dataclass\nclass X: pass",
            HEAD + "@dataclass(frozen=True)\nclass Y: pass\nX = Y()",
        ],
    )
    def test_what_is_no_frozen_dataclass_is_refused(self, add: Install, source: str) -> None:
        add("x", plugins={"x": "x_module:X"}, modules={"x_module": source})
        assert refusal(config("x")) == (
            "plugin 'x' of x 1.0 must be a frozen dataclass, but x_module:X is not"
        )


class TestHooks:
    def module(self, add: Install, body: str) -> None:
        source = f"{HEAD}@dataclass(frozen=True)\nclass X:\n{body}\n"
        add("x", plugins={"x": "x_module:X"}, modules={"x_module": source})

    def test_a_misspelt_hook_is_refused_with_the_known_ones(self, add: Install) -> None:
        self.module(add, "  @hookimpl\n  def chachaml_stor(self): ...")
        assert refusal(config("x")) == (
            "plugin 'x' implements the unknown hook 'chachaml_stor'; known: "
            "chachaml_artifact_store, chachaml_authenticator, chachaml_command, "
            "chachaml_exporters, chachaml_frontend, chachaml_llm_providers, chachaml_mounts, "
            "chachaml_places, chachaml_relay, chachaml_store, chachaml_tools; "
            "did you mean 'chachaml_store'?"
        )

    def test_an_optional_hook_of_somebody_else_may_be_unknown(self, add: Install) -> None:
        add("small", plugins=STORES)
        self.module(add, "  @hookimpl(optionalhook=True)\n  def other_thing(self): ...")
        assert load(config("stores", "x")).store is not None

    def test_a_hook_that_wants_another_argument_is_refused(self, add: Install) -> None:
        self.module(add, "  @hookimpl\n  def chachaml_frontend(self, krenel): ...")
        message = refusal(config("x"))
        assert message.startswith("Plugin 'x' for hook 'chachaml_frontend'")
        assert "Argument(s) {'krenel'}" in message
        assert "\n" not in message

    def test_a_plugin_without_a_hook_is_refused(self, add: Install) -> None:
        self.module(add, "  def chachaml_store(self): ...")
        assert refusal(config("x")) == (
            "plugin 'x' provides nothing; mark its hooks with @hookimpl"
        )

    def test_a_plugin_that_is_configured_twice_is_refused(self, add: Install) -> None:
        add("small", plugins=STORES | {"also": f"{SMALL}:Stores"})
        assert refusal(config("stores", "also")) == ("plugin 'also' equals one before it; keep one")

    def test_a_plugin_with_unhashable_settings_is_loaded(self, add: Install) -> None:
        add("small", plugins=STORES)
        self.module(add, "  a: dict\n  @hookimpl\n  def chachaml_exporters(self): return []")
        assert load(config("stores", x={"a": {"b": 1}})).exporters == {}


class TestParts:
    @pytest.fixture(autouse=True)
    def _small(self, add: Install) -> None:
        names = {
            "stores": "Stores",
            "log": "LoggingStore",
            "artifacts": "ArtifactsOnly",
            "text": "Text",
            "also_text": "Text",
            "pinging": "Pinging",
            "more_pinging": "Pinging",
            "tape": "Tape",
            "also_tape": "Tape",
            "corner": "Corner",
            "also_corner": "Corner",
            "door": "Doorman",
            "back_door": "Doorman",
            "echo": "Echo",
        }
        add("small", plugins={name: f"{SMALL}:{target}" for name, target in names.items()})

    def test_the_parts_come_from_the_configured_plugins(self) -> None:
        parts = load(config("log", "artifacts", "text", "door", "echo"))
        assert list(parts.exporters) == ["text"]
        assert parts.authenticator is not None
        assert list(parts.frontends) == ["echo"]

    def test_exporters_an_authenticator_and_front_ends_may_be_missing(self) -> None:
        parts = load(config("stores"))
        assert (parts.exporters, parts.authenticator, parts.frontends) == ({}, None, {})

    def test_loading_anew_begins_anew(self) -> None:
        load(config("stores", "text"))
        assert load(config("stores")).exporters == {}

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (["artifacts"], "no plugin provides a store; add [plugins.store_sqlite]"),
            (["log"], "no plugin provides an artifact store; add [plugins.artifacts_fs]"),
            ([], "no plugin provides a store; add [plugins.store_sqlite]"),
            (["stores", "log"], "2 plugins provide a store: stores, log; keep one"),
            (
                ["stores", "artifacts"],
                "2 plugins provide an artifact store: stores, artifacts; keep one",
            ),
        ],
    )
    def test_there_is_exactly_one_store_of_each_kind(self, names: list[str], message: str) -> None:
        assert refusal(config(*names)) == message

    def test_there_is_at_most_one_authenticator(self) -> None:
        both = config("stores", door={}, back_door={"name": "b"})
        assert refusal(both) == ("2 plugins provide an authenticator: door, back_door; keep one")

    def test_an_authenticator_that_is_off_does_not_count(self) -> None:
        both = config("stores", door={"off": True}, back_door={})
        assert load(both).authenticator is not None

    def test_a_format_is_offered_once(self) -> None:
        both = config("stores", text={}, also_text={"content_type": "text/other"})
        assert refusal(both) == "the format 'text' is offered twice: text, also_text; keep one"

    def test_a_tool_is_offered_once_and_not_in_place_of_the_kernels(self) -> None:
        assert list(load(config("stores", pinging={})).tools) == ["ping"]
        both = config("stores", pinging={}, more_pinging={"taken": True})
        assert refusal(both) == (
            "the tool 'get_run' is offered twice: chachaml-kernel, more_pinging; keep one"
        )

    def test_places_are_found_by_their_schemes_each_offered_once(self) -> None:
        assert load(config("stores")).places == {}
        assert list(load(config("stores", "tape")).places) == ["tape"]
        both = config("stores", tape={}, also_tape={"drive": 2})
        assert refusal(both) == "the scheme 'tape' is offered twice: tape, also_tape; keep one"

    def test_a_path_is_taken_once_and_a_command_has_the_plugins_name(self) -> None:
        parts = load(config("stores", "corner", also_corner={"path": "/other"}))
        assert list(parts.mounts) == ["/corner", "/other"]
        assert list(parts.commands) == ["corner", "also_corner"]
        both = config("stores", corner={}, also_corner={"sides": 3})
        assert refusal(both) == (
            "the path '/corner' is offered twice: corner, also_corner; keep one"
        )


def test_a_store_that_cannot_be_opened_is_refused(add: Install) -> None:
    body = "  @hookimpl\n  def chachaml_store(self): return 3\n"
    source = f"{HEAD}@dataclass(frozen=True)\nclass X:\n{body}"
    add("x", plugins={"x": "x_module:X"}, modules={"x_module": source})
    assert refusal(config("x")) == (
        "chachaml_store must return an async context manager, but one returned 3"
    )


def test_installed_plugins_are_listed_with_the_hooks_of_the_configured(add: Install) -> None:
    add("small", plugins={**STORES, "text": f"{SMALL}:Text", "broken": "nowhere:X"}, version="2.1")
    rows = [row for row in installed(config("stores")) if row.distribution == "small"]
    assert rows == [
        Installed("broken", "small", "2.1", None),
        Installed("stores", "small", "2.1", ["chachaml_artifact_store", "chachaml_store"]),
        Installed("text", "small", "2.1", None),
    ]
