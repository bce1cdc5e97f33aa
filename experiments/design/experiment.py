"""An experiment, ready to run: every case of its sweep as a checked scenario, every trial with its id and seed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from ...environments.config.documents import Document
from ...environments.config.errors import ScenarioError
from ...environments.config.suggestions import nearest
from ...environments.scenario import Scenario, self_contained
from ...environments.scenario.shipped import shipped_or
from ..errors import ExperimentError
from .cases import Case, CaseMaker, Loc
from .classes import UserModule
from .config import ExperimentConfig, load_document, parse_config
from .duplicate_cases import duplicates
from .given_classes import GivenClass, GivenClasses, pickled
from .keys import complaint, parts_of, set_key
from .sweep import Settings
from .trials import Trial, trial_id, trial_seed

VEHICLE_STEPS_PER_S = 300_000  # a rough estimate, on the low side: only for `expected_s`
EVENTS_PER_S = 5_000


@dataclass(frozen=True)
class Experiment:
    """An experiment for `robocell run`. Make one with `load` (a file) or `parse` (data)."""

    name: str
    config: ExperimentConfig
    seed: int
    cases: tuple[Case, ...]
    keys: tuple[str, ...]  # dotted keys that vary
    scenario: Mapping[str, Any]  # plain data of the scenario before the sweep, self-contained but for swept files
    modules: tuple[UserModule, ...]  # agent classes of the user
    search_path: tuple[Path, ...]
    given: Mapping[str, GivenClass]  # classes that were passed as objects and are sent by value, by path
    classes: bytes = field(repr=False)  # their pickle, as they were when the experiment was made
    maker: CaseMaker = field(repr=False, compare=False)

    @classmethod
    def load(cls, path: str | Path, settings: Mapping[str, Any] | None = None) -> Self:
        """Reads an experiment or a plain scenario; `settings` are dotted keys to change, as `--set` does.

        Where a config names a class (`fleet.agvs.class`, `negotiation.mechanism`), settings may hold the class itself.
        Raises ExperimentError or ScenarioError with file, line and key for everything that is wrong.
        """
        if isinstance(path, Mapping):
            raise TypeError("Experiment.load needs the path of a file, not a mapping; write Experiment.parse({…})")
        return cls._of(load_document(path), settings)

    @classmethod
    def parse(cls, data: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Self:
        """The same as `load` from plain data, which may hold classes; relative paths start at the working folder."""
        return cls._of(Document("experiment", Path(), dict(data)), settings)

    @classmethod
    def _of(
        cls, document: Document, settings: Mapping[str, Any] | None = None, *, given: GivenClasses | None = None
    ) -> Self:
        given = given or GivenClasses()
        document = replace(document, data=given.named(document.data))
        config, for_scenario, plain = parse_config(document, given.named(dict(settings or {})))
        if plain:
            source, at, data = document, (), document.data
        elif isinstance(config.scenario, str):
            source = _scenario_document(document, config.scenario)
            at, data = (), source.data
        else:
            source, at, data = document, ("scenario",), config.scenario
        data, by_hand = _changed(data, for_scenario, config)
        source = replace(source.overridden([(*at, *loc) for loc in by_hand]), files=config.files)
        base = Scenario.parse(data, source=source, at=at)
        folders = (*given.folders, source.folder, document.folder, document.folder / "modules", Path())
        search_path = tuple(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
        seed = config.seed if config.seed is not None else base.seed
        places, named = _places(document, config)
        whole = self_contained(data, source=source, at=at)
        maker = CaseMaker(document, places, named, source, at, data, whole, base, search_path, seed, given.by_value)
        maker.check_keys()
        points = _points(document, config, seed)
        if swept := _swept_everywhere(for_scenario, points):
            raise ExperimentError(
                f"--set {swept}: the sweep sets it in every case, so this changes nothing; set the sweep "
                f"(--set sweep.grid.{swept}=[…]), or leave it out"
            )
        cases = maker.make(points)
        if found := duplicates(cases, maker, config):
            raise ExperimentError(document.complain(*found, of_key=True))
        namesakes = [label for label, count in Counter(case.label for case in cases).items() if count > 1]
        if namesakes:
            raise ExperimentError(
                document.complain(("sweep",), f"two cases are called {namesakes[0]!r}; name them apart")
            )
        experiment = cls(
            name=config.name or base.name,
            config=config,
            seed=seed,
            cases=tuple(cases),
            keys=tuple(places),
            scenario=whole | maker.sections_as_given(),
            modules=tuple(maker.modules.values()),
            search_path=search_path,
            given=given.by_value,
            classes=pickled(given.by_value),
            maker=maker,
        )
        problem = config.question.problem(cases, config.most_replications) if config.question else None
        if problem:
            raise ExperimentError(document.complain(("question",), problem))
        if config.answer.until_clear and len(cases) < 2:
            problem = (
                "until_clear: there is one case and nothing to compare; write `replications: until ±2%` for precision"
            )
            raise ExperimentError(document.complain(("answer",), problem))
        return experiment

    def with_agent_classes(self, classes: Mapping[str, type]) -> Self:
        """The same experiment with your own classes for all agents of a kind.

        Args:
            classes: by kind: "agv", "station", "robot", "charger" or "job". An agent for which the scenario names a
                class keeps that class.

        Raises:
            ExperimentError: there is no such kind.
        """
        own = {**self.scenario.get("agent_classes", {}), **classes}
        data = {**self.resolved(), "scenario": {**self.scenario, "agent_classes": own}}
        document = Document(self.name, self.maker.document.folder, data)
        return self._of(document, given=GivenClasses([known.cls for known in self.given.values()], self.search_path))

    def with_points(self, points: Sequence[Settings]) -> Self:
        """The same experiment with more cases: a question may need cases that the sweep does not have."""
        cases = (*self.cases, *self.maker.make(points, first=len(self.cases)))
        return replace(self, cases=cases, modules=tuple(self.maker.modules.values()))

    def recorded(self, plan: Sequence[Mapping[str, Any]]) -> Self:
        """The experiment with the cases of a run: those that a question added, and the identities that trials had.

        Ids hold the version of robocell; results of an earlier one are read by the identities that it wrote down.
        """
        added = plan[len(self.cases) :]
        longer = self.with_points([{"name": case["name"], **case["settings"]} for case in added]) if added else self
        cases = [replace(case, identity=known["identity"]) for case, known in zip(longer.cases, plan, strict=True)]
        return replace(longer, cases=tuple(cases))

    @property
    def shown_keys(self) -> tuple[str, ...]:
        """The keys that distinguish cases for a reader: a name replaces the keys of its case."""
        spelt_out = self.config.sweep.cases
        hidden = self.maker.named if spelt_out and all("name" in case for case in spelt_out) else ()
        return tuple(key for key in self.keys if key not in hidden)

    @property
    def plan(self) -> list[dict[str, Any]]:
        """The record of the cases in a run directory."""
        return [case.plan() for case in self.cases]

    @property
    def adaptive(self) -> bool:
        """Whether results decide which trials are run."""
        return self.config.asked is not None

    @property
    def size(self) -> int:
        """Number of trials of the whole sweep; a question usually takes fewer."""
        return len(self.cases) * self.config.most_replications

    def trial(self, case: Case, replication: int) -> Trial:
        """One trial; replications beyond those of the config are allowed."""
        seed = trial_seed(case.seed, replication)
        logs = self.config.outputs.logs
        return Trial(
            id=trial_id(case.identity, seed),
            case=case.index,
            replication=replication,
            seed=seed,
            scenario=case.scenario,
            keep_log=logs == "all" or (logs == "first" and replication == 0),
            search_path=tuple(str(folder) for folder in self.search_path) if self.modules else (),
            classes=self.classes,
        )

    def trials(self) -> Iterator[Trial]:
        """All trials, replication by replication, so that the first ones already compare all cases."""
        for replication in range(self.config.most_replications):
            for case in self.cases:
                yield self.trial(case, replication)

    def expected_s(self, scenario: Scenario) -> float:
        """A rough guess of the seconds that one trial takes on one core, for `executor: auto`."""
        tick_s = scenario.tick_s if 0 < scenario.tick_s < float("inf") else 1.0
        vehicle_steps = scenario.horizon_s / tick_s * scenario.agv_count
        station_events = scenario.horizon_s / 10.0 * len(scenario.stations)
        return vehicle_steps / VEHICLE_STEPS_PER_S + station_events / EVENTS_PER_S

    def resolved(self) -> dict[str, Any]:
        """The experiment as plain data that needs no other file: the content of `experiment.yaml` of a run."""
        given = self.config.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"scenario"})
        files = {"files": dict(self.maker.files)} if self.maker.files else {}
        return {**given, **files, "name": self.name, "seed": self.seed, "scenario": dict(self.scenario)}


def _scenario_document(document: Document, path: str) -> Document:
    try:
        found = Document.load(shipped_or(path, document.folder))
    except ScenarioError as error:
        raise ExperimentError(document.complain(("scenario",), str(error))) from None
    if isinstance(found.data, dict) and "scenario" in found.data:
        raise ExperimentError(document.complain(("scenario",), f"{path} is an experiment; name its scenario instead"))
    return found


def _changed(data: Any, settings: Mapping[str, Any], config: ExperimentConfig) -> tuple[Any, list[Loc]]:
    """The data of a scenario with settings given by hand, and the places of these."""
    by_hand: list[Loc] = []
    for key, value in settings.items():
        problem = complaint(Scenario, key, data)
        if key == "seed" and config.seed is not None:
            raise ExperimentError(
                f"--set scenario.seed: the experiment has a seed of its own, {config.seed}, which goes before the "
                f"scenario's; write --set seed={value}"
            )
        if problem:
            near = nearest(key, ExperimentConfig.keys())
            raise ExperimentError(f"--set {key}: {problem}{'' if 'did you mean' in problem else near}")
        by_hand.append(tuple(parts_of(key, data)))
        data = set_key(data, key, value)
    return data, by_hand


def _places(document: Document, config: ExperimentConfig) -> tuple[dict[str, Loc], tuple[str, ...]]:
    """Where each varied key stands in the document, and the keys that a point with a name does not show."""
    places: dict[str, Loc] = {}
    for block, keys in config.sweep.keys_by_block():
        for key in keys:
            if block == "cases":
                cases = config.sweep.cases
                places[key] = ("sweep", block, next(i for i, case in enumerate(cases) if key in case), key)
            else:
                places[key] = ("sweep", block, key) if block in ("grid", "zip") else ("sweep", block, "keys", key)
    named = dict(config.sweep.keys_by_block())["cases"]
    drawn = config.question.drawn if config.question is not None else {}
    places |= {key: ("question", "keys", key) for key in drawn if key not in places}
    return places, (*named, *drawn)


def _points(document: Document, config: ExperimentConfig, seed: int) -> Sequence[Settings]:
    """The points of the sweep, or those that the question brings."""
    swept = any(keys for _, keys in config.sweep.keys_by_block())
    own = config.question.own_points(seed) if config.question is not None and not swept else None
    if own is not None:
        return own
    if found := config.sweep.misfit():
        place, problem = found
        raise ExperimentError(document.complain(("sweep", *place), problem, of_key=True))
    try:
        points = config.sweep.expand(seed=seed)
    except ValueError as error:
        raise ExperimentError(document.complain(("sweep",), str(error))) from None
    if not points:
        raise ExperimentError(document.complain(("sweep", "exclude"), "excludes every case; leave at least one"))
    return points


def _swept_everywhere(settings: Mapping[str, Any], points: Sequence[Settings]) -> str | None:
    """The first of some settings that each point of the sweep replaces, by the same key or by a section around it."""
    for key in settings:
        if all(any(f"{key}.".startswith(f"{swept}.") for swept in point if swept != "name") for point in points):
            return key
    return None
