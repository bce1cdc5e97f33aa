"""Details of a selected agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..agents.events import NOBODY, AgentKind, RobotState, StationState, VehicleState
from ..agents.shop.tasks import TaskKind
from ..drawing import palette
from .tally import ABSENT

if TYPE_CHECKING:
    from .stage import Stage

TASKS = 8  # buttons
NAMES = 6  # of parts or vehicles in a line


def describe(stage: Stage, agent: int, *, actions: list[list[str]] | None = None) -> dict[str, Any] | None:
    """Name, state, facts, open negotiations; None if no agent is selected."""
    kind = stage.log.kind_of(agent)
    if agent == NOBODY or kind is None:
        return None
    tally = stage.tally
    state, colour, lines = _facts(stage, agent, kind)
    plan = stage.plan_of(agent)
    if plan:
        lines.append(["plan", "; then ".join(plan[:4]) + (f"; {len(plan) - 4} more" if len(plan) > 4 else "")])
    notes = [note for note in tally.open_tasks.values() if agent in (note.contractor, note.manager, note.job)]
    notes += [note for note in reversed(tally.closed_tasks.values()) if agent in (note.contractor, note.manager)]
    tasks = [
        [note.task, f"{note.kind.name.lower()} {note.task} · {note.status.name.lower()}"] for note in notes[:TASKS]
    ]
    name = stage.log.name_of(agent)
    if kind not in (AgentKind.JOB, AgentKind.LOT):  # the id of an order is kept
        name = name.replace("_", " ")
    return {
        "id": agent,
        "name": name,
        "kind": "AGV" if kind is AgentKind.AGV else kind.name.lower(),
        "state": state,
        "colour": colour,
        "lines": lines,
        "tasks": tasks,
        "actions": actions or [],
    }


def latest_task(stage: Stage, agent: int) -> int | None:
    """The negotiation to show for a selected agent: the newest open one, or the last closed one."""
    notes = [*stage.tally.closed_tasks.values(), *stage.tally.open_tasks.values()]
    own = [note for note in notes if agent in (note.contractor, note.manager, note.job)]
    return max(own, key=lambda note: note.conversation).task if own else None


def _facts(stage: Stage, agent: int, kind: AgentKind) -> tuple[str, str, list[list[str]]]:
    tally, plan = stage.tally, stage.plan
    if kind is AgentKind.AGV:
        vehicle = plan.vehicle_of[agent]
        state = stage.states()[vehicle]
        if state == ABSENT:
            return "not in the factory", palette.GREY, []
        goal = int(stage.goals()[vehicle])
        cell = int(stage.cells()[vehicle])
        lines = [["at", _place_at(stage, cell) or "row {}, column {}".format(*divmod(cell, plan.width))]]
        if goal >= 0:
            lines.append(["goes to", _place_at(stage, goal) or "row {}, column {}".format(*divmod(goal, plan.width))])
        carried = [stage.log.name_of(job) for job, at in tally.job_at.items() if at == agent]
        lines.append(["carries", ", ".join(carried) or "nothing"])
        levels = stage.batteries()
        if levels is not None:
            lines.append(["battery", f"{levels[vehicle]:.0%}"])
        return *_word_and_colour(VehicleState(state)), lines
    if kind is AgentKind.ROBOT:
        state = tally.robot_state[agent]
        lines = [["reaches", ", ".join(stage.scenario.robots[stage.log.name_of(agent)].stations)]]
        if state and tally.robot_at[agent] != NOBODY:
            lines.append(["serves", stage.log.name_of(tally.robot_at[agent])])
        return *_word_and_colour(RobotState(state)), lines
    if kind is AgentKind.CHARGER:
        return _charger(stage, agent)
    if kind is AgentKind.JOB:
        released_s, due_s = tally.jobs.get(agent, (stage.now_s, float("inf")))
        lines = [["in the factory for", f"{(stage.now_s - released_s) / 60:.1f} min"]]
        if due_s < float("inf"):
            lines.append(["due in", f"{(due_s - stage.now_s) / 60:.1f} min"])
        at = tally.job_at.get(agent, NOBODY)
        return f"at {stage.log.name_of(at)}" if at != NOBODY else "has left", palette.ORANGE, lines
    if kind is AgentKind.LOT:
        return "requests transports", palette.ORANGE, []
    return _place(stage, agent)


def _word_and_colour(state: RobotState | VehicleState) -> tuple[str, str]:
    """The name of a state and its colour."""
    return palette.word(state), palette.tone(state).colour


def _charger(stage: Stage, agent: int) -> tuple[str, str, list[list[str]]]:
    tally, name_of = stage.tally, stage.log.name_of
    slots = stage.scenario.chargers[name_of(agent)].slots
    charging = [uid for uid in tally.served(agent) if tally.vehicle_state[uid] == VehicleState.CHARGING]
    groups = (
        ("charges", charging),
        ("on their way", [uid for uid in tally.served(agent) if uid not in charging]),
        ("wait for any charger", tally.seeking()),
    )
    lines = [[title, _names(stage, agents)] for title, agents in groups]
    return f"{tally.charging[agent]} of {slots} slots taken", palette.YELLOW, lines


def _place(stage: Stage, agent: int) -> tuple[str, str, list[list[str]]]:
    tally = stage.tally
    name = stage.log.name_of(agent)
    station = stage.scenario.stations.get(name)
    if station is None:
        return f"{tally.output[agent]} parts", palette.BLUE, []
    states = [palette.word(StationState(state)) for state in tally.machines[agent]]
    many = {word: states.count(word) for word in dict.fromkeys(states)}
    text = states[0] if len(states) == 1 else ", ".join(f"{count} {word}" for word, count in many.items())
    full = ["–" if room is None else str(room) for room in (station.input_capacity, station.output_capacity)]
    lines = [
        ["does", ", ".join(station.operations)],
        ["input buffer", f"{tally.input[agent]} of {full[0]}"],
        ["behind", f"{tally.output[agent]} of {full[1]}"],
        ["parts here", _names(stage, [job for job, at in tally.job_at.items() if at == agent])],
        ["on their way", _names(stage, _promised(stage, agent))],
    ]
    most = max(tally.machines[agent], key=tally.machines[agent].count)  # the state of most machines
    return text, palette.tone(StationState(most)).colour, lines


def _promised(stage: Stage, station: int) -> list[int]:
    """Parts whose next operation the station has won and that have not arrived yet."""
    tally = stage.tally
    return [
        note.job
        for note in tally.open_tasks.values()
        if note.contractor == station and note.kind is TaskKind.OPERATION and tally.job_at.get(note.job) != station
    ]


def _names(stage: Stage, agents: list[int]) -> str:
    names = [stage.log.name_of(agent) for agent in agents[:NAMES]]
    more = f" and {len(agents) - NAMES} more" if len(agents) > NAMES else ""
    return ", ".join(names) + more if names else "none"


def _place_at(stage: Stage, cell: int) -> str | None:
    return next((name for name, cells in stage.plan.docks.items() if cell in cells), None)
