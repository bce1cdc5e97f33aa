"""Times of all products, or of each product, for operations and for the handling of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, TypeAdapter

from ..config.distributions import DISTRIBUTIONS, Constant, Distribution, Durations

_TIME: TypeAdapter[Durations] = TypeAdapter(Distribution)
_BY_PRODUCT: TypeAdapter[dict[str, Durations]] = TypeAdapter(Annotated[dict[str, Distribution], Field(min_length=1)])


def _work_time(given: Any) -> Durations | dict[str, Durations]:
    """A mapping without a key of a distribution names products."""
    if isinstance(given, Durations):
        return given
    keys = set[str]().union(*(distribution.keys() for distribution in DISTRIBUTIONS.values()))
    by_product = isinstance(given, dict) and keys.isdisjoint(given)
    return _BY_PRODUCT.validate_python(given) if by_product else _TIME.validate_python(given)


_Times = Durations | dict[str, Durations]
WorkTime = Annotated[
    _Times, PlainValidator(_work_time, json_schema_input_type=_Times), PlainSerializer(lambda time: time, Any)
]  # of all products, or of each

NO_TIME = Constant.model_validate({"value": "0s"})


def of_product(time: Durations | dict[str, Durations] | None, product: str) -> Durations | None:
    """The time for a product; None if there is none."""
    return time.get(product) if isinstance(time, dict) else time


class Handles:
    """A vehicle or a robot that takes times to load and unload parts."""

    if TYPE_CHECKING:  # fields of the sections, in their own order
        load: WorkTime
        unload: WorkTime

    def load_time(self, product: str) -> Durations:
        """The time to load a part of a product."""
        return of_product(self.load, product) or NO_TIME

    def unload_time(self, product: str) -> Durations:
        """The time to unload a part of a product."""
        return of_product(self.unload, product) or NO_TIME
