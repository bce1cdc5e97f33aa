"""The experiment file: a scenario, what to vary, how often, where to run.

    name: fleet sizing
    scenario: phone_line.yaml            # or the scenario itself; a plain scenario file is an experiment of one case
    sweep:
      grid: {fleet.agvs.count: [4, 6, 8], negotiation.mechanism: [contract_net, nearest]}
    replications: 20
    question: {kind: smallest_fleet, …}  # optional: run only what it takes to answer (see `questions`)
    executor: auto                       # auto | serial | processes | ray

`ExperimentConfig` is the file as written; `experiment.Experiment` is the expanded experiment.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ...environments.config.documents import Document
from ...environments.config.errors import ScenarioError
from ...environments.config.explanations import explain
from ...environments.config.quoting import quoted
from ...environments.config.section import Positive, Section, Seed
from ...environments.config.suggestions import nearest
from ...environments.config.units import Memory, PositiveDuration
from ...environments.config.yaml_text import NotYamlError, read_yaml
from ...environments.scenario.shipped import shipped_names, shipped_or
from ..errors import ExperimentError
from .answer_rules import AnswerRules
from .executors import AUTO, ExecutorName
from .keys import get_key, parts_of, set_key
from .questions import AnyQuestion, Stopping, Until
from .questions.precision import parse_replications
from .sweep import Sweep

LONGEST_OF_A_RUN = 1_000_000_000  # characters: a file that robocell writes contains orders and floors from other files
OWN_KEYS_OF_AN_EXPERIMENT = (
    "sweep",
    "question",
    "replications",
    "executor",
    "workers",
    "ray_address",
    "time_limit",
    "memory_limit",
    "intervals",
    "answer",
    "outputs",
)
OF_DOTTED_KEYS = (
    *(f"sweep.{block}" for block in ("grid", "zip", "when")),
    *(f"sweep.{block}.keys" for block in ("random", "lhs", "sobol")),
    "question.keys",
)

Replications = Annotated[
    Annotated[Positive, Tag("number")] | Annotated[Until, Tag("until")],
    Discriminator(lambda given: "until" if isinstance(given, dict | Until) else "number"),
    BeforeValidator(parse_replications),
]


class Outputs(Section):
    """Which outputs are kept and made besides the tables."""

    logs: Literal["none", "first", "all"] = "first"  # event logs: of no trial, of each case's first, of every trial
    figures: bool = True
    report: bool = True


class ExperimentConfig(Section):
    """The keys of an experiment file."""

    name: str | None = None
    scenario: Any
    sweep: Sweep = Sweep()
    replications: Replications = 1
    question: AnyQuestion | None = None
    seed: Seed | None = None  # None = the scenario's
    executor: ExecutorName = AUTO
    workers: Annotated[Positive, Field(le=100_000)] | None = None  # None = all cores
    ray_address: str | None = None
    time_limit_s: PositiveDuration | None = Field(alias="time_limit", default=None)  # of one trial
    memory_limit_bytes: Memory | None = Field(alias="memory_limit", default=None)  # of one trial
    intervals: Literal["skew", "t", "bootstrap"] = "skew"
    answer: AnswerRules = AnswerRules()
    outputs: Outputs = Outputs()
    files: dict[str, str] = Field(default_factory=dict)  # texts that replace the files of these names

    @property
    def most_replications(self) -> int:
        """The maximum number of replications of a case."""
        if not isinstance(self.replications, int):
            return self.replications.most
        return max(self.replications, self.answer.most) if self.answer.until_clear else self.replications

    @property
    def asked(self) -> Stopping | None:
        """The rule that decides which trials are run; None where all are."""
        if self.question is not None:
            return self.question
        if not isinstance(self.replications, int):
            return self.replications
        return self.answer if self.answer.until_clear else None

    @model_validator(mode="after")
    def _one_rule_of_stopping(self) -> Self:
        if self.question is not None and not isinstance(self.replications, int):
            raise PydanticCustomError(
                "stopping",
                "a question decides when to stop; give replications as a number, the most it may take",
            )
        if self.answer.until_clear and (self.question is not None or not isinstance(self.replications, int)):
            rival = "a question" if self.question is not None else "`replications: until`"
            raise PydanticCustomError(
                "stopping",
                "{rival} decides when to stop, and so does answer.until_clear; remove one of them",
                {"rival": rival},
            )
        return self


def load_document(path: str | Path) -> Document:
    """Reads a YAML file, or a shipped config by its name (`quickstart`)."""
    path = shipped_or(path)
    if path.is_dir():
        if not (path / "experiment.yaml").exists():
            raise ExperimentError(f"{path}: is a folder without experiment.yaml; name a config file, or a run's folder")
        return Document.load(path / "experiment.yaml", longest=LONGEST_OF_A_RUN)
    try:
        return Document.load(path)
    except ScenarioError as error:
        near = nearest(path.stem, shipped_names())
        hint = "" if path.exists() or "did you mean" in str(error) else near
        raise ExperimentError(f"{error}{hint}") from None


def parse_config(document: Document, settings: dict[str, Any]) -> tuple[ExperimentConfig, dict[str, Any], bool]:
    """The config of a document, the `settings` that are for its scenario, and whether the file is a plain scenario.

    Settings (`--set key=value`) whose first part is a key of an experiment change the experiment, all others the
    scenario; `scenario.name` reaches a key of the scenario that the experiment has too.
    """
    data = document.data
    if not isinstance(data, dict):
        raise ExperimentError(document.complain((), "is not a mapping of keys to values; write `scenario: …`"))
    plain = "scenario" not in data
    if plain:
        mixed = [key for key in OWN_KEYS_OF_AN_EXPERIMENT if key in data]
        if mixed:
            complaint = "belongs to an experiment, and the experiment has no scenario; add `scenario: …`"
            raise ExperimentError(document.complain((mixed[0],), complaint, of_key=True))
        data = {"scenario": data}
    for_scenario: dict[str, Any] = {}
    own = set(ExperimentConfig.keys())
    by_hand = []
    for key, value in settings.items():
        if key.partition(".")[0] in own and not key.startswith("scenario."):
            by_hand.append(tuple(parts_of(key, data)))
            data = _set_own_key(data, key, value)
        else:
            for_scenario[key.removeprefix("scenario.")] = value
    try:
        return ExperimentConfig.model_validate(data), for_scenario, plain
    except ValidationError as error:
        raise ExperimentError(explain(error, document.overridden(by_hand), data=data)) from None


def _set_own_key(data: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Sets a key of an experiment; dotted keys of the scenario below blocks of a sweep stay whole."""
    block = next((block for block in OF_DOTTED_KEYS if key.startswith(f"{block}.")), None)
    if block is not None:
        return set_key(data, block, (get_key(data, block) or {}) | {key.removeprefix(f"{block}."): value})
    if key.startswith("question.") and isinstance(data.get("question"), str):
        data = data | {"question": {"kind": data["question"]}}
    return set_key(data, key, value)


def parse_setting(text: str) -> tuple[str, Any]:
    """`key=value` of the command line; the value is YAML."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise ExperimentError(f"--set {text}: write key=value, such as --set fleet.agvs.count=8")
    try:
        return key.strip(), read_yaml(value).data
    except NotYamlError as error:
        said = f"{quoted(value)} is not a YAML value; put it in quotes ({error})"
        raise ExperimentError(f"--set {key.strip()}: {said}") from None
