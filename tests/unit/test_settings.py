from collections.abc import Mapping
from pathlib import Path

import pytest
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.settings import Table, Variable, build

from tests.small_plugins import Choosy, Stores

DATA = Path("/data")


def table(values: Mapping[str, object]) -> Table:
    return Table(name="plugins.choosy", values=values, data=DATA)


def choosy(**values: object) -> Choosy:
    return build(Choosy, table({"name": "x", **values}))


def unbuildable(**values: object) -> str:
    with pytest.raises(ConfigError) as caught:
        build(Choosy, table(values))
    return caught.value.detail


def test_settings_that_are_not_given_have_their_defaults() -> None:
    assert choosy() == Choosy("x", folder=Path("/data/here"))


def test_settings_have_the_types_of_their_fields() -> None:
    built = choosy(count=2, ratio=1, flag=True, mode="slow", hosts=["a", "b"], secret="s")
    assert built == Choosy("x", 2, 1.0, True, "slow", Path("/data/here"), None, ("a", "b"), "s")


def test_text_from_the_environment_becomes_what_the_field_is() -> None:
    texts = {"count": "2", "ratio": "0.25", "flag": "true", "hosts": "a, b", "other": "o"}
    built = choosy(**{name: Variable(name.upper(), text) for name, text in texts.items()})
    assert built == Choosy(
        "x", 2, 0.25, True, folder=Path("/data/here"), other=Path("/data/o"), hosts=("a", "b")
    )


def test_relative_paths_begin_at_the_data_folder() -> None:
    built = choosy(folder="a/b", other="/c")
    assert (built.folder, built.other) == (Path("/data/a/b"), Path("/c"))


def test_an_unknown_setting_is_refused_with_the_closest_and_all() -> None:
    assert unbuildable(name="x", cuont=1) == (
        "[plugins.choosy] cuont is no setting; allowed: count, flag, folder, hosts, mode, "
        "name, other, pin, ratio, secret; did you mean 'count'?"
    )


def test_a_setting_where_there_are_none_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"^\[plugins.stores\] path is no setting; allowed: none$"
    ):
        build(Stores, Table(name="plugins.stores", values={"path": "x"}, data=DATA))


def test_an_unknown_setting_names_the_variable_that_set_it() -> None:
    message = unbuildable(name="x", cuont=Variable("CHACHAML_CHOOSY_CUONT", "1"))
    assert message.startswith(
        "[plugins.choosy] cuont (from CHACHAML_CHOOSY_CUONT) is no setting; allowed: count, "
    )


def test_a_missing_setting_is_named() -> None:
    assert unbuildable() == "[plugins.choosy] lacks the setting 'name'; add it"


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("count", "abc", "count must be int, not 'abc'"),
        ("count", Variable("COUNT", "abc"), "count (from COUNT) must be int, not 'abc'"),
        ("flag", "maybe", "flag must be bool, not 'maybe'"),
        ("name", 3, "name must be str, not 3"),
        ("folder", 3, "folder must be str, not 3"),
        ("other", 3, "other must be str, not 3"),
        ("hosts", "a", "hosts must be array, not 'a'"),
        ("hosts", ["a", 3], "hosts must be str at [1], not ['a', 3]"),
        ("mode", "quick", "mode must be one of 'fast', 'slow', not 'quick'"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_right_one(
    setting: str, value: object, fault: str
) -> None:
    assert unbuildable(**{"name": "x", setting: value}) == f"[plugins.choosy] {fault}"


@pytest.mark.parametrize("value", [Variable("PIN", "s3cret"), "s3cret", ["s3cret"]])
def test_the_value_of_a_secret_is_never_shown(value: object) -> None:
    message = unbuildable(name="x", pin=value)
    assert message.endswith("must be int")
    assert "s3cret" not in message


def test_what_a_plugin_refuses_itself_is_told_with_its_table() -> None:
    assert unbuildable(name="x", count=-1) == (
        "[plugins.choosy] count is -1; it must not be negative"
    )
    assert unbuildable(name="nobody") == "[plugins.choosy] nobody is no name"
    assert unbuildable(name="x", ratio=2.0) == (
        "[plugins.choosy] ratio is 2.0; it must be at most 1"
    )
