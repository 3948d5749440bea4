"""What a kernel on PostgreSQL does not start on is said in a line, before anything is changed."""

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import asyncpg
import pytest
import trustme
from chachaml_kernel.errors import ConfigError
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql.migrate import VERSION_TABLE

from tests.servers.ports import held_ports
from tests.servers.postgres import PASSWORD, database, execute, named
from tests.servers.proxy import proxy

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def guarded(authority: trustme.CA, postgres_dsn: str) -> AsyncIterator[str]:
    """Return the address of a server with TLS, whose certificate is for localhost."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    async with proxy(postgres_dsn, tls=tls) as way:
        yield way.through(postgres_dsn)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return a file with the certificate of who vouches for the server."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def strict(dsn: str, trusted: Path, *, host: str = "localhost") -> str:
    """Return the address of a server, which has to prove who it is."""
    return f"{dsn.replace('127.0.0.1', host)}?sslmode=verify-full&sslrootcert={trusted}"


async def refusal(dsn: str) -> str:
    """Return why a database cannot be opened."""
    with pytest.raises(ConfigError) as refused:
        async with StorePostgres(dsn=dsn).chachaml_store():
            pass
    assert PASSWORD not in refused.value.detail
    assert "\n" not in refused.value.detail
    assert refused.value.__cause__ is None
    return refused.value.detail


async def test_no_server_is_said_in_a_line() -> None:
    with held_ports(1) as (port,):
        said = await refusal(f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres")
    assert "cannot reach the PostgreSQL server" in said
    assert str(port) in said


async def test_a_wrong_password_is_said_in_a_line(postgres_server: str) -> None:
    said = await refusal(re.sub(r"[^:@/]+(?=@)", "s3cret", postgres_server))
    assert "password authentication failed" in said
    assert "s3cret" not in said


async def test_a_database_that_is_not_there_is_said_in_a_line(postgres_server: str) -> None:
    assert 'database "nowhere" does not exist' in await refusal(named(postgres_server, "nowhere"))


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://me:{PASSWORD}/x@localhost/db",
        f"postgresql://me:x@localhost:{PASSWORD}/db",
        f"postgresql://me:{PASSWORD}@localhost/db?sslmode=sometimes",
    ],
)
async def test_an_address_that_cannot_be_read_is_said_without_quoting_it(dsn: str) -> None:
    assert "the dsn cannot be understood" in await refusal(dsn)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dsn": f"host=localhost password={PASSWORD}"}, "postgresql://"),
        ({"listen_dsn": "localhost"}, "listen_dsn must begin with postgresql://"),
        ({"connections": 0}, "from 1 to 500"),
        ({"transaction_seconds": 0}, "above 0"),
        ({"statement_seconds": 0}, "above 0"),
        ({"lock_seconds": 4_000}, "at most 3600"),
        ({"max_waiting": 0}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], said: str) -> None:
    given = {"dsn": "postgresql://localhost", **settings}
    with pytest.raises(ConfigError, match=said) as refused:
        StorePostgres(**given)  # type: ignore[arg-type]
    assert PASSWORD not in refused.value.detail


def test_the_address_is_not_shown() -> None:
    assert PASSWORD not in repr(StorePostgres(dsn=f"postgresql://me:{PASSWORD}@localhost/db"))


async def test_a_newer_database_is_refused(postgres_dsn: str) -> None:
    async with StorePostgres(dsn=postgres_dsn).chachaml_store():
        pass
    await execute(postgres_dsn, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    assert "revision '9999', which is newer" in await refusal(postgres_dsn)


async def test_the_database_of_another_program_is_refused_and_left_alone(postgres_dsn: str) -> None:
    await execute(postgres_dsn, "CREATE TABLE orders (id int)")
    for _ in range(2):
        assert "tables of another program (orders…)" in await refusal(postgres_dsn)


async def test_a_database_that_cannot_hold_all_text_is_refused(postgres_server: str) -> None:
    latin = "ENCODING LATIN1 LOCALE 'C' TEMPLATE template0"
    async with database(postgres_server, latin) as dsn:
        assert "encoding LATIN1" in await refusal(dsn)


async def test_a_server_that_proves_who_it_is_is_taken(guarded: str, trusted: Path) -> None:
    dsn = strict(guarded, trusted)
    plugin = StorePostgres(dsn=dsn)
    async with plugin.chachaml_store() as store, plugin.chachaml_relay() as relay:
        await store.ping()
        async with aclosing(relay.receive()) as received:
            assert await anext(received) is None


async def test_a_server_that_somebody_else_vouches_for_is_refused(
    guarded: str, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    said = await refusal(strict(guarded, tmp_path / "other.pem"))
    assert "the certificate of the PostgreSQL server is refused" in said
    assert "sslrootcert" in said


async def test_a_server_that_goes_by_another_name_is_refused(guarded: str, trusted: Path) -> None:
    said = await refusal(strict(guarded, trusted, host="127.0.0.1"))
    assert "the certificate of the PostgreSQL server is refused" in said
    assert "127.0.0.1" in said


async def test_a_server_without_tls_is_refused_where_it_is_asked_for(
    postgres_dsn: str, trusted: Path
) -> None:
    said = await refusal(strict(postgres_dsn, trusted))
    assert "rejected SSL upgrade" in said


async def test_a_file_of_certificates_that_is_not_there_is_said_to_be_missing(
    guarded: str, tmp_path: Path
) -> None:
    said = await refusal(strict(guarded, tmp_path / "nowhere.pem"))
    assert "a file that the dsn names is not there" in said
    assert "sslrootcert" in said


async def test_a_server_that_is_too_old_is_refused_and_left_alone(postgres_dsn: str) -> None:
    async with proxy(postgres_dsn) as way:
        admin = await asyncpg.connect(postgres_dsn)
        number = (await admin.fetchval("SHOW server_version_num")).encode()
        way.alter = lambda piece: piece.replace(number, b"140012")
        said = await refusal(way.through(postgres_dsn))
        assert said == "the server is PostgreSQL 14; chachaml-kernel needs 15 or newer"
        assert await admin.fetchval(TABLES) == 0
        await admin.close()
