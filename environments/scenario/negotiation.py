"""The assignment of work: the mechanism that clears calls, and the deadlines of its messages."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ...agents.mechanisms import MECHANISMS, PLANNERS
from ..config.section import Count, Positive, Section
from ..config.suggestions import nearest
from ..config.units import Duration, PositiveDuration
from .channel import ChannelSpec


def _check_mechanism(name: str) -> str:
    module, colon, attribute = name.partition(":")
    if colon and all(part.isidentifier() for part in (*module.split("."), attribute)):
        return name
    if name not in MECHANISMS:
        raise PydanticCustomError(
            "mechanism",
            "{problem}",
            {
                "problem": f"{name!r} is not a mechanism; allowed: {', '.join(MECHANISMS)}, "
                f"or module:Class for one of your own{nearest(name, MECHANISMS)}"
            },
        )
    return name


MechanismName = Annotated[str, AfterValidator(_check_mechanism)]


class Mechanisms(Section):
    """A mechanism for each kind of task; `contract_net` takes the best offer."""

    operation: MechanismName = "contract_net"  # which station
    transport: MechanismName = "contract_net"  # which vehicle
    handling: MechanismName = "contract_net"  # which robot
    charge: MechanismName = "contract_net"  # which charger

    @model_validator(mode="after")
    def _no_planner_among_them(self) -> Self:
        for key in self.keys():
            if getattr(self, key) in PLANNERS and len({getattr(self, other) for other in self.keys()}) > 1:
                raise PydanticCustomError(
                    "planner", "{name} plans all kinds of task together; give it alone: mechanism: {name}",
                    {"name": getattr(self, key)},
                )  # fmt: skip
        return self

    def __str__(self) -> str:
        named = {key: getattr(self, key) for key in self.keys()}
        return ", ".join(f"{key} {name}" for key, name in named.items() if name != "contract_net") or "contract_net"


Mechanism = Annotated[
    Annotated[MechanismName, Tag("name")] | Annotated[Mechanisms, Tag("each")],
    Discriminator(lambda given: "each" if isinstance(given, dict | Mechanisms) else "name"),
]


class WhatIf(Section):
    """The parameters of the mechanism `what_if`."""

    # of all parts in the factory; None = makespan if all orders come at once, else flow_time
    objective: Literal["makespan", "flow_time", "tardiness"] | None = None
    rules: Annotated[int, Field(ge=1, le=12)] = 12  # dispatch rules to try for all agents, the best ones first
    ask_each: bool = True  # also: try each job first, with each rule
    exchanges: Count = 20  # changes of the best order to try, per remaining operation
    remember: bool = True  # start from the previous plan
    ahead: Positive | None = None  # operations of each job that are considered; None = all
    revise: bool = True  # search for a better order at every decision; False = only when jobs are new
    think: Annotated[float, Field(ge=1e-6, le=1e3, allow_inf_nan=False)] = 1.0
    # multiplies the exchanges and the limits of the computation for one decision, which are counted in steps, not in
    # time: about 40 ms at 1 in a large shop


class Negotiation(Section):
    """The contract net's parameters. Every call has a deadline: `reply_by` is always above 0."""

    mechanism: Mechanism = "contract_net"  # one for all kinds of task it supports, or one for each kind
    reply_by_s: PositiveDuration = Field(alias="reply_by", default=2.0)  # time in which proposals are accepted
    acknowledge_by_s: PositiveDuration = Field(alias="acknowledge_by", default=2.0)  # then the award is resent
    lease_s: PositiveDuration = Field(alias="lease", default=30.0)  # a reservation without a renewal ends after this
    retry_s: PositiveDuration = Field(alias="retry", default=5.0)  # pause before a re-announcement
    look_ahead: Literal["none", "start", "departure"] = "none"  # the next task is announced when the part is finished;
    # when work on the part starts; when the part departs for it
    queue_limit: Positive | None = None  # transports that a vehicle accepts before it has done the first; None =
    # as many as it can carry
    what_if: WhatIf = WhatIf()
    commitment: Literal["eager", "patient", "leveled", "concurrent"] = "patient"  # how offers bind a contractor
    penalty_s: Duration = Field(alias="penalty", default=30.0)  # for leaving a contract not yet begun (leveled)
    rounds: Positive = 3  # most calls of an iterated contract net
    reopen: Literal["never", "available", "disturbed", "always"] = "never"  # when contracts not begun are re-announced
    reopen_gain_s: Duration = Field(alias="reopen_gain", default=10.0)  # least gain in completion time
    reopen_limit: Positive = 2  # most such re-announcements per task
    pull_window: Positive = 16  # waiting tasks that a contractor is offered when it becomes available
    nested: bool = False  # stations request offers from vehicles before they make their own
    channel: ChannelSpec | None = None  # None: zero latency

    @model_validator(mode="after")
    def _answers_can_be_in_time(self) -> Self:
        if self.channel is not None and self.reply_by_s <= 2 * self.channel.delay.mean_s:
            raise PydanticCustomError(
                "reply_by",
                "an answer takes {both}s, there and back at the mean delay of the channel; reply_by ({limit}s) must be "
                "longer",
                {"both": f"{2 * self.channel.delay.mean_s:g}", "limit": f"{self.reply_by_s:g}"},
            )
        return self

    @model_validator(mode="after")
    def _leases_can_be_renewed(self) -> Self:
        """A lease is renewed at half time; if the message is lost, a second attempt must come in time."""
        if self.channel is not None:
            needed_s = 2 * (self.acknowledge_by_s + 2 * self.channel.delay.mean_s)
            if self.lease_s < needed_s:
                raise PydanticCustomError(
                    "lease",
                    "a lease of {lease}s cannot be renewed in time when a message is lost; with acknowledge_by "
                    "{acknowledge_by}s and the mean delay of the channel, lease must be {needed}s at least",
                    {
                        "lease": f"{self.lease_s:g}",
                        "acknowledge_by": f"{self.acknowledge_by_s:g}",
                        "needed": f"{needed_s:g}",
                    },
                )
        return self

    @model_validator(mode="after")
    def _leaves_the_only_contract(self) -> Self:
        """The saving from leaving one of several contracts depends on the others, which a single price ignores."""
        if self.commitment == "leveled" and (self.queue_limit or 1) > 1:
            raise PydanticCustomError(
                "leveled",
                "under commitment: leveled a vehicle leaves the only contract that it has for a better one; set "
                "queue_limit: 1 (it is {limit})",
                {"limit": self.queue_limit},
            )
        return self

    @model_validator(mode="after")
    def _asks_only_whom_it_reaches(self) -> Self:
        if self.nested and self.channel is not None:
            raise PydanticCustomError(
                "nested", "nested: true waits for answers within an answer, so it needs a channel without faults"
            )
        return self
