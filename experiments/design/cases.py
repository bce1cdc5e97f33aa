"""One point of a sweep as a checked scenario: how it is made, its name, and the identity of its trials."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ...environments.config.documents import Document
from ...environments.config.errors import ScenarioError
from ...environments.config.text_files import kept
from ...environments.scenario import Scenario, named_files, self_contained
from ..errors import ExperimentError
from .classes import UserModule, find_class, named_classes, with_imports
from .given_classes import GivenClass
from .keys import complaint, set_key
from .sweep import Settings, labels_of, short_names
from .trials import identity

Loc = tuple[str | int, ...]
READ_FROM = ("origin", "sheet", "cells", "cell_pixels", "unit", "notes")  # keys of a floor that are no part of it
_PLACE = re.compile(r"^.*?:\d+:\d+: ")


@dataclass(frozen=True)
class Case:
    """One point of the sweep."""

    index: int
    label: str
    settings: Settings  # dotted key -> value, without the name
    scenario: Scenario
    identity: str  # together with a seed, this makes the id of a trial
    meaning: str  # equal for cases with the same factory, whatever file its floor comes from
    seed: int  # root of the seeds of its replications

    def plan(self) -> dict[str, Any]:
        """The record of the case in a run directory: enough to find its trials again with a later robocell."""
        return {"name": self.label, "settings": dict(self.settings), "identity": self.identity}


@dataclass(frozen=True)
class CaseMaker:
    """Turns points into cases; error messages name the place of the key in `document`."""

    document: Document  # of the experiment
    places: Mapping[str, Loc]  # swept dotted key -> its place in the document
    named: tuple[str, ...]  # keys that a named point does not show in its label
    source: Document  # of the scenario
    at: Loc
    data: Any  # of the scenario, before the sweep
    whole: Any  # the same, self-contained
    base: Scenario  # the parsed scenario of the data
    search_path: tuple[Path, ...]
    seed: int  # of the experiment: for cases without their own
    given: Mapping[str, GivenClass]  # by path
    modules: dict[str, UserModule] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # texts of the files that the sweep names, by their names
    sections: dict[str, None] = field(default_factory=dict)  # of the scenario: those whose files it may change

    def check_keys(self) -> None:
        """ExperimentError for a key that a scenario does not have."""
        for key, place in self.places.items():
            problem = complaint(Scenario, key, self.data)
            if problem:
                raise ExperimentError(self.document.complain(place, problem, of_key=True))

    def make(self, points: Sequence[Settings], first: int = 0) -> list[Case]:
        """The cases of these points, numbered from `first`."""
        cases = []
        like = (self.whole, self.base)
        for index, label in enumerate(labels_of(points, short_names(self.places), named=self.named)):
            case, like = self._case(first + index, points[index], label, like)
            cases.append(case)
        return cases

    def sections_as_given(self) -> dict[str, Any]:
        """The sections whose files the sweep may change, with the names of their files; fills `files`."""
        self._keep_files(self.data)
        return {section: self.data[section] for section in self.sections if section in self.data}

    def _case(self, index: int, point: Settings, name: str, like: tuple[Any, Scenario]) -> tuple[Case, Any]:
        """The case of a point, and its data and its scenario, which the next case shares in part, as this one `like`.

        Neighbours in a sweep differ least.
        """
        data = self.data
        settings = {key: value for key, value in point.items() if key != "name"}
        for key in sorted(settings, key=lambda key: key.count(".")):  # a section goes before the keys in it
            data = set_key(data, key, settings[key])
        self._keep_files(data)
        try:
            data = self_contained(data, source=self.source, at=self.at, known=like[0])
            scenario = Scenario.parse(data, source=self.source, at=self.at, like=like) if settings else self.base
        except ScenarioError as error:
            raise ExperimentError(self._blame(settings, name, error)) from None
        dump = scenario.model_dump(mode="json", by_alias=True, exclude={"seed"}, exclude_defaults=True)
        sources = self._sources(dump)
        own = meaning = identity([dump, sources])
        if "origin" in dump.get("layout", {}):
            layout = {key: value for key, value in dump["layout"].items() if key not in READ_FROM}
            meaning = identity([dump | {"layout": layout}, sources])
        seed = scenario.seed if "seed" in settings else self.seed
        return Case(index, name, settings, scenario, own, meaning, seed), (data, scenario)

    def _keep_files(self, data: Any) -> None:
        """Fills `files` and `sections`; a file that cannot be read is reported where it is needed."""
        swept = {section: data[section] for section in self._sections_with_files if section in data}
        for section, paths in named_files(swept).items():
            self.sections[section] = None
            for path in paths:
                if path not in self.files:
                    with contextlib.suppress(OSError, ValueError):
                        self.files[path] = kept(self.source.read_bytes(path))

    @cached_property
    def _sections_with_files(self) -> tuple[str, ...]:
        """The sections of the scenario that the sweep changes: their files are kept with the run."""
        return tuple(dict.fromkeys(key.partition(".")[0] for key in self.places))

    def _blame(self, settings: Settings, name: str, error: ScenarioError) -> str:
        """The error in a case, placed at the key of the sweep that causes it, or else at the sweep."""
        text = "; ".join(_PLACE.sub("", line) for line in str(error).splitlines())  # places in the file: of other keys
        for key in settings:
            if f"{key}: " in text:
                return self.document.complain(self.places[key], f"case {name}: {text}", of_key=True)
        return self.document.complain(("sweep",), f"case {name}: {text}", of_key=True)

    def _sources(self, data: Any) -> dict[str, str]:
        """Hash of every class and module of the user that the scenario names; fills `modules`."""
        found: dict[str, str] = {}
        for loc, path in named_classes(data):
            if path in self.given:
                found[path] = self.given[path].fingerprint
                continue
            try:
                module = find_class(path, self.search_path)
            except LookupError as error:
                raise ExperimentError(self.source.complain((*self.at, *loc), str(error))) from None
            if module is not None:
                for needed in with_imports(module, self.search_path):
                    self.modules.setdefault(needed.name, needed)
                    found[needed.name] = needed.digest()
        return found
