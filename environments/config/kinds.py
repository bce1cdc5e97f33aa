"""Sections of several kinds: one class each, in a registry that is read when a config is checked.

    class OrderProcess(Kinds): …                                  the base of all kinds
    class Poisson(OrderProcess): kind: Literal["poisson"] = …     one kind
    ORDERS = OrderProcess.kinds = {"poisson": Poisson, …}         the registry: one line per kind

A field of the type `OrderProcess` accepts any registered kind. A program may register kinds of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import model_serializer
from pydantic_core import PydanticKnownError, core_schema

from .section import Section

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SerializerFunctionWrapHandler

_DESCRIBED: set[type[Kinds]] = set()  # bases whose JSON schema is being made


class Kinds(Section):
    """The base of a section of several kinds, whose kind is given under the key `tag`."""

    tag: ClassVar[str] = "kind"
    kinds: ClassVar[dict[str, type[Any]]]

    if TYPE_CHECKING:
        kind: Any  # a Literal[str] in every kind whose tag it is

    @model_serializer(mode="wrap")
    def _with_tag(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Always write the kind, although it is a default: without it, two kinds with the same keys look the same."""
        return {self.tag: getattr(self, self.tag)} | write(self)

    @classmethod
    def is_base(cls) -> bool:
        """Whether this is the base of a registry, rather than one of the kinds."""
        return cls.__mro__[2] is Section

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        if not cls.is_base():
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            cls._of_its_kind, serialization=core_schema.simple_ser_schema("any"), metadata={}
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        if not cls.is_base():
            return handler(schema)
        if cls in _DESCRIBED:  # a kind that holds a section of the same base
            return {"type": "object"}
        _DESCRIBED.add(cls)
        try:
            return {"oneOf": [handler(kind.__pydantic_core_schema__) for kind in cls.kinds.values()]}
        finally:
            _DESCRIBED.remove(cls)

    @classmethod
    def _of_its_kind(cls, given: Any) -> Self:
        """Build the section from the data, in the kind that they name."""
        if isinstance(given, cls):
            return given
        if not isinstance(given, dict):
            raise PydanticKnownError("model_attributes_type")
        discriminator = f"'{cls.tag}'"
        if cls.tag not in given:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": discriminator})
        kind = given[cls.tag]
        if not isinstance(kind, str) or kind not in cls.kinds:
            allowed = ", ".join(f"'{name}'" for name in cls.kinds)
            context = {"discriminator": discriminator, "tag": str(kind), "expected_tags": allowed}
            raise PydanticKnownError("union_tag_invalid", context)
        return cls.kinds[kind].model_validate(given)
