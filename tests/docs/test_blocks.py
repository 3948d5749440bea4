"""Every block of code in the documentation does what the page says.

- `bash` and `python` blocks run in order, page by page, against a new server in an empty folder;
  `http://localhost:8080` stands for its address.
- A `json` or `text` block right after one is what that one prints. Ids and times may differ, and
  `…` stands for anything. What prints an error must show it.
- A block whose first line names a file is that file; a `pyproject.toml` is installed, tests run.
- A file `chachaml.toml` is a whole configuration: it is checked, and serves what comes after it.
  Other `toml` blocks are parts of one.
- Nothing else runs: what starts a server or needs another one is `console`, `nginx` and so on.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.command import COMMAND, clean_environment, serving
from tests.distributions import install
from tests.docs.pages import PAGES, Block, blocks, name_of

RUN, SHOWN, INERT = {"bash", "python"}, {"json", "text"}, {"console", "nginx", "mermaid"}
END = "\x1e"
ID = re.compile(r"\b[0-9a-f]{32}\b")
TIME = re.compile(r"\b\d{13}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(slots=True)
class Session:
    """Blocks that one server sees, each with the answer that is shown, if one is."""

    page: Path
    config: Block | None = None
    steps: list[tuple[Block, Block | None]] = field(default_factory=list)

    def __str__(self) -> str:
        first = self.config.text.splitlines()[2] if self.config else "default"
        return f"{name_of(self.page)}: {first}"


def sessions(page: Path) -> list[Session]:
    found = [Session(page)]
    before: Block | None = None
    for block in blocks(page):
        if block.file == "chachaml.toml":
            found.append(Session(page, block))
        elif block.language in RUN and not block.file:
            found[-1].steps.append((block, None))
        elif before and block.language in SHOWN and found[-1].steps[-1:] == [(before, None)]:
            found[-1].steps[-1] = (before, block)
        before = block
    return found


ALL = [session for page in PAGES for session in sessions(page)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, in which nothing but the tools of the tests is on the path."""
    monkeypatch.setenv("PATH", f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def lay_out(session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write the files of a page and install its plugins; return the arguments for the command."""
    for block in blocks(session.page):
        if block.file and block is not session.config:
            file = folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
    projects = sorted(folder.glob("*/pyproject.toml"))
    for project in projects:
        said = tomllib.loads(project.read_text())["project"]
        install(project.parent, said["name"], plugins=said["entry-points"]["chachaml"])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(path.parent) for path in projects))
    if session.config is None:
        return []
    for variable in re.findall(r"\$\{(\w+)\}", session.config.text):
        monkeypatch.setenv(variable, f"{variable}-of-the-documentation")
    (folder / "chachaml.toml").write_text(session.config.text)
    return ["--config", "chachaml.toml"]


def script(session: Session, url: str) -> str:
    lines = ["set -euo pipefail"]
    for block, _ in session.steps:
        text = block.text.replace("http://localhost:8080", url)
        is_python = block.language == "python"
        lines += [f"python - <<'PROGRAM'\n{text}PROGRAM" if is_python else text, "printf '\\036'"]
    return "\n".join(lines)


def plain(text: str, language: str) -> str:
    """Return what is compared: JSON in one form, one blank for many, one word for ids and times."""
    if language == "json":
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return TIME.sub("TIME", ID.sub("ID", re.sub(" +", " ", text))).strip()


@pytest.mark.parametrize("session", [each for each in ALL if each.steps], ids=str)
def test_what_a_page_shows_is_what_happens(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = lay_out(session, folder, monkeypatch)
    with serving(folder, *arguments) as server:
        done = subprocess.run(
            ["bash", "-c", script(session, server.url)],
            cwd=folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    printed = done.stdout.split(END)
    assert done.returncode == 0, f"{session.steps[len(printed) - 1][0].text}\n{done.stderr}"
    for (block, shown), output in zip(session.steps, printed, strict=False):
        if shown is None:
            assert '"error":' not in output, block.text
        else:
            pattern = re.escape(plain(shown.text, shown.language))
            pattern = pattern.replace('"…"', ".*").replace("…", ".*")
            seen = plain(output, shown.language)
            assert re.fullmatch(pattern, seen, re.DOTALL), f"{block.text}\n{output}\n{shown.text}"


@pytest.mark.parametrize("session", [each for each in ALL if each.config], ids=str)
def test_a_whole_configuration_can_serve(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(folder, "--check", *lay_out(session, folder, monkeypatch))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_part_of_a_configuration_is_understood(page: Path, folder: Path) -> None:
    for block in blocks(page):
        if block.language == "toml" and not block.file:
            (folder / "part.toml").write_text(block.text)
            check(folder, "plugins", "--config", "part.toml")


def check(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_tests_that_a_page_shows_pass(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(Session(page), folder, monkeypatch)
    for file in folder.glob("**/test_*.py"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name],
            cwd=file.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_of_a_known_language(page: Path) -> None:
    for block in blocks(page):
        assert block.language in RUN | SHOWN | INERT | {"toml"}, block.text
        if block.language == "json":
            json.loads(block.text)
