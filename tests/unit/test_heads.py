"""Plain heads: what they say, and that the web framework finds the same end of the request."""

import asyncio

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser
from aiohttp.http_exceptions import HttpProcessingError
from chachaml_ui.express.heads import LONGEST, read_head
from hypothesis import given
from hypothesis import strategies as st

FIRST = "POST /a HTTP/1.1"
NEXT = b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"


def raw(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1")


def test_a_plain_head_says_what_is_asked() -> None:
    head = read_head(raw(FIRST, "Host:a", "X-Y: ", "Content-Length: 012", "ACCEPT: a b, c"))
    assert head is not None
    assert (head.method, head.target, head.length) == ("POST", "/a", 12)
    assert head.headers == {"host": "a", "x-y": "", "content-length": "012", "accept": "a b, c"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("kept", ["", "keep-alive", "Keep-Alive"])
def test_a_head_without_a_length_has_no_body(method: str, kept: str) -> None:
    head = read_head(raw(f"{method} /?a=%00#b HTTP/1.1", f"Connection: {kept}"))
    assert head is not None
    assert (head.method, head.target, head.length) == (method, "/?a=%00#b", 0)


@pytest.mark.parametrize(
    "first",
    [
        "",
        "POST /a",
        "POST /a HTTP/1.0",
        "POST /a HTTP/1.1 ",
        "POST  /a HTTP/1.1",
        " POST /a HTTP/1.1",
        "POST /a\tHTTP/1.1",
        "POST /é HTTP/1.1",
        "post /a HTTP/1.1",
        "CONNECT a:80 HTTP/1.1",
        "PRI * HTTP/2.0",
        "\r\nPOST /a HTTP/1.1",
    ],
)
def test_another_first_line_is_not_plain(first: str) -> None:
    assert read_head(raw(first, "Host: a")) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Accept",
        ": x",
        "Accept : x",
        "Accept:\tx",
        "Accept: x ",
        "Accept: é",
        "Accept: \0",
        " folded",
        "\tfolded",
        "Accept: x\ny: z",
        "Accept: x\ry: z",
        "Host: b",
        "hOST: a",
        "Content-Length: ",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 5, 5",
        "Content-Length: 0x5",
        "Content-Length: 5.0",
        "Content-Length: 1_0",
        "Content-Length: \xb2",
        "Content-Length: " + "9" * 19,
        "Transfer-Encoding: chunked",
        "transfer-encoding: identity",
        "Expect: 100-continue",
        "Upgrade: h2c",
        "Trailer: x",
        "Connection: close",
        "Connection: keep-alive, Upgrade",
        "Accept: " + "x" * LONGEST,
    ],
)
def test_a_head_with_such_a_line_is_not_plain(line: str) -> None:
    assert read_head(raw(FIRST, "Host: a", line)) is None


LINES = st.one_of(
    st.sampled_from(
        [
            *("Content-Length: 3", "content-length:03", "Content-Length: 3 ", "Content-Length: 0"),
            *(
                "Content-Length : 3",
                "Content-Length: +3",
                "Content-Length:  3",
                "Content_Length: 9",
            ),
            *("Transfer-Encoding: chunked", "Transfer-Encoding : chunked", "Connection: close"),
            *("Connection: keep-alive", "Connection: upgrade", "Upgrade: websocket", " folded"),
            *(
                "Proxy-Connection: x",
                "TE: trailers",
                "Keep-Alive: 5",
                "Host: b",
                "X: a\nb",
                "X: \r",
            ),
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=8),
    st.tuples(st.text("aZ-_ \t0", max_size=3), st.text("a \t\r\n:0\x7f", max_size=4)).map(":".join),
)


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "PRI"]),
    target=st.sampled_from(["/", "*", "/a?b#c", "//a", "http://a/b", "a:80", '/"<>\\^`{|}', "a b"]),
    lines=st.lists(LINES, max_size=4),
)
def test_the_framework_finds_the_same_end_or_refuses(
    method: str, target: str, lines: list[str]
) -> None:
    head = raw(f"{method} {target} HTTP/1.1", "Host: a", *lines)
    plain = read_head(head)
    if plain is None:
        return
    loop = asyncio.new_event_loop()
    parser = HttpRequestParser(BaseProtocol(loop), loop, 65_536)
    try:
        ((message, body),) = parser.feed_data(head + b"\r\n\r\n" + b"x" * plain.length)[0]
        assert body.is_eof()
        assert not message.upgrade
        if not message.should_close:
            ((following, _),) = parser.feed_data(NEXT)[0]
            assert (message.path, following.path) == (target, "/next")
    except HttpProcessingError:
        return
    finally:
        loop.close()
