"""Servers that a program of its own starts, and that end with it."""

import signal
from pathlib import Path

import pytest

from tests.integration.command import CONFIG, Command

LOGS_TO_ITSELF = """import json
from urllib.request import Request, urlopen
from chachaml_kernel import serve

runs = f"{serve(port=0).url}/api/w/runs"
with urlopen(Request(runs, method="POST")) as answer:
    metrics = f"{runs}/{json.load(answer)['id']}/metrics"
urlopen(Request(metrics, b'{"loss": 0.25}', {"Content-Type": "application/json"})).close()
"""
READS_WHAT_WAS_LOGGED = """from urllib.request import urlopen
from chachaml_kernel import serve

with urlopen(f"{serve(port=0).url}/api/runs") as answer:
    print(answer.read())
"""
SURVIVES_CTRL_C = """import threading
from chachaml_kernel import serve
try:
    serve("c.toml")
except KeyboardInterrupt:
    print("interrupted")
for thread in threading.enumerate():
    if thread.name == "chachaml-kernel":
        thread.join()
"""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_a_server_of_a_program_ends_its_requests_and_closes_when_the_program_ends(
    command: Command,
) -> None:
    program = "from chachaml_kernel import serve; print(serve('c.toml').url, flush=True); input()"
    with command.python("-c", program) as process:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2])
        command.check_end(port, lambda: print(file=process.stdin, flush=True))
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert command.log.read_text() == "opened\nclosed\n"


def test_what_a_program_logged_to_its_own_server_is_there_for_the_next(command: Command) -> None:
    for program, printed in ((LOGS_TO_ITSELF, ""), (READS_WHAT_WAS_LOGGED, '"loss":0.25')):
        with command.python("-c", program) as process:
            out, err = process.communicate()
        assert (process.returncode, err) == (0, "")
        assert printed in out
        # Closed and not cut off: the last connection takes its log along.
        assert [file.name for file in command.folder.glob("chachaml.db*")] == ["chachaml.db"]


def test_ctrl_c_while_a_server_of_a_program_starts_ends_the_program(command: Command) -> None:
    command.configure_slow()
    with command.python("-c", "from chachaml_kernel import serve; serve('c.toml')") as process:
        assert process.stderr
        assert process.stderr.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1].endswith("\nKeyboardInterrupt\n")
        assert process.returncode == -signal.SIGINT


def test_ctrl_c_while_a_server_of_a_program_starts_gives_the_start_up(command: Command) -> None:
    command.config.write_text(f"{CONFIG}[plugins.waiting]\n")
    with command.python("-c", SURVIVES_CTRL_C) as process:
        assert process.stderr
        assert process.stderr.readline() == "starting\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("interrupted\n", "")
        assert process.returncode == 0
    assert command.log.read_text() == "opened\nclosed\n"
