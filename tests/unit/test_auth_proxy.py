"""The plugin `auth_proxy`: whom it believes, and about whom."""

import pytest
from chachaml_auth_proxy import AuthProxy
from chachaml_kernel.errors import ConfigError, Forbidden, Unauthenticated
from chachaml_kernel.ports import Caller, Principal


def caller(address: str, **headers: str) -> Caller:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Caller(method="GET", path="/runs", headers=named, address=address)


async def test_the_name_that_the_proxy_sends_is_who_is_asking() -> None:
    door = AuthProxy().chachaml_authenticator()
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        asking = caller(address, x_forwarded_user=" maria ")
        assert await door.authenticate(asking) == Principal("maria")


@pytest.mark.parametrize("address", ["10.0.0.7", "::ffff:10.0.0.7", "fe80::1", "", "/tmp/socket"])
async def test_who_is_not_the_proxy_is_refused_whatever_it_sends(address: str) -> None:
    door = AuthProxy().chachaml_authenticator()
    asking = caller(address, x_forwarded_user="maria", x_forwarded_for="127.0.0.1")
    with pytest.raises(Forbidden, match="is not the proxy"):
        await door.authenticate(asking)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_forwarded_user": " "},
        {"x_forwarded_user": "x" * 251},
        {"x_forwarded_user": "a\tb"},
        {"x_forwarded_email": "maria@example.org"},
    ],
)
async def test_a_request_of_the_proxy_without_a_name_is_refused(headers: dict[str, str]) -> None:
    door = AuthProxy().chachaml_authenticator()
    with pytest.raises(Unauthenticated, match="X-Forwarded-User"):
        await door.authenticate(caller("127.0.0.1", **headers))


async def test_the_header_and_the_proxies_are_settings() -> None:
    settings = AuthProxy(header="X-Forwarded-Email", trusted=("10.1.0.0/16", "fd00::7"))
    door = settings.chachaml_authenticator()
    for address in ("10.1.2.3", "fd00::7"):
        asking = caller(address, x_forwarded_email="m@example.org", x_forwarded_user="other")
        assert await door.authenticate(asking) == Principal("m@example.org")
    with pytest.raises(Forbidden):
        await door.authenticate(caller("127.0.0.1", x_forwarded_email="m@example.org"))


@pytest.mark.parametrize(
    ("header", "trusted", "fault"),
    [
        ("", ("10.0.0.7",), "header is ''"),
        ("X User", ("10.0.0.7",), "header is 'X User'"),
        ("X-User", (), "trusted names no address"),
        ("X-User", ("proxy",), "trusted has 'proxy'"),
        ("X-User", ("10.0.0.7/8",), "host bits set"),
    ],
)
def test_settings_that_make_no_sense_are_named(
    header: str, trusted: tuple[str, ...], fault: str
) -> None:
    with pytest.raises(ConfigError, match=fault):
        AuthProxy(header=header, trusted=trusted)
