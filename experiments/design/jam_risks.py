"""Cases whose parts may wait for each other's places for ever, as routings and buffers show before a run."""

from typing import TYPE_CHECKING, Any

from ...environments.scenario.jam_risk import jam_risk
from ..counting import counted

if TYPE_CHECKING:
    from .experiment import Experiment


def jam_risks(experiment: "Experiment") -> list[dict[str, Any]]:
    """One row per case that may jam: case (its label), stations (the circle), parts (that fill it), and `told`."""
    return [
        {"case": case.label, "stations": list(risk.stations), "parts": risk.parts, "told": str(risk)}
        for case in experiment.cases
        if (risk := jam_risk(case.scenario))
    ]


def told(experiment: "Experiment") -> str | None:
    """The same as a sentence about the first case; None where no case may jam."""
    rows = jam_risks(experiment)
    if not rows:
        return None
    where = "" if len(experiment.cases) == 1 else f"In {len(rows)} of {counted(len(experiment.cases), 'case')} "
    first = rows[0]["told"]
    return f"{where}{first if where else first[0].upper() + first[1:]}."
