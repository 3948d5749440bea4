"""docs/hooks.md and the hooks."""

import inspect
from dataclasses import is_dataclass
from typing import Any

import pluggy
import pytest
from chachaml_kernel import hookspecs

from tests.docs.pages import HOOKS, blocks, sections

SPECIFIED = {
    name: hook
    for name, hook in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(hook, f"{hookspecs.NAMESPACE}_spec")
}


def test_every_hook_has_its_section_and_every_section_its_hook() -> None:
    assert SPECIFIED
    assert sections(HOOKS, 2).keys() - {"How many, and when"} == SPECIFIED.keys()


@pytest.mark.parametrize("name", SPECIFIED)
def test_a_section_says_the_signature(name: str) -> None:
    parameters = ", ".join(inspect.signature(SPECIFIED[name]).parameters)
    assert f"`{name}({parameters})" in sections(HOOKS, 2)[name]


@pytest.mark.parametrize("name", SPECIFIED)
def test_the_example_of_a_section_provides_its_hook(name: str) -> None:
    (example,) = [block for block in blocks(HOOKS) if f"def {name}(" in block.text]
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(example.text, namespace)
    plugins = [
        value
        for value in namespace.values()
        if is_dataclass(value) and isinstance(value, type) and value.__module__ == "example"
    ]
    manager = pluggy.PluginManager(hookspecs.NAMESPACE)
    manager.add_hookspecs(hookspecs)
    for plugin in plugins:
        manager.register(plugin())
    manager.check_pending()
    assert len(getattr(manager.hook, name).get_hookimpls()) == 1
