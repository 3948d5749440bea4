"""Images of one layer that are made from files of this machine, where no registry is reached."""

import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.engine import NoEngine

BUILD_SECONDS = 120
OWNER = 999
HOME = "/var/lib/postgresql"
USERS = f"root:x:0:0::/:/bin/sh\npostgres:x:{OWNER}:{OWNER}::{HOME}:/bin/sh\n"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image has beside a shell: files and folders of this machine by their place in it but
    for `left_out`, the libraries of `programs`, and the script that it runs, if there is one."""

    name: str
    files: Mapping[str, Path]
    programs: Sequence[Path]
    left_out: re.Pattern[str]
    script: str = ""
    instructions: Sequence[str] = ()


def make(recipe: Recipe, environment: Mapping[str, str]) -> None:
    """Have the engine make an image of one layer."""
    start = ['ENTRYPOINT ["/start"]'] if recipe.script else []
    changes = [*start, *recipe.instructions]
    options = [part for change in changes for part in ("--change", change)]
    with subprocess.Popen(
        ["docker", "import", *options, "-", recipe.name],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as importing:
        assert importing.stdin is not None
        with tarfile.open(fileobj=importing.stdin, mode="w|") as tar:
            _fill(tar, recipe)
        importing.stdin.close()
        if importing.wait(BUILD_SECONDS) != 0:
            raise NoEngine(f"the image {recipe.name} cannot be made; docker says why above")


def _fill(tar: tarfile.TarFile, recipe: Recipe) -> None:
    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        """Leave out what is not needed; the rest anybody may read."""
        member.mode |= 0o555 if member.isdir() or member.mode & 0o100 else 0o444
        return None if recipe.left_out.search(f"/{member.name}") else member

    busybox = shutil.which("busybox")
    if busybox is None:
        raise NoEngine("there is no program 'busybox'; run tests/setup.sh containers")
    _folder(tar, "tmp", mode=0o1777)
    for name in (HOME, f"{HOME}/data"):
        _folder(tar, name, owner=OWNER)
    tar.add(busybox, "bin/busybox")
    for applet in subprocess.check_output([busybox, "--list"], text=True).split():
        link = tarfile.TarInfo(f"bin/{applet}")
        link.type, link.linkname = tarfile.SYMTYPE, "busybox"
        if applet != "busybox":
            tar.addfile(link)
    _text(tar, "etc/passwd", USERS, mode=0o644)
    if recipe.script:
        _text(tar, "start", recipe.script, mode=0o755)
    for place, path in recipe.files.items():
        tar.add(path.resolve(), place, filter=plain)
    for library in sorted(set(_libraries(recipe))):
        tar.add(library.resolve(), str(library), filter=plain)


def _libraries(recipe: Recipe) -> Iterator[Path]:
    """Yield the shared libraries of a recipe's programs that are no files of the recipe itself."""
    programs = [path for path in recipe.programs if not recipe.left_out.search(str(path))]
    said = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    for library in map(Path, re.findall(r"/\S+\.so[^\s:]*(?= \()", said)):
        if not any(library.is_relative_to(path) for path in recipe.files.values()):
            yield library


def _folder(tar: tarfile.TarFile, name: str, *, mode: int = 0o755, owner: int = 0) -> None:
    member = tarfile.TarInfo(name.strip("/"))
    member.type, member.mode, member.uid, member.gid = tarfile.DIRTYPE, mode, owner, owner
    tar.addfile(member)


def _text(tar: tarfile.TarFile, name: str, text: str, *, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(text.encode()), mode
    tar.addfile(member, io.BytesIO(text.encode()))
