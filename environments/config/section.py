"""The base of all config sections: unknown keys are refused with a suggestion, values are never coerced."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from .quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_FIGURE = 10**15


class Section(BaseModel):
    """A frozen, strict model; field names carry the unit (`reply_by_s`), their alias is the YAML key (`reply_by`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=False)

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys that a user may write, in order."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            allowed = cls.keys()
            for key in data:
                if key not in allowed:
                    raise PydanticCustomError("unknown_key", "unknown key", {"key": key, "allowed": allowed})
        return data


def _check_class(path: str) -> str:
    module, _, name = path.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), name)):
        raise PydanticCustomError(
            "class_path", "{path} names no class; write module:Class, such as my_module:MyAGV", {"path": repr(path)}
        )
    return path


def _check_figure(given: Any) -> Any:
    if isinstance(given, int | float) and not abs(given) <= MOST_FIGURE:
        raise PydanticCustomError(
            "figure", "{given} must be from {least} to {most}",
            {"given": quoted(given), "least": f"{-MOST_FIGURE:g}", "most": f"{MOST_FIGURE:g}"},
        )  # fmt: skip
    return given


def one_of(registry: "Collection[str]") -> AfterValidator:
    """Validator of a field that takes one of the names that the registry holds at that time.

    Used as `Annotated[str, one_of(REGISTRY)]`.
    """

    def check(name: str) -> str:
        if name not in registry:
            raise PydanticKnownError("literal_error", {"expected": ", ".join(f"'{known}'" for known in registry)})
        return name

    return AfterValidator(check)


# Every number of a config has bounds: far beyond any factory, and well within what a computer can handle.
Positive = Annotated[int, Field(ge=1, le=1_000_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Many = Annotated[int, Field(ge=1, le=1_000_000_000)]  # for things that are only counted, never held all at once
Seed = Annotated[int, Field(ge=0, lt=2**64)]
Weight = Annotated[float, Field(ge=1e-9, le=1e9, allow_inf_nan=False)]
Figure = Annotated[
    Annotated[int, Field(ge=-MOST_FIGURE, le=MOST_FIGURE)]
    | Annotated[float, Field(ge=-MOST_FIGURE, le=MOST_FIGURE, allow_inf_nan=False)],
    BeforeValidator(_check_figure),
]  # a number whose meaning depends on the context: of a sampled key, of a KPI
Priority = Annotated[int, Field(ge=-1000, le=1000)]  # the higher, the earlier
Names = Annotated[tuple[str, ...], Field(strict=False)]
ClassPath = Annotated[str, AfterValidator(_check_class)]  # module:Class, looked up when the factory is built
