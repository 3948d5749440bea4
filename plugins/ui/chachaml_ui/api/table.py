"""What a route is: one entry of the table that serves requests and documents them."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from aiohttp import web
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Principal
from msgspec import Struct

from chachaml_ui.api.bodies import JSON
from chachaml_ui.budget import Share

P = TypeVar("P", bound=msgspec.Struct)
Q = TypeVar("Q", bound=msgspec.Struct)
B = TypeVar("B")
T = TypeVar("T")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a path without parameters holds, and a query that must be empty."""


class Call(Struct, Generic[P, Q, B], frozen=True):
    """A request as its handler gets it: checked and typed.

    `body` is none for a route without one, `bytes` where the handler reads it itself, and an
    iterator of bytes for an upload. `once` is there if the client sent an idempotency key. `share`
    is what the request holds of the budget of bodies.
    """

    kernel: Kernel
    path: P
    query: Q
    body: B
    once: Once | None
    share: Share
    principal: Principal | None

    @property
    def caller(self) -> str | None:
        """The name of whoever is asking, if an authenticator knows it."""
        return None if self.principal is None else self.principal.name


class WebCall(Call[P, Q, B], frozen=True):
    """A request whose handler looks at it as the web framework has it, or answers it itself."""

    request: web.Request


class Paged(Struct, Generic[T], frozen=True):
    """A page of a list: its rows, and the cursor of the page that follows, if one does."""

    rows: Sequence[T]
    cursor: str | None


CallHandler: TypeAlias = Callable[[Call[Any, Any, Any]], Awaitable[Any]]
Handler: TypeAlias = Callable[[WebCall[Any, Any, Any]], Awaitable[Any]]
"""Also one that wants a `Call` only."""


class Route(Struct, frozen=True, kw_only=True):
    """One route. `problems` are the statuses of errors that only some routes have.

    The types of path, query, body and answer are those of the handler's signature, and so is
    whether it is given a `WebCall`. `media` is what an answer is that is not JSON, by content type;
    `accepts` is what a body may be, and `others` has the handlers of bodies that are not for
    `handler`. `schema` and `examples` describe a body of JSON that the handler reads itself.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    handler: Handler
    others: Mapping[str, CallHandler]
    tag: str
    problems: tuple[int, ...]
    statuses: tuple[int, ...]
    media: tuple[str, ...]
    accepts: tuple[str, ...]
    schema: tuple[Any, ...]
    examples: Mapping[str, Any] | None
    open_to_all: bool
    path_type: type[msgspec.Struct]
    query_type: type[msgspec.Struct]
    body_type: Any
    answer_type: Any
    on_web: bool

    @property
    def takes_body(self) -> bool:
        """Tell whether requests have a body."""
        return self.body_type is not NoneType

    @property
    def negotiates(self) -> bool:
        """Tell whether answers are JSON or of another media type, as the client likes."""
        return bool(self.media) and self.answer_type is not web.StreamResponse


def route(
    method: Literal["GET", "POST", "DELETE"],
    path: str,
    handler: Handler,
    *,
    tag: str,
    problems: tuple[int, ...] = (),
    statuses: tuple[int, ...] = (200,),
    media: tuple[str, ...] = (),
    accepts: tuple[str, ...] = (JSON,),
    others: Mapping[str, CallHandler] | None = None,
    schema: tuple[Any, ...] = (),
    examples: Mapping[str, Any] | None = None,
    open_to_all: bool = False,
) -> Route:
    """Return a route whose types are read off the signature of `handler`."""
    annotations = inspect.get_annotations(handler)
    path_type, query_type, body_type = get_args(annotations["call"])
    kind: object = get_origin(annotations["call"])
    return Route(
        method=method,
        path=path,
        handler=handler,
        others=others or {},
        tag=tag,
        path_type=path_type,
        query_type=query_type,
        body_type=body_type,
        answer_type=annotations["return"],
        problems=problems,
        statuses=statuses,
        media=media,
        accepts=(*accepts, *(others or ())),
        on_web=kind is WebCall,
        schema=schema,
        examples=examples,
        open_to_all=open_to_all,
    )
