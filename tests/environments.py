"""New environments with nothing in them but what was built from this checkout."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    """Return what `command` says; fail the test with all of it if the command fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def find_uv() -> str:
    """Return the path of uv, which builds and installs as a user would."""
    places = [None, str(ROOT / ".tools" / "bin"), str(Path(sys.prefix) / "bin")]
    found = next(filter(None, (shutil.which("uv", path=place) for place in places)), None)
    assert found, (
        f"no uv on PATH, in {places[1]} or in {places[2]}; install it with `pip install uv`"
    )
    return found


def build_wheels(folder: Path, *distributions: Path) -> list[Path]:
    """Build a wheel of each distribution into `folder`."""
    for distribution in distributions:
        run(find_uv(), "build", "--wheel", "--out-dir", folder, distribution, cwd=ROOT)
    return sorted(folder.glob("*.whl"))


def new_environment(folder: Path, *packages: str | Path) -> Path:
    """Install packages into a new environment; return the folder of its programs."""
    uv, python = find_uv(), folder / "bin" / "python"
    run(uv, "venv", "--python", sys.executable, folder, cwd=ROOT)
    run(uv, "pip", "install", "--python", python, *packages, cwd=folder)
    return python.parent
