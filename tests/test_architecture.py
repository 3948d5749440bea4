"""Who may import whom, read from the imports themselves."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KERNEL = ROOT / "kernel" / "chachaml_kernel"
PLUGINS = sorted((ROOT / "plugins").iterdir())
STRANGERS = sorted(path.parent for path in (ROOT / "examples").glob("*/pyproject.toml"))

KERNEL_DEPENDENCIES = {"msgspec", "pluggy"}
TESTING_DEPENDENCIES = {"hypothesis", "pytest", "pytest_asyncio"}
SQL_STORES = {"store_sqlite", "store_postgres"}
STRUCTS = {"msgspec.Struct", "msgspec.field", "msgspec.structs.asdict", "msgspec.structs.replace"}
"""What facts are made with; nothing of JSON is among it."""
LAYERS = {
    "domain": {"domain", "errors"},
    "ports": {"domain", "errors", "ports"},
    "memory": {"domain", "errors", "memory", "ports"},
    "services": {"domain", "errors", "ports", "services"},
    "tools": {"domain", "errors", "kernel", "tools"},
}
"""What each layer of the kernel may import of the kernel."""


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if ".venv" not in path.parts)


def imports(module: Path) -> Iterator[str]:
    """Yield the full name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign(module: Path, own: str) -> set[str]:
    """Return the top-level names that a module imports from elsewhere than Python and itself."""
    tops = {name.partition(".")[0] for name in imports(module)}
    return tops - sys.stdlib_module_names - {own, "compression"}  # in Python from 3.14 on


def of_kernel(module: Path) -> Iterator[str]:
    """Yield the parts of the kernel that a module imports: `domain`, `errors`, `kernel`…"""
    for name in imports(module):
        top, _, rest = name.partition(".")
        if top == "chachaml_kernel" and rest:
            yield rest.partition(".")[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", modules(KERNEL), ids=name_of)
def test_the_kernel_knows_no_technology(module: Path) -> None:
    allowed = set(KERNEL_DEPENDENCIES)
    if module == KERNEL / "loops.py":
        allowed |= {"uvloop"}  # used where it is installed
    if module.is_relative_to(KERNEL / "testing"):
        allowed |= TESTING_DEPENDENCIES
    assert foreign(module, "chachaml_kernel") <= allowed


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_of_the_kernel_knows_only_those_below(layer: str) -> None:
    for module in modules(KERNEL / layer):
        assert set(of_kernel(module)) <= LAYERS[layer], name_of(module)


def test_the_domain_knows_nothing_but_python_and_structs() -> None:
    for module in modules(KERNEL / "domain"):
        assert foreign(module, "chachaml_kernel") <= {"msgspec"}, name_of(module)
        assert {name for name in imports(module) if name.startswith("msgspec")} <= STRUCTS


def test_only_kernel_py_knows_the_services() -> None:
    knowing = [
        name_of(module)
        for module in modules(KERNEL)
        if "services" in set(of_kernel(module)) and KERNEL / "services" not in module.parents
    ]
    assert knowing == ["kernel/chachaml_kernel/kernel.py"]


def declared(folder: Path) -> set[str]:
    """Return the import names of what a distribution declares that it needs, its extras too."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    names = [*project["dependencies"], *chain.from_iterable(extras)]
    needed = {re.split(r"[.<>=~\[ ]", name)[0] for name in names}
    provided = packages_distributions().items()
    renamed = {package for package, providers in provided if needed.intersection(providers)}
    return renamed | {name.replace("-", "_") for name in needed}


@pytest.mark.parametrize("folder", PLUGINS, ids=name_of)
def test_a_plugin_imports_the_kernel_and_what_it_declares_and_no_other_plugin(folder: Path) -> None:
    own = f"chachaml_{folder.name}"
    needed = declared(folder)
    others = {name for name in needed if name.startswith("chachaml_")} - {"chachaml_kernel"}
    assert others <= ({"chachaml_store_sql"} if folder.name in SQL_STORES else set())
    for module in modules(folder):
        assert foreign(module, own) <= needed, name_of(module)


@pytest.mark.parametrize("folder", [*PLUGINS, *STRANGERS], ids=name_of)
def test_a_plugin_uses_no_private_name_of_the_kernel(folder: Path) -> None:
    for module in modules(folder):
        for name in imports(module):
            if name.startswith("chachaml_"):
                private = [part for part in name.split(".") if re.match(r"_[^_]", part)]
                assert not private, f"{name_of(module)} imports {name}"


def test_nothing_but_tests_uses_the_kit_for_tests() -> None:
    for folder in (KERNEL, *PLUGINS, *STRANGERS):
        for module in modules(folder):
            if not {"testing", "tests"} & set(module.relative_to(folder).parts):
                assert "testing" not in set(of_kernel(module)), name_of(module)


def test_a_front_end_reaches_no_port_through_a_service() -> None:
    ports = {"store", "artifact_store", "exporters", "parts"}
    for module in modules(ROOT / "plugins" / "ui"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ports, f"{name_of(module)}:{node.lineno}"


def test_no_module_is_long() -> None:
    """Three hundred lines are a reason to stop and look; nothing here has more."""
    for module in [*modules(KERNEL), *(each for folder in PLUGINS for each in modules(folder))]:
        assert len(module.read_text().splitlines()) <= 300, name_of(module)


def test_all_distributions_have_one_version() -> None:
    folders = [ROOT, ROOT / "kernel", *PLUGINS]
    projects = [tomllib.loads((it / "pyproject.toml").read_text())["project"] for it in folders]
    assert len({project["version"] for project in projects}) == 1


def test_the_lock_file_names_only_public_hosts() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}
