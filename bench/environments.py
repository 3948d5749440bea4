"""Environments of their own for all servers, below the checkout, and what lies in one."""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.environments import ROOT, find_uv

PLACE = ROOT / ".bench"


def installed(*packages: str) -> Path:
    """Return an environment with packages from PyPI, bytecode compiled; made if it is not there.

    They have their versions, as in `mlflow==3.17.2`; other versions take the place of it.
    """
    folder = PLACE / "-".join(re.split(r"[\[=]", package)[0] for package in packages)
    names = " ".join(packages)
    ready, what = folder / "ready", f"{names} in {folder}"  # its programs name the folder
    if not ready.exists() or ready.read_text() != what:
        install(folder, *packages)
        ready.write_text(what)
    return folder


def install(folder: Path, *arguments: str) -> None:
    """Install what the arguments name into a new environment, bytecode compiled."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for command in (
        ("venv", "--clear", "--python", sys.executable, str(folder)),
        ("pip", "install", "--compile-bytecode", "--python", str(folder), *arguments),
    ):
        subprocess.run([find_uv(), *command], env=environment, check=True, capture_output=True)


def built(name: str, *, extras: str) -> Path:
    """Return an environment with what this checkout is now, installed from wheels."""
    folder = PLACE / name
    with TemporaryDirectory() as wheels:
        command = (find_uv(), "build", "--all-packages", "--wheel", "--out-dir", wheels, str(ROOT))
        subprocess.run(command, check=True, capture_output=True)
        kernel = next(Path(wheels).glob("chachaml_kernel-*.whl"))
        package = f"chachaml-kernel[{extras}] @ {kernel.as_uri()}"
        install(folder, "--find-links", wheels, "--reinstall", package)
    return folder


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder; links are not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink())


def import_seconds(environment: Path, modules: str) -> float:
    """Return the processor time of a Python that imports modules and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [environment / "bin" / "python", "-c", f"import {modules}"], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def versions(environment: Path) -> dict[str, str]:
    """Return the versions of all packages in an environment."""
    command = (find_uv(), "pip", "list", "--format", "json", "--python", str(environment))
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {package["name"]: package["version"] for package in json.loads(said)}
