"""Which parameters matter: Sobol indices of first and total order, with SALib.

    question:
      kind: sensitivity
      metric: throughput_per_h
      samples: 64                      # a power of two; takes samples x (parameters + 2) cases
      keys:
        fleet.agvs.speed: {low: 0.5m/s, high: 2m/s}
        stations.smt.input_capacity: {low: 1, high: 20}

Saltelli's design (Saltelli et al., Computer Physics Communications 181, 2010). Common random numbers make the KPI a
smooth function of the parameters; replications are averaged.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from ....environments.section import Positive, Section
from ...design.sampling import Range
from ...errors import ExperimentError
from .asking import Answer, Asker

if TYPE_CHECKING:
    from ...design.experiment import Experiment

MATTERS = 0.05  # share of the variance below which a parameter is called unimportant


class Sensitivity(Section):
    """Which parameters matter?"""

    kind: Literal["sensitivity"]
    metric: str = "throughput_per_h"
    samples: Annotated[Positive, Field(le=2**16)] = 64
    keys_: Annotated[dict[str, Range], Field(min_length=2, alias="keys")]

    def problem(self, experiment: "Experiment") -> str | None:
        if self.samples & (self.samples - 1):
            return f"samples must be a power of two, not {self.samples}"
        if len(experiment.cases) != self.samples * (len(self.keys_) + 2):
            return "a sensitivity question brings its own cases; leave the sweep out"
        return None

    def points(self, seed: int) -> list[Mapping[str, Any]]:
        """The cases of the design, in its order."""
        design = _salib("sample.sobol").sample(self._problem(), self.samples, calc_second_order=False, seed=seed)
        return [
            {"name": f"point {number}"}
            | {key: wide.at(float(u)) for (key, wide), u in zip(self.keys_.items(), row, strict=True)}
            for number, row in enumerate(design)
        ]

    def ask(self, asker: Asker) -> Answer:
        n = asker.experiment.config.most_replications
        cases = range(len(asker.experiment.cases))
        asker.need(dict.fromkeys(cases, n))
        means = np.array([np.mean(asker.values(case, self.metric, n)) for case in cases])
        if not np.isfinite(means).all():
            return Answer(("Some trials failed, so the indices cannot be computed; see the failed trials.",))
        if np.ptp(means) == 0:
            return Answer(
                (f"{self.metric} is the same in all cases: none of the parameters matters.",), (), len(asker.taken)
            )
        standard = (means - means.mean()) / means.std()
        found = _salib("analyze.sobol").analyze(
            self._problem(), standard, calc_second_order=False, seed=asker.experiment.seed
        )
        table = [
            {
                "key": key,
                "first order": float(found["S1"][place]),
                "± first": float(found["S1_conf"][place]),
                "total": float(found["ST"][place]),
                "± total": float(found["ST_conf"][place]),
            }
            for place, key in enumerate(self.keys_)
        ]
        table.sort(key=lambda row: -row["total"])
        return Answer((self._sentence(table),), tuple(table), len(asker.taken))

    def _sentence(self, table: list[dict[str, Any]]) -> str:
        """Names the parameter that matters most, or all whose intervals leave open whether they do."""
        top = table[0]
        rivals = [row for row in table if row["total"] + row["± total"] >= top["total"] - top["± total"]]
        least = [str(row["key"]) for row in table if row["total"] + row["± total"] < MATTERS]
        if len(rivals) > 1:
            names = ", ".join(f"{row['key']} ({row['total']:.2f} ± {row['± total']:.2f})" for row in rivals)
            text = f"Which parameter matters most for {self.metric} is not certain (95 %); total indices: {names}"
        else:
            text = f"{top['key']} matters most for {self.metric}: total index {top['total']:.2f} ± {top['± total']:.2f}"
        return text + (f"; {', '.join(least)} hardly at all." if least else ".")

    def _problem(self) -> dict[str, Any]:
        return {"num_vars": len(self.keys_), "names": list(self.keys_), "bounds": [[0.0, 1.0]] * len(self.keys_)}


def _salib(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ModuleNotFoundError:
        raise ExperimentError(
            "question: sensitivity needs SALib; install it: pip install 'robocell[questions]'"
        ) from None
