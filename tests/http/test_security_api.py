"""Who is let in: by name, by origin, by an authenticator; and what browsers are told."""

from dataclasses import dataclass

import httpx
import pytest
from chachaml_auth_proxy import AuthProxy
from chachaml_kernel.errors import Forbidden, Unauthenticated
from chachaml_kernel.ports import Caller, Principal
from chachaml_ui import Ui
from chachaml_ui.security import split_host

from tests.http.client import detail
from tests.http.serving import kernel, serving


@pytest.mark.parametrize(
    ("host", "name", "port"),
    [
        ("localhost:8080", "localhost", "8080"),
        ("LOCALHOST", "localhost", ""),
        ("example.org.", "example.org", ""),
        ("[::1]:80", "::1", "80"),
        ("[::1]", "::1", ""),
        ("", "", ""),
    ],
)
def test_a_host_is_a_name_and_a_port(host: str, name: str, port: str) -> None:
    assert split_host(host) == (name, port)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8080", "LocalHost.:80"])
def test_the_server_is_reached_by_loopback_names(http: httpx.Client, host: str) -> None:
    assert http.get("/api/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil", "1.2.3.4", "[::1]evil", "[::1"]
)
@pytest.mark.parametrize("path", ["/api/runs", "/metrics", "/nope"])
def test_the_server_is_reached_by_no_other_name(http: httpx.Client, host: str, path: str) -> None:
    answer = http.get(path, headers={"Host": host})
    assert "allowed_hosts" in detail(answer, 403, "forbidden")
    page = http.get("/runs", headers={"Host": host})
    assert page.status_code == 403
    assert "allowed_hosts" in page.text


def test_what_draws_a_refusal_is_open_to_all(http: httpx.Client) -> None:
    page = http.get("/runs", headers={"Host": "evil.example"}).text
    style = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    answer = http.get(style, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Content-Type"][:8]) == (200, "text/css")
    assert http.get("/static/../api/runs", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_open_to_all(http: httpx.Client, path: str) -> None:
    assert http.get(path, headers={"Host": "pod-7.cluster"}).json() == {"status": "ok"}


async def test_a_listed_name_reaches_the_server() -> None:
    settings = Ui(port=0, allowed_hosts=("Tracker.Example",))
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/api/runs", headers={"Host": "tracker.example:443"})
        assert answer.status_code == 200
        answer = await http.get("/api/runs", headers={"Host": "other.example"})
        assert answer.status_code == 403


async def test_a_star_lets_any_name_reach_the_server_but_no_foreign_origin() -> None:
    settings = Ui(port=0, allowed_hosts=("*",))
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        named = {"Host": "any.example"}
        assert (await http.get("/api/runs", headers=named)).status_code == 200
        foreign = {**named, "Origin": "http://evil.example"}
        assert (await http.post("/api/w/runs", headers=foreign)).status_code == 403


async def test_a_server_on_all_addresses_is_reached_by_any_address_and_by_no_name() -> None:
    async with (
        serving(settings=Ui(host="0.0.0.0", port=0)) as (url, _),
        httpx.AsyncClient(base_url=url.replace("0.0.0.0", "127.0.0.1")) as http,
    ):
        for host, status in (("10.1.2.3:8080", 200), ("[fe80::1]", 200), ("evil.example", 403)):
            assert (await http.get("/api/runs", headers={"Host": host})).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://localhost:8080.evil"},
        {"Origin": "file://localhost:8080"},
        {"Origin": ""},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/w/runs"), ("DELETE", "/api/tags/x?key=a")]
)
def test_a_foreign_page_changes_nothing(
    http: httpx.Client, headers: dict[str, str], method: str, path: str
) -> None:
    answer = http.request(method, path, headers={"Host": "localhost:8080", **headers})
    detail(answer, 403, "forbidden")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("localhost", "http://localhost:80"),
        ("localhost:80", "http://localhost"),
        ("localhost", "https://localhost"),
        ("localhost:443", "https://LOCALHOST"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_page_of_ours_changes_what_it_likes(http: httpx.Client, host: str, origin: str) -> None:
    headers = {"Host": host, "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert http.post("/api/w/runs", headers=headers).status_code == 200


def test_a_foreign_page_may_read_what_the_browser_lets_it(http: httpx.Client) -> None:
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = http.get("/api/runs", headers=headers)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_listed_host_is_no_foreign_origin() -> None:
    settings = Ui(port=0, allowed_hosts=("tracker.example",))
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        answer = await http.post("/api/w/runs", headers={"Origin": "https://tracker.example"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/runs", "/nope", "/healthz", "/metrics", "/runs", "/runs/nobody"]
)
def test_every_answer_tells_browsers_to_be_careful(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    is_page = path.startswith("/runs")
    assert headers["Cache-Control"] == ("no-cache" if is_page else "no-store")
    assert ("script-src 'self'" in headers["Content-Security-Policy"]) is is_page


@dataclass(frozen=True)
class Keys:
    """Knows one key, and lets its owner only read, but for starting runs."""

    async def authenticate(self, caller: Caller) -> Principal:
        if caller.headers.get("authorization") != "Bearer right":
            raise Unauthenticated("send a key", challenge='Bearer realm="chachaml"')
        if caller.method == "DELETE":
            raise Forbidden(f"{caller.path} is not yours to change")
        return Principal("maria")


async def test_an_authenticator_decides_about_all_but_health() -> None:
    right = {"Authorization": "Bearer right"}
    async with (
        serving(kernel(authenticator=Keys())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        for path in ("/api/runs", "/metrics", "/api/openapi.json", "/nope"):
            refused = await http.get(path)
            assert detail(refused, 401, "not authenticated") == "send a key"
            assert refused.headers["WWW-Authenticate"] == 'Bearer realm="chachaml"'
        page = await http.get("/runs")
        assert page.status_code == 401
        assert page.headers["WWW-Authenticate"] == 'Bearer realm="chachaml"'
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/api/runs", headers=right)).status_code == 200
        answer = await http.delete("/api/w/runs/x", headers=right)
        assert "/api/w/runs/x" in detail(answer, 403, "forbidden")


async def test_who_is_known_stands_as_the_creator_where_nobody_is_named() -> None:
    right = {"Authorization": "Bearer right"}
    async with (
        serving(kernel(authenticator=Keys())) as (url, _),
        httpx.AsyncClient(base_url=url, headers=right) as http,
    ):
        run = (await http.post("/api/w/runs")).json()
        assert run["created_by"] == "maria"
        named = await http.post("/api/w/runs", json={"created_by": "ci"})
        assert named.json()["created_by"] == "ci"
        await http.post(
            f"/api/w/runs/{run['id']}/artifacts?name=a",
            content=b"x",
            headers={"Content-Type": "application/octet-stream"},
        )
        body = {"name": "m", "run_id": run["id"], "artifact": "a"}
        assert (await http.post("/api/w/models", json=body)).json()["created_by"] == "maria"
        for stage, by in (("staging", {}), ("none", {"moved_by": "ci"})):
            await http.post("/api/w/models/m/versions/1/stage", json={"stage": stage, **by})
        moves = (await http.get("/api/models/m/history")).json()
        assert [move["by"] for move in moves] == ["ci", "maria"]
        view = await http.post("/api/w/views", json={"name": "v", "query": ""})
        assert view.json()["created_by"] == "maria"
        await http.post(f"/api/note/{run['id']}", json={"note": "x"})
        whole = (await http.get(f"/api/runs/{run['id']}")).json()
        assert whole["note_saved"]["by"] == "maria"


@pytest.mark.parametrize(("trusted", "status"), [("127.0.0.1", 200), ("10.0.0.7", 403)])
async def test_a_proxy_is_known_by_the_address_of_its_connection(trusted: str, status: int) -> None:
    door = AuthProxy(trusted=(trusted,)).chachaml_authenticator()
    sent = {"X-Forwarded-User": "maria", "X-Forwarded-For": "10.0.0.7"}
    async with (
        serving(kernel(authenticator=door)) as (url, _),
        httpx.AsyncClient(base_url=url, headers=sent) as http,
    ):
        answer = await http.post("/api/w/runs")
        assert answer.status_code == status
        assert answer.json().get("created_by") == ("maria" if status == 200 else None)
        assert (await http.get("/readyz")).status_code == 200
