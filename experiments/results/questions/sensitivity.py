"""Which parameters matter: Sobol indices of first and total order, with SALib.

Saltelli's design (Saltelli et al., Computer Physics Communications 181, 2010). Common random numbers make the KPI a
smooth function of the parameters; replications are averaged.
"""

from typing import Any

import numpy as np

from ...design.questions.packages import part_of
from ...design.questions.sensitivity import Sensitivity
from .asking import Answer, Asker

MATTERS = 0.05  # share of the variance below which a parameter is called unimportant


def ask(question: Sensitivity, asker: Asker) -> Answer:
    """The indices of all parameters, the greatest first."""
    n = asker.experiment.config.most_replications
    cases = range(len(asker.experiment.cases))
    asker.need(dict.fromkeys(cases, n))
    means = np.array([np.mean(asker.values(case, question.metric, n)) for case in cases])
    if not np.isfinite(means).all():
        return Answer(("Some trials failed, so the indices cannot be computed; see the failed trials.",))
    if np.ptp(means) == 0:
        return Answer(
            (f"{question.metric} is the same in all cases: none of the parameters matters.",), (), len(asker.taken)
        )
    standard = (means - means.mean()) / means.std()
    found = part_of(question.package, "analyze.sobol").analyze(
        question.space, standard, calc_second_order=False, seed=asker.experiment.seed
    )
    table = [
        {
            "key": key,
            "first order": float(found["S1"][place]),
            "± first": float(found["S1_conf"][place]),
            "total": float(found["ST"][place]),
            "± total": float(found["ST_conf"][place]),
        }
        for place, key in enumerate(question.keys_)
    ]
    table.sort(key=lambda row: -row["total"])
    return Answer((_sentence(question, table),), tuple(table), len(asker.taken))


def _sentence(question: Sensitivity, table: list[dict[str, Any]]) -> str:
    """Names the most important parameter, or all that may be it according to their intervals."""
    top = table[0]
    rivals = [row for row in table if row["total"] + row["± total"] >= top["total"] - top["± total"]]
    least = [str(row["key"]) for row in table if row["total"] + row["± total"] < MATTERS]
    if len(rivals) > 1:
        names = ", ".join(f"{row['key']} ({row['total']:.2f} ± {row['± total']:.2f})" for row in rivals)
        text = f"Which parameter matters most for {question.metric} is not certain (95 %); total indices: {names}"
    else:
        text = f"{top['key']} matters most for {question.metric}: total index {top['total']:.2f} ± {top['± total']:.2f}"
    return text + (f"; {', '.join(least)} hardly at all." if least else ".")
