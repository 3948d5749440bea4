"""The API as an OpenAPI 3.1 document, made from the table that serves it."""

import inspect
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version
from typing import Any, get_args, get_origin

import msgspec
from aiohttp import web

from chachaml_ui.api.bodies import FORM, JSON
from chachaml_ui.api.queries import PREFIXES
from chachaml_ui.api.table import Paged, Route
from chachaml_ui.api.wire.values import Problem

PROBLEMS = {
    400: "The request is malformed; `detail` says where, and what would be right",
    401: "The server has an authenticator and does not know the caller",
    403: "The caller, the `Host` or the `Origin` is not allowed",
    404: "There is no such thing, or the run takes no writes",
    409: "The request contradicts what is stored",
    413: "The body is too large",
    416: "The range lies outside of the bytes",
    429: "Too many requests wait already; try again after `Retry-After` seconds",
    500: "A fault of the server",
    503: "A part that the server stands on is away; try again after `Retry-After` seconds",
}
RETRY = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "required": True}}
LINK = {"Link": {"description": 'the next page: `<…>; rel="next"`', "schema": {"type": "string"}}}
SUCCESSES = {
    200: "Success",
    206: "The part that was asked for",
    304: "Not modified",
    307: "What was asked for is at the address in `Location`, for a short time",
}
WITHOUT_BODY = (304, 307)
REFERENCES = "#/components/schemas/{name}"
OCTETS = {"schema": {"type": "string", "format": "binary"}}
KEY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of `routes`."""
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "chachaml",
            "version": version("chachaml-ui"),
            "description": "Runs, metrics, artifacts and models of machine-learning experiments",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas.components},
    }


class _Schemas:
    """The JSON Schemas of all types of all routes; those of structs are components."""

    def __init__(self, routes: Sequence[Route]) -> None:
        types: list[Any] = [Problem]
        for route in routes:
            types += [route.path_type, route.query_type, *_body_types(route), _answer(route)]
        wanted = list(dict.fromkeys(kind for kind in types if kind is not None))
        schemas, self.components = msgspec.json.schema_components(wanted, ref_template=REFERENCES)
        self._by_type = dict(zip(wanted, schemas, strict=True))
        for schema in self.components.values():
            schema.pop("title", None)

    def of(self, type_: object) -> dict[str, Any]:
        """Return the schema of a type that some route uses."""
        schema: dict[str, Any] = self._by_type[type_]
        return schema

    def fields(self, type_: type[msgspec.Struct]) -> dict[str, Any]:
        """Return the schemas of a struct's fields, and which of them are required."""
        component: dict[str, Any] = self.components[self.of(type_)["$ref"].rpartition("/")[2]]
        return component


def _body_types(route: Route) -> tuple[Any, ...]:
    if route.schema:
        return route.schema
    is_upload = get_origin(route.body_type) is AsyncIterator
    return (route.body_type,) if route.takes_body and not is_upload else ()


def _answer(route: Route) -> object:
    """Return the type of a JSON answer; none for an answer of another kind.

    A handler that may stream the JSON of a type says so: its answer is a union of both.
    """
    if route.answer_type is web.StreamResponse:
        return None
    if web.StreamResponse in get_args(route.answer_type):
        return get_args(route.answer_type)[0]
    if get_origin(route.answer_type) is Paged:
        return list[get_args(route.answer_type)]  # type: ignore[misc]  # made at run time
    return route.answer_type


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    summary, _, description = (inspect.getdoc(route.handler) or "").partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": " ".join(summary.split()),
        "tags": [route.tag],
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
    }
    if description:
        operation["description"] = description
    if route.takes_body:
        operation["requestBody"] = _body(route, schemas)
    return operation


def _parameters(route: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    found = []
    for place, type_ in (("path", route.path_type), ("query", route.query_type)):
        fields = schemas.fields(type_)
        for name, schema in fields["properties"].items():
            if name in PREFIXES:
                continue
            required = name in fields.get("required", ())
            found.append({"name": name, "in": place, "required": required, "schema": _text(schema)})
    if route.method != "GET":
        key = {"name": "Idempotency-Key", "in": "header", "schema": KEY_SCHEMA}
        found.append({**key, "description": "One write's own key: a retry with it is safe"})
    return found


def _text(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter, which is left out rather than null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) != 1:
        return schema
    return {
        **options[0],
        **({"description": schema["description"]} if "description" in schema else {}),
    }


def _body(route: Route, schemas: _Schemas) -> dict[str, Any]:
    types = _body_types(route)
    if not types:
        return {"required": True, "content": {"application/octet-stream": OCTETS}}
    options = [schemas.of(type_) for type_ in types]
    content: dict[str, Any] = {"schema": options[0] if len(options) == 1 else {"anyOf": options}}
    if route.examples is not None:
        content["examples"] = route.examples
    required = len(types) > 1 or bool(_required(options[0], schemas))
    # In a form a list of one thing looks like the thing itself, so a schema could not be held to.
    others = {media: {} if media == FORM else OCTETS for media in route.accepts[1:]}
    return {"required": required, "content": {JSON: content, **others}}


def _required(schema: dict[str, Any], schemas: _Schemas) -> list[str]:
    name = schema.get("$ref", "").rpartition("/")[2]
    required: list[str] = schemas.components.get(name, {}).get("required", [])
    return required


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    answer = _answer(route)
    content: dict[str, Any] = {media: {} for media in route.media}
    if answer is not None:
        content = {JSON: {"schema": schemas.of(answer)}, **content}
    responses: dict[str, Any] = {}
    for status in route.statuses:
        responses[str(status)] = {"description": SUCCESSES[status]}
        if status not in WITHOUT_BODY:
            responses[str(status)]["content"] = content
    if get_origin(route.answer_type) is Paged:
        responses["200"]["headers"] = LINK
    for status in sorted({400, 403, 429, 500, 503, *_more(route), *route.problems}):
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {JSON: {"schema": schemas.of(Problem)}},
            **({"headers": RETRY} if status in (429, 503) else {}),
        }
    return responses


def _more(route: Route) -> set[int]:
    """Return the statuses of errors that follow from what a route is."""
    return ({413} if route.takes_body else set()) | (set() if route.open_to_all else {401})
