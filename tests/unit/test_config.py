from collections.abc import Callable
from pathlib import Path

import pytest
from chachaml_kernel.config import Config, load_config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.settings import Variable

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return what loads a config file `c.toml` of the given text in the given environment."""
    monkeypatch.chdir(tmp_path)

    def load(text: str, **env: str) -> Config:
        Path("c.toml").write_text(text, encoding="utf-8")
        return load_config(file=Path("c.toml"), env=env)

    return load


def refusal(load: Load, text: str, **env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text, **env)
    return caught.value.detail


def test_without_a_file_the_default_plugins_run_with_their_defaults() -> None:
    config = load_config(env={})
    assert config.plugins == {"store_sqlite": {}, "artifacts_fs": {}, "export_csv": {}, "ui": {}}
    assert config.kernel.headline == ("accuracy", "f1")
    assert config.data == Path.cwd()


def test_a_file_says_which_plugins_run_and_with_which_settings(load: Load) -> None:
    config = load("[kernel]\nheadline = ['auc']\n[plugins.a]\n[plugins.b]\nx = 1\ny = ['z']\n")
    assert config.plugins == {"a": {}, "b": {"x": 1, "y": ["z"]}}
    assert config.kernel.headline == ("auc",)


def test_an_empty_file_configures_no_plugin(load: Load) -> None:
    assert load("").plugins == {}


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"cannot read the config file no\.toml: No such file"):
        load_config(file=Path("no.toml"), env={})


def test_a_folder_is_no_config_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the config file .*: Is a directory"):
        load_config(file=tmp_path, env={})


def test_a_file_that_is_not_utf_8_is_refused_with_the_position(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(b"# \xff\n")
    with pytest.raises(ConfigError, match=r"c\.toml is not UTF-8 at byte 2; save it as UTF-8"):
        load_config(file=file, env={})


def test_a_file_that_is_not_toml_is_refused_with_the_line(load: Load) -> None:
    message = refusal(load, "[plugins.ui]\nport = \n")
    assert message == "c.toml is not TOML: Invalid value (at line 2, column 8)"


def test_a_misspelt_top_level_table_is_refused_with_the_right_one(load: Load) -> None:
    assert refusal(load, "[plugin.ui]\n") == (
        "c.toml: unknown table or key 'plugin'; allowed: [kernel], [plugins.NAME]; "
        "did you mean 'plugins'?"
    )


def test_an_unknown_top_level_key_is_refused(load: Load) -> None:
    assert refusal(load, "port = 80\n") == (
        "c.toml: unknown table or key 'port'; allowed: [kernel], [plugins.NAME]"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("plugins = 3", "[plugins]"),
        ("[plugins]\nui = 3", "[plugins.ui]"),
        ("kernel = 3", "[kernel]"),
    ],
)
def test_what_should_be_a_table_must_be_one(load: Load, text: str, where: str) -> None:
    assert (
        refusal(load, text) == f"c.toml: {where} must be a table with settings, not a single value"
    )


def test_the_kernel_table_is_checked(load: Load) -> None:
    assert refusal(load, "[kernel]\nheadlin = []\n") == (
        "[kernel] headlin is no setting; allowed: chat_annotate, chat_questions, chat_seconds, "
        "chat_tokens, headline, lower_is_better; "
        "did you mean 'headline'?"
    )
    assert refusal(load, "[kernel]\nheadline = 'f1'\n") == (
        "[kernel] headline must be array, not 'f1'"
    )


def test_references_to_variables_are_replaced_in_every_text(load: Load) -> None:
    config = load(
        "[plugins.a]\nx = 'pre-${ONE}-${TWO}'\ny = [['${ONE}'], {z = '${TWO}'}]\nn = 1\n"
        "[kernel]\nheadline = ['${ONE}']\n",
        ONE="1",
        TWO="",
    )
    assert config.plugins["a"] == {"x": "pre-1-", "y": [["1"], {"z": ""}], "n": 1}
    assert config.kernel.headline == ("1",)


def test_a_doubled_dollar_keeps_a_reference_as_it_is_written(load: Load) -> None:
    config = load("[plugins.a]\nx = '$${ONE} $ONE $$'\n", ONE="1")
    assert config.plugins["a"]["x"] == "${ONE} $ONE $$"


def test_what_a_variable_holds_is_not_searched_for_references(load: Load) -> None:
    assert load("[plugins.a]\nx = '${ONE}'\n", ONE="${TWO}").plugins["a"]["x"] == "${TWO}"


def test_an_unset_variable_is_refused_with_its_setting_and_file(load: Load) -> None:
    assert refusal(load, "[plugins.a]\nx = ['${NO_SUCH}']\n") == (
        "c.toml: [plugins.a] x needs the environment variable NO_SUCH, which is not set"
    )


@pytest.mark.parametrize("text", ["${", "${}", "${A B}", "${ONE"])
def test_a_reference_that_names_no_variable_is_refused(load: Load, text: str) -> None:
    assert refusal(load, f"[plugins.a]\nx = '{text}'\n", ONE="1") == (
        "c.toml: [plugins.a] x: '${' names no variable; write ${NAME}, or $${ for '${'"
    )


def test_a_variable_of_a_plugin_wins_over_the_file(load: Load) -> None:
    config = load("[plugins.store_x]\npath = 'a'\nsize = 3\n", CHACHAML_STORE_X_PATH="b")
    assert config.plugins["store_x"] == {
        "path": Variable("CHACHAML_STORE_X_PATH", "b"),
        "size": 3,
    }


def test_a_variable_belongs_to_the_plugin_with_the_longest_fitting_name(load: Load) -> None:
    config = load("[plugins.store]\n[plugins.store-x]\n", CHACHAML_STORE_X_PATH="b")
    assert config.plugins["store"] == {}
    assert config.plugins["store-x"] == {"path": Variable("CHACHAML_STORE_X_PATH", "b")}


def test_variables_of_other_plugins_and_empty_ones_are_ignored(load: Load) -> None:
    config = load("[plugins.a]\n", CHACHAML_B_X="1", CHACHAML_A_X="", CHACHAML_URL="http://x")
    assert config.plugins == {"a": {}}


@pytest.mark.parametrize(
    ("env", "winner"),
    [
        (["PORT"], "PORT"),
        (["PORT", "CHACHAML_PORT"], "CHACHAML_PORT"),
        (["CHACHAML_UI_PORT", "PORT", "CHACHAML_PORT"], "CHACHAML_UI_PORT"),
    ],
)
def test_the_port_has_shorthands_and_the_longest_name_wins(env: list[str], winner: str) -> None:
    config = load_config(env=dict.fromkeys(env, "81"))
    assert config.plugins["ui"] == {"port": Variable(winner, "81")}


def test_the_host_has_a_shorthand() -> None:
    config = load_config(env={"CHACHAML_HOST": "::1"})
    assert config.plugins["ui"] == {"host": Variable("CHACHAML_HOST", "::1")}


def test_the_shorthands_do_nothing_where_the_ui_is_not_configured(load: Load) -> None:
    config = load("[plugins.a]\n", PORT="81", CHACHAML_PORT="82", CHACHAML_HOST="::1")
    assert config.plugins == {"a": {}}


def test_arguments_win_over_variables_and_the_file(load: Load, tmp_path: Path) -> None:
    load("[plugins.ui]\nport = 1\nhost = 'a'\ntitle = 't'\n")
    config = load_config(
        file=tmp_path / "c.toml",
        port=0,
        data=Path("there"),
        env={"PORT": "2", "CHACHAML_DATA": "elsewhere", "CHACHAML_UI_HOST": "b"},
    )
    assert config.plugins["ui"] == {
        "port": 0,
        "host": Variable("CHACHAML_UI_HOST", "b"),
        "title": "t",
    }
    assert config.data == tmp_path / "there"


def test_a_port_and_a_host_need_the_ui(load: Load, tmp_path: Path) -> None:
    load("[plugins.a]\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file=tmp_path / "c.toml", host="x", port=1, env={})
    assert caught.value.detail == (
        "host and port can be given only where [plugins.ui] is configured; add it"
    )


def test_variables_name_the_config_file_and_the_data_folder(load: Load, tmp_path: Path) -> None:
    load("[plugins.a]\n")
    config = load_config(env={"CHACHAML_CONFIG": "c.toml", "CHACHAML_DATA": "there"})
    assert list(config.plugins) == ["a"]
    assert config.data == tmp_path / "there"


def test_empty_variables_name_no_file_and_no_folder() -> None:
    config = load_config(env={"CHACHAML_CONFIG": "", "CHACHAML_DATA": "", "PORT": ""})
    assert config == load_config(env={})


def test_the_configuration_never_shows_what_may_be_secret(load: Load) -> None:
    config = load(
        "[plugins.a]\nkey = '${KEY}'\n[plugins.b]\n", KEY="s3cret", CHACHAML_B_KEY="s3cret"
    )
    assert "s3cret" not in repr(config)
    assert "s3cret" not in repr(config.table("b"))
    assert "s3cret" not in repr(config.table("b").values)
