"""The base of every part of a config: unknown keys are refused with the nearest valid one, values never coerced."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


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
        allowed = cls.keys()
        if isinstance(data, dict):
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


Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Names = Annotated[tuple[str, ...], Field(strict=False)]
ClassPath = Annotated[str, AfterValidator(_check_class)]  # module:Class, looked up when the factory is built
