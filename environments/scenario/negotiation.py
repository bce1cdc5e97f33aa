"""How work is placed: the mechanism that clears calls, and the deadlines of its messages."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ..config.section import Count, Positive, Section
from ..config.suggestions import nearest
from ..config.units import Duration, PositiveDuration
from .channel import ChannelSpec


def _check_mechanism(name: str) -> str:
    from ...agents.mechanisms import MECHANISMS  # takes a third of a second to load, which most commands need not wait

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
    """A mechanism for each kind of task; `contract_net` is the best offer."""

    operation: MechanismName = "contract_net"  # which station
    transport: MechanismName = "contract_net"  # which vehicle
    handling: MechanismName = "contract_net"  # which robot
    charge: MechanismName = "contract_net"  # which charger

    @model_validator(mode="after")
    def _no_planner_among_them(self) -> Self:
        from ...agents.mechanisms import PLANNERS

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
    """How the mechanism `what_if` thinks."""

    # of all parts in the factory; None = makespan if all orders come at once, else flow_time
    objective: Literal["makespan", "flow_time", "tardiness"] | None = None
    rules: Annotated[int, Field(ge=1, le=12)] = 12  # dispatch rules that everybody might follow, the best ones first
    ask_each: bool = True  # also: what if this job came first, for each job and rule
    exchanges: Count = 20  # changes of the best order that are tried, by operation left
    remember: bool = True  # start from what was intended before
    ahead: Positive | None = None  # operations of each job that are looked at; None = all
    revise: bool = True  # look for a better order at every decision; False = only when jobs are new
    think: Annotated[float, Field(ge=1e-6, le=1e3, allow_inf_nan=False)] = (
        1.0  # multiplies the exchanges and the limits of the
    )
    # computation for one decision, which are counted in steps, not in time: about 40 ms at 1 in a large shop


class Negotiation(Section):
    """The contract net's parameters. A call without a deadline cannot be written: `reply_by` is always above 0."""

    mechanism: Mechanism = "contract_net"  # for all that it is for, or for each kind of task
    reply_by_s: PositiveDuration = Field(alias="reply_by", default=2.0)  # proposals are awaited so long
    acknowledge_by_s: PositiveDuration = Field(alias="acknowledge_by", default=2.0)  # then the award is sent again
    lease_s: PositiveDuration = Field(alias="lease", default=30.0)  # a reservation without news ends after this
    retry_s: PositiveDuration = Field(alias="retry", default=5.0)  # pause before a call is announced again
    look_ahead: Literal["none", "start", "departure"] = "none"  # what comes next is called when the part is finished;
    # when work on it starts; when the part sets out for it
    queue_limit: Positive | None = None  # transports that a vehicle takes on before it has done the first; None =
    # as many as it can carry
    what_if: WhatIf = WhatIf()
    commitment: Literal["eager", "patient", "leveled", "concurrent"] = "patient"  # how offers bind a contractor
    penalty_s: Duration = Field(alias="penalty", default=30.0)  # of leaving a contract that was not begun: leveled
    rounds: Positive = 3  # calls that an iterated contract net may have
    reopen: Literal["never", "available", "disturbed", "always"] = "never"  # when contracts not begun are called anew
    reopen_gain_s: Duration = Field(alias="reopen_gain", default=10.0)  # by how much sooner a task must then be done
    reopen_limit: Positive = 2  # how often one task may be called anew for that
    pull_window: Positive = 16  # waiting tasks that a contractor is offered when it becomes available
    nested: bool = False  # stations ask vehicles for offers before they make theirs
    channel: ChannelSpec | None = None  # None: every message arrives at once

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
        """Half of the lease is left when it is renewed; if that is lost, a second try must come in time."""
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
        """What leaving one of several contracts saves depends on the others, of which a single price knows nothing."""
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
