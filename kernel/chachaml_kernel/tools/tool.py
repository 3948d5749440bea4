"""What a tool is: a function over the services, with typed arguments and a typed result."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

A = TypeVar("A", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, 2020-12, of an object."""


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the arguments of a tool are made of: the fields of a subclass, and no others."""


class Tool(Struct, Generic[A, R], frozen=True):
    """A function that a language model may call. Its name and docstring are what the model reads.

    A tool that `annotates` may change tags, notes and descriptions. None changes anything else.
    """

    call: Callable[["Kernel", A], Awaitable[R]]
    arguments: type[A]
    result: type[R]
    annotates: bool = False

    @property
    def name(self) -> str:
        """The function's name."""
        return self.call.__name__

    @property
    def description(self) -> str:
        """The function's docstring."""
        return inspect.getdoc(self.call) or ""

    @property
    def input_schema(self) -> Schema:
        """What the arguments must be."""
        return schema_of(self.arguments)

    @property
    def output_schema(self) -> Schema:
        """What the result is, as JSON."""
        return schema_of(self.result)

    def read(self, arguments: Mapping[str, JsonValue]) -> A:
        """Return the arguments as their type, else raise `Invalid`, which says what they must be.

        One that is null counts as left out, and a number may come as its text.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            msgspec.json.encode(given)
            return msgspec.convert(given, self.arguments, strict=False)
        except UnicodeEncodeError:
            raise Invalid(
                f"arguments of {self.name}: half of a surrogate pair, such as \\ud800, is no "
                "character; send the other half too, or neither"
            ) from None
        except RecursionError:
            raise Invalid(f"arguments of {self.name} are nested too deeply; flatten them") from None
        except msgspec.ValidationError as error:
            fields = msgspec.structs.fields(self.arguments)
            takes = ", ".join(f"{each.name}{'' if each.required else '?'}" for each in fields)
            raise Invalid(f"arguments of {self.name}: {error}; it takes {takes}") from None


def schema_of(kind: type[msgspec.Struct]) -> Schema:
    """Return the schema of a struct: an object, with what it refers to below `$defs`."""
    schema = msgspec.json.schema(kind)
    others = dict(schema["$defs"])
    own = others.pop(schema["$ref"].rpartition("/")[2])
    return {**own, "$defs": others} if others else own


AnyTool: TypeAlias = Tool[Any, Any]
