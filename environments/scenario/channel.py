"""The channel: delays, losses and other faults of message delivery."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ..config.distributions import Constant, Distribution
from ..config.section import Names, Section
from ..config.units import Duration, Share

Patterns = Annotated[Names, Field(min_length=1)]


class Link(Section):
    """The channel between some senders and receivers, if it differs from the rest."""

    sender: str = "*"  # names of agents; `*` stands for any text
    receiver: str = "*"
    delay: Distribution | None = None  # None = that of the channel
    loss: Share | None = None
    duplication: Share | None = None


class Partition(Section):
    """A period in which some agents cannot exchange messages with all others."""

    agents: Patterns
    from_s: Duration = Field(alias="from", default=0.0)
    to_s: Duration | None = Field(alias="to", default=None)  # None = forever

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_s is not None and not self.from_s < self.to_s:
            raise PydanticCustomError("partition", "must end after it begins: needs from < to")
        return self


class ChannelSpec(Section):
    """A channel with faults, drawn from the random stream "channel"."""

    delay: Distribution = Constant.model_validate({"value": "0s"})
    loss: Share = 0.0
    duplication: Share = 0.0  # of the messages that arrive: delivered twice, each with its own delay
    in_order: bool = False  # messages between two agents do not overtake each other
    partitions: tuple[Partition, ...] = Field(default=(), strict=False)
    links: tuple[Link, ...] = Field(default=(), strict=False)  # the first that matches a message applies
