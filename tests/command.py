"""The real command with the default plugins, as a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("chachaml-kernel")


@dataclass(frozen=True, slots=True)
class Serving:
    """A command that accepts requests at `url`."""

    process: subprocess.Popen[str]
    url: str


def clean_environment(**more: str) -> Mapping[str, str]:
    """Return this environment without what would configure the server or slow its start."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PORT", "PYTHONDONTWRITEBYTECODE") and not name.startswith("CHACHAML_")
    }
    return {**kept, **more}


@contextmanager
def serving(folder: Path, *arguments: str, command: Path = COMMAND) -> Iterator[Serving]:
    """Run the command in `folder` on a free port; kill it at the end if it still runs."""
    process = subprocess.Popen(
        [command, "--port", "0", *arguments],
        cwd=folder,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate()[1]
        yield Serving(process, found[0])
    finally:
        process.kill()
        process.communicate()
