"""The command line, as processes of their own."""

import re
import signal
import socket
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.integration.command import CONFIG, Command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_requests_closes_the_store_and_exits_with_0(
    command: Command, number: signal.Signals
) -> None:
    with command.serving("--config", "c.toml") as (process, port):
        command.check_end(port, lambda: process.send_signal(number))
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert command.log.read_text() == "opened\nclosed\n"


def test_a_second_signal_ends_it_at_once(command: Command) -> None:
    with command.serving("--config", "c.toml") as (process, port):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            lines = connection.makefile("r")
            assert lines.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            assert lines.readline() == "closing\n"
            process.send_signal(signal.SIGTERM)
            assert process.communicate() == ("", "")
        assert process.returncode == -signal.SIGTERM


def test_a_port_in_use_is_one_line_and_exit_code_1(command: Command) -> None:
    with command.serving("--config", "c.toml") as (_, port):
        command.config.write_text(CONFIG.replace("port = 0", f"port = {port}"))
        assert command.run("--config", "c.toml") == (
            1,
            "",
            f"chachaml-kernel: cannot listen on port {port}: it is in use\n",
        )


def test_a_mistake_in_the_configuration_is_one_line_and_exit_code_1(command: Command) -> None:
    command.config.write_text(CONFIG.replace("port", "prot"))
    for arguments in ([], ["--check"], ["plugins"]):
        assert command.run("--config", "c.toml", *arguments) == (
            1,
            "",
            "chachaml-kernel: [plugins.echo] prot is no setting; allowed: greeting, host, port; "
            "did you mean 'port'?\n",
        )


def test_checking_says_what_is_configured_and_opens_nothing(command: Command) -> None:
    assert command.run("--config", "c.toml", "--check") == (
        0,
        "the configuration is right: log, artifacts, echo\n",
        "",
    )
    assert not command.log.exists()


def test_checking_refuses_what_cannot_serve(command: Command) -> None:
    command.config.write_text("[plugins.log]\n[plugins.artifacts]\n")
    assert command.run("--config", "c.toml", "--check") == (
        1,
        "",
        "chachaml-kernel: no plugin provides a front end; add [plugins.ui]\n",
    )


def test_plugins_are_listed_with_their_packages_in_columns(command: Command) -> None:
    code, out, err = command.run("plugins", "--config", "c.toml")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert re.fullmatch("PLUGIN  +PACKAGE  +CONFIGURED  PROVIDES", lines[0])
    assert re.sub(" +", " ", "\n".join(line for line in lines if "small 1.0" in line)) == (
        "artifacts small 1.0 yes chachaml_artifact_store\n"
        "corner small 1.0 no\n"
        "echo small 1.0 yes chachaml_frontend\n"
        "log small 1.0 yes chachaml_store\n"
        "stores small 1.0 no\n"
        "waiting small 1.0 no"
    )
    assert {line.index("small 1.0") for line in lines if "small 1.0" in line} == {
        lines[0].index("PACKAGE")
    }


def test_a_reader_that_leaves_is_no_error(command: Command) -> None:
    with command.start("plugins", "--config", "c.toml") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0


def test_the_version_is_that_of_the_package(command: Command) -> None:
    assert command.run("--version") == (
        0,
        f"chachaml-kernel {version('chachaml-kernel')}\n",
        "",
    )


@pytest.mark.parametrize("port", ["abc", "70000", "-1", "²"])
def test_what_is_no_port_is_bad_usage(command: Command, port: str) -> None:
    code, out, err = command.run(f"--port={port}")
    assert (code, out) == (2, "")
    assert err.endswith(f"argument --port: {port!r} is no port; use a number from 0 to 65535\n")


def test_ctrl_c_before_it_serves_is_quiet(command: Command) -> None:
    command.configure_slow()
    with command.start("--config", "c.toml", "--check") as process:
        assert process.stderr
        assert process.stderr.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")
        assert process.returncode == 130


def test_without_a_file_the_default_plugins_serve_from_the_working_directory(
    command: Command,
) -> None:
    with command.serving("--port=0") as (process, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        code, out, err = command.run("--port", str(port))
        assert (code, out) == (1, "")
        assert err == (
            f"chachaml-kernel: port {port} on 127.0.0.1 is in use; choose another with --port\n"
        )
        process.send_signal(signal.SIGTERM)
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert (command.folder / "chachaml.db").is_file()
    assert (command.folder / "chachaml-artifacts").is_dir()


def test_a_data_folder_that_cannot_be_is_one_line_and_exit_code_1(command: Command) -> None:
    code, out, err = command.run("--port=0", "--data=c.toml")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"chachaml-kernel: .*c\.toml.*\n", err)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_command_of_a_plugin_and_closes_the_store(
    command: Command, number: signal.Signals, code: int
) -> None:
    command.config.write_text("[plugins.log]\n[plugins.artifacts]\n[plugins.waiting]\n")
    with command.start("waiting", "--config", "c.toml") as process:
        assert process.stderr
        assert process.stderr.readline() == "starting\n"
        assert command.log.read_text() == "opened\n"
        process.send_signal(number)
        assert process.communicate() == ("", "")
        assert process.returncode == code
    assert command.log.read_text() == "opened\nclosed\n"


def test_a_plugin_that_is_configured_has_a_command_of_its_name(command: Command) -> None:
    command.config.write_text("[plugins.log]\n[plugins.artifacts]\n[plugins.corner]\n")
    assert command.run("corner", "--config", "c.toml") == (0, "/corner\n", "")
    assert command.log.read_text() == "opened\nclosed\n"


def test_a_word_that_is_no_command_is_refused_with_those_that_are(command: Command) -> None:
    code, out, said = command.run("--config", "c.toml", "corner")
    assert (code, out) == (2, "")
    assert said.startswith(
        "chachaml-kernel: no command is named 'corner'; there are copy, backup, "
    )
    assert said.endswith("such as [plugins.corner]\n")
    assert not command.log.exists()
