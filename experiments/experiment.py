"""An experiment, ready to run: every case of its sweep as a checked scenario, every trial with its id and seed."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from ..environments.documents import Document
from ..environments.errors import ScenarioError
from ..environments.scenario import Scenario, self_contained
from ..environments.suggestions import nearest
from .classes import UserModule, find_class, named_classes
from .config import ExperimentConfig, load_document, parse_config
from .errors import ExperimentError
from .keys import complaint, set_key
from .sweep import Settings, label, short_names
from .trials import Trial, canonical, trial_id, trial_seed

VEHICLE_STEPS_PER_S = 1_000_000  # rough: only for `expected_s`
EVENTS_PER_S = 20_000
_PLACE = re.compile(r"^.*?:\d+:\d+: ")


@dataclass(frozen=True)
class Case:
    """One point of the sweep."""

    index: int
    label: str
    settings: Settings  # dotted key -> value, without the name
    scenario: Scenario
    identity: str  # what, with a seed, makes the id of a trial


@dataclass(frozen=True)
class Experiment:
    """What `robocell run` runs. Make one with `load` (a file) or `parse` (data)."""

    name: str
    config: ExperimentConfig
    seed: int
    cases: tuple[Case, ...]
    keys: tuple[str, ...]  # dotted keys that vary
    scenario: Mapping[str, Any]  # plain data of the scenario before the sweep, self-contained
    modules: tuple[UserModule, ...]  # agent classes of the user
    search_path: tuple[Path, ...]

    @classmethod
    def load(cls, path: str | Path, settings: Mapping[str, Any] | None = None) -> Self:
        """Reads an experiment or a plain scenario; `settings` are dotted keys to change, as `--set` does.

        Raises ExperimentError or ScenarioError with file, line and key for everything that is wrong.
        """
        return cls._of(load_document(path), settings)

    @classmethod
    def parse(cls, data: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Self:
        """The same from plain data; relative paths start at the working folder."""
        return cls._of(Document("experiment", Path(), dict(data)), settings)

    @classmethod
    def _of(cls, document: Document, settings: Mapping[str, Any] | None) -> Self:
        config, for_scenario, plain = parse_config(document, dict(settings or {}))
        if plain:
            source, at, data = document, (), document.data
        elif isinstance(config.scenario, str):
            source = _scenario_document(document, config.scenario)
            at, data = (), source.data
        else:
            source, at, data = document, ("scenario",), config.scenario
        for key, value in for_scenario.items():
            problem = complaint(Scenario, key, data)
            if problem:
                near = nearest(key, ExperimentConfig.keys())
                raise ExperimentError(f"--set {key}: {problem}{'' if 'did you mean' in problem else near}")
            data = set_key(data, key, value)
        base = Scenario.parse(data, source=source, at=at)
        folders = (source.folder, document.folder, document.folder / "modules", Path())
        search_path = tuple(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
        sweep, names = config.sweep, short_names(key for _, keys in config.sweep.keys_by_block() for key in keys)
        for block, keys in sweep.keys_by_block():
            for key in keys:
                problem = complaint(Scenario, key, data)
                if problem:
                    raise ExperimentError(document.complain(_place(document, block, key), problem, of_key=True))
        seed = config.seed if config.seed is not None else base.seed
        try:
            points = sweep.expand(seed=seed)
        except ValueError as error:
            raise ExperimentError(document.complain(("sweep",), str(error))) from None
        if not points:
            raise ExperimentError(document.complain(("sweep", "exclude"), "excludes every case; leave at least one"))
        modules: dict[str, UserModule] = {}
        named = dict(sweep.keys_by_block())["cases"]
        cases = []
        for index, point in enumerate(points):
            name = label(point, names, named=named)
            try:
                scenario = Scenario.parse(_with(data, point), source=source, at=at) if point else base
            except ScenarioError as error:
                raise ExperimentError(_blame(document, sweep.keys_by_block(), point, name, error)) from None
            dump = scenario.model_dump(mode="json", by_alias=True, exclude={"seed"})
            sources = _sources(dump, search_path, modules, source)
            varied = {key: value for key, value in point.items() if key != "name"}
            cases.append(Case(index, name, varied, scenario, canonical([dump, sources])))
        twins = [case.label for number, case in enumerate(cases) if case.label in {c.label for c in cases[:number]}]
        if twins:
            raise ExperimentError(document.complain(("sweep",), f"two cases are called {twins[0]!r}; name them apart"))
        return cls(
            name=config.name or base.name,
            config=config,
            seed=seed,
            cases=tuple(cases),
            keys=tuple(names),
            scenario=self_contained(data, source=source, at=at),
            modules=tuple(modules.values()),
            search_path=search_path,
        )

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each replication, the same in every case."""
        return tuple(trial_seed(self.seed, replication) for replication in range(self.config.replications))

    @property
    def size(self) -> int:
        """Number of trials of the whole sweep."""
        return len(self.cases) * self.config.replications

    def trial(self, case: Case, replication: int) -> Trial:
        """One trial; replications beyond those of the config are welcome."""
        known = replication < self.config.replications
        seed = self.seeds[replication] if known else trial_seed(self.seed, replication)
        logs = self.config.outputs.logs
        return Trial(
            id=trial_id(case.identity, seed),
            case=case.index,
            replication=replication,
            seed=seed,
            scenario=case.scenario,
            keep_log=logs == "all" or (logs == "first" and replication == 0),
            search_path=tuple(str(folder) for folder in self.search_path) if self.modules else (),
        )

    def trials(self) -> Iterator[Trial]:
        """All trials, replication by replication, so that a part of them already compares all cases."""
        for replication in range(self.config.replications):
            for case in self.cases:
                yield self.trial(case, replication)

    def expected_s(self, case: Case) -> float:
        """A rough guess of the seconds that one trial takes on one core, for `executor: auto`."""
        scenario = case.scenario
        tick_s = scenario.tick_s if 0 < scenario.tick_s < float("inf") else 1.0
        vehicle_steps = scenario.horizon_s / tick_s * scenario.agv_count
        station_events = scenario.horizon_s / 10.0 * len(scenario.stations)
        return vehicle_steps / VEHICLE_STEPS_PER_S + station_events / EVENTS_PER_S

    def resolved(self) -> dict[str, Any]:
        """The experiment as plain data that needs no other file: what `experiment.yaml` of a run holds."""
        given = self.config.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"scenario"})
        files = [key for key in self.keys if key.endswith("file")]
        if files:
            given["sweep"] = _absolute(given["sweep"], files, self.search_path)
        return {**given, "name": self.name, "seed": self.seed, "scenario": dict(self.scenario)}


def _with(data: Any, point: Settings) -> Any:
    for key, value in point.items():
        if key != "name":
            data = set_key(data, key, value)
    return data


def _scenario_document(document: Document, path: str) -> Document:
    try:
        found = Document.load(document.folder / path)
    except ScenarioError as error:
        raise ExperimentError(document.complain(("scenario",), str(error))) from None
    if isinstance(found.data, dict) and "scenario" in found.data:
        raise ExperimentError(document.complain(("scenario",), f"{path} is an experiment; name its scenario instead"))
    return found


def _place(document: Document, block: str, key: str) -> tuple[str | int, ...]:
    if block == "cases":
        cases = document.data["sweep"]["cases"]
        return ("sweep", "cases", next(number for number, case in enumerate(cases) if key in case), key)
    return ("sweep", block, key) if block in ("grid", "zip") else ("sweep", block, "keys", key)


def _blame(
    document: Document, blocks: Sequence[tuple[str, list[str]]], point: Settings, name: str, error: ScenarioError
) -> str:
    """The complaint about a case, at the key of the sweep that it is about, or else at the sweep."""
    text = "; ".join(_PLACE.sub("", line) for line in str(error).splitlines())  # places in the file are of other keys
    for block, keys in blocks:
        for key in keys:
            if key in point and f"{key}: " in text:
                return document.complain(_place(document, block, key), f"case {name}: {text}", of_key=True)
    return document.complain(("sweep",), f"case {name}: {text}", of_key=True)


def _sources(
    data: Any, search_path: Sequence[Path], modules: dict[str, UserModule], source: Document
) -> dict[str, str]:
    """Hash of the source of every user module that the scenario names; fills `modules`."""
    found: dict[str, str] = {}
    for loc, path in named_classes(data):
        try:
            module = find_class(path, search_path)
        except LookupError as error:
            raise ExperimentError(source.complain(loc, str(error))) from None
        if module is not None:
            modules.setdefault(module.name, module)
            found[module.name] = module.digest()
    return found


def _absolute(sweep: Any, keys: Sequence[str], folders: Sequence[Path]) -> Any:
    if isinstance(sweep, dict):
        return {
            key: [_found(str(value), folders) for value in values] if key in keys and isinstance(values, list)
            else _found(str(values), folders) if key in keys
            else _absolute(values, keys, folders)
            for key, values in sweep.items()
        }  # fmt: skip
    return [_absolute(item, keys, folders) for item in sweep] if isinstance(sweep, list) else sweep


def _found(path: str, folders: Sequence[Path]) -> str:
    return next((os.fspath(folder / path) for folder in folders if (folder / path).exists()), path)
