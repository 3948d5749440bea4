"""From a route of the table to a handler of the web framework."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, get_origin

from aiohttp import web
from chachaml_kernel.domain.idempotency import Once, check_idempotency_key
from chachaml_kernel.errors import Invalid
from multidict import MultiDict

from chachaml_ui.answers import VARY, json_answer
from chachaml_ui.api.bodies import check_media_type, receive, receive_whole
from chachaml_ui.api.json_bodies import read_typed
from chachaml_ui.api.queries import query_reader, read_path
from chachaml_ui.api.table import Paged, Route, WebCall
from chachaml_ui.api.turns import in_turns
from chachaml_ui.budget import Share
from chachaml_ui.keys import BUDGET, KERNEL, PRINCIPAL

OCTETS = "application/octet-stream"


def bind(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return what serves `route`: it checks a request, calls the handler and sends its answer."""
    read_query = query_reader(route.query_type)
    no_query = MultiDict[str]()
    path_type, read_body = route.path_type, _body_reader(route)
    headers = VARY if route.negotiates else None

    async def serve(request: web.Request) -> web.StreamResponse:
        path = read_path(request.match_info, path_type)
        query = read_query(request.query if request.rel_url.raw_query_string else no_query)
        with request.app[BUDGET].share() as share:
            body, raw = await read_body(request, share)
            key = _key_of(request)
            call = WebCall(
                kernel=request.app[KERNEL],
                path=path,
                query=query,
                body=body,
                once=once_of(request.method, request.raw_path, raw, key),
                share=share,
                principal=request.get(PRINCIPAL),
                request=request,
            )
            handler = route.handler
            if route.others:
                handler = route.others.get(request.content_type, handler)
            answer = await handler(call)
        return _respond(request, answer, headers)

    return serve


BodyReader = Callable[[web.Request, Share], Awaitable[tuple[Any, bytes]]]


def _body_reader(route: Route) -> BodyReader:
    """Return what reads a route's body; it gives the bytes too, where they are held at all."""
    type_ = route.body_type

    async def read_nothing(_: web.Request, __: Share) -> tuple[None, bytes]:
        return None, b""

    async def read_octets(request: web.Request, _: Share) -> tuple[AsyncIterator[bytes], bytes]:
        check_media_type(request, OCTETS)
        return receive(request), b""

    async def read_raw(request: web.Request, share: Share) -> tuple[bytes, bytes]:
        raw = await receive_whole(request, share, route.accepts)
        return raw, raw

    async def read_value(request: web.Request, share: Share) -> tuple[Any, bytes]:
        raw = await receive_whole(request, share, route.accepts)
        return await in_turns(len(raw), read_typed, raw or b"{}", type_), raw

    if not route.takes_body:
        return read_nothing
    if get_origin(type_) is AsyncIterator:
        return read_octets
    return read_raw if type_ is bytes else read_value


def _key_of(request: web.Request) -> str | None:
    keys = request.headers.getall("Idempotency-Key", [None])
    if len(keys) > 1:
        raise Invalid("there is more than one Idempotency-Key; send one")
    return keys[0]


def once_of(method: str, raw_path: str, body: bytes, key: str | None) -> Once | None:
    """Return the client's idempotency key and a digest of its request, if it sent a key."""
    if key is None:
        return None
    digest = hashlib.sha256(f"{method} {raw_path}\n".encode())
    digest.update(body)
    return Once(check_idempotency_key(key), digest.hexdigest())


def _respond(
    request: web.Request, answer: object, headers: Mapping[str, str] | None
) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    if not isinstance(answer, Paged):
        return json_answer(answer, headers=headers)
    if answer.cursor is None:
        return json_answer(answer.rows)
    following = request.rel_url.update_query(cursor=answer.cursor)
    return json_answer(answer.rows, headers={"Link": f'<{following}>; rel="next"'})
