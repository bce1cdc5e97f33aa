"""The best values of parameters, searched with Optuna's tree-structured Parzen estimator.

Points come in rounds of a fixed size that run in parallel; the search depends only on the seed and the results. The
best point is chosen for its mean, so its interval does not hold like that of a point that is named before the search:
run it again with another seed to estimate its value.
"""

import warnings
from typing import Any

import numpy as np

from ...design.questions.optimise import Optimise
from ...design.questions.packages import part_of
from ..direction import greater_is_better
from ..wording import with_interval
from .asking import Answer, Asker

ROUND = 4  # points that are tried side by side


def ask(question: Optimise, asker: Asker) -> Answer:
    """The best of the points that the search has tried."""
    optuna = part_of(question.package)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    goal = question.goal or ("max" if greater_is_better(question.metric) else "min")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of constant_liar
        sampler = optuna.samplers.TPESampler(seed=asker.experiment.seed % 2**32, constant_liar=True)
    study = optuna.create_study(direction=f"{goal}imize", sampler=sampler)
    n = asker.experiment.config.most_replications
    known: dict[str, int] = {}  # settings as text -> case, so that a point that comes again is not run again
    rows = []
    while len(rows) < question.points:
        asked = [study.ask() for _ in range(min(ROUND, question.points - len(rows)))]
        settings = [
            {key: wide.at(trial.suggest_float(key, 0.0, 1.0)) for key, wide in question.keys_.items()}
            for trial in asked
        ]
        new = {repr(point): point for point in settings if repr(point) not in known}
        cases = asker.extend([{"name": f"point {len(known) + i}"} | point for i, point in enumerate(new.values())])
        known |= {text: case.index for text, case in zip(new, cases, strict=True)}
        asker.need({known[repr(point)]: n for point in settings})
        for trial, point in zip(asked, settings, strict=True):
            values = asker.values(known[repr(point)], question.metric, n)
            if np.isfinite(values).all():
                study.tell(trial, float(values.mean()))
            else:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            low, high = asker.interval(values)
            rows.append({**point, "mean": float(values.mean()), "low": low, "high": high})
    return _answer(question, rows, goal, len(asker.taken))


def _answer(question: Optimise, rows: list[dict[str, Any]], goal: str, trials: int) -> Answer:
    sound = [row for row in rows if np.isfinite(row["mean"])]
    if not sound:
        return Answer(("Every point failed, so there is no best one.",), (), trials)
    sound.sort(key=lambda row: row["mean"], reverse=goal == "max")
    best = sound[0]
    values = ", ".join(f"{key} = {best[key]}" for key in question.keys_)
    text = f"Best {question.metric} found: {with_interval(best['mean'], best['low'], best['high'])} with {values} "
    text += f"(of {len(rows)} points)."
    doubt = "The interval is that of the point by itself: the best of many looks better than it is."
    return Answer((text, doubt), tuple(sound[:20]), trials)
