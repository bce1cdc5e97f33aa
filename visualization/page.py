"""The page: controls at the side, and the panels. Every browser tab has its own factory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa
import solara
import solara.lab
from mesa.visualization import Slider
from mesa.visualization.solara_viz import UserInputs
from mesa.visualization.utils import force_update

from ..agents.events import NOBODY
from ..drawing.palette import BLUE
from ..environments.config.errors import ScenarioError
from ..environments.disturbances import Disturbances
from . import session
from .controls import Controls, Player, attempt, use_player
from .live import LiveFactory, live_factory
from .pace import AS_FAST_AS_POSSIBLE
from .replay import Replay, replay_of
from .variants import mechanisms, most_vehicles
from .watch import Figures, Floor, Gantt, Negotiations, use_beat, use_look
from .widgets import Sheet, TimelinePanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..environments.scenario import Scenario
    from .stage import Stage

SPEEDS = {"×1": 1.0, "×5": 5.0, "×10": 10.0, "×30": 30.0, "×60": 60.0, "×300": 300.0, "max": AS_FAST_AS_POSSIBLE}
WIDE = 1.6  # floors wider than this (width over height) are shown below each other, not side by side
STYLE = Path(__file__).with_name("page.css")


@solara.component
def Page() -> None:
    """The page for the target of the server."""
    solara.Style(STYLE)
    solara.use_memo(_paint_controls, [])
    shown, problem = attempt(session.current)
    if shown is None:
        solara.Error(problem)
    elif shown.recordings:
        ReplayPage()
    else:
        LivePage()


def _paint_controls() -> None:
    """Give buttons and the top bar one colour, independent of Vuetify's default."""
    for name in ("light", "dark"):
        getattr(solara.lab.theme.themes, name).primary = BLUE


@solara.component
def LivePage() -> None:
    """A running factory, with a selection of factories."""
    factories = session.current().factories
    name, set_name = solara.use_state(next(iter(factories)))
    with solara.Sidebar(), solara.Card("Factory"):
        solara.Select("Config", list(factories), value=name, on_value=set_name)
    LiveView(factories[name], name).key(name)


@solara.component
def LiveView(scenario: Scenario, name: str) -> None:
    """One factory with its controls."""
    own = solara.use_memo(lambda: live_factory(scenario), [])
    params = solara.use_memo(lambda: _params(scenario), [])
    player = use_side(own, params, "×10", of=name)
    if player.model.value is not None:
        LivePanels(player.model.value)


def use_side(own: Callable[..., Any], params: dict[str, Any], pace: str, of: str) -> Player:
    """The side of the page: speed, controls, and the parameters that take effect with Reset.

    Args:
        own: builds a model with these parameters.
        params: the options of Mesa's inputs, by name.
        pace: the first of SPEEDS.
        of: name of the target, each with its own inputs.
    """
    chosen = solara.use_reactive(solara.use_memo(lambda: _defaults(params), []))
    player = use_player(lambda: own(**chosen.value))
    speed, set_speed = solara.use_state(pace)

    def choose(param: str, value: Any) -> None:
        chosen.value = {**chosen.value, param: value}

    with solara.AppBar():
        solara.AppBarTitle("robocell")
        solara.lab.ThemeToggle()
    with solara.Sidebar():
        with solara.Card("Speed"):
            solara.ToggleButtonsSingle(speed, list(SPEEDS), on_value=set_speed, dense=True)
        Controls(player)
        with solara.Card("Model Parameters"):
            UserInputs(params, on_change=choose).key(of)
    if player.problem.value:
        solara.Error(player.problem.value)
    model = player.model.value
    if model is not None:
        model.speed = SPEEDS[speed]
    solara.use_effect(lambda: lambda: _forget(model), [id(model)])
    return player


def _defaults(params: dict[str, Any]) -> dict[str, Any]:
    return {name: param.value if isinstance(param, Slider) else param["value"] for name, param in params.items()}


@solara.component
def LivePanels(model: LiveFactory) -> None:
    """All panels of a running factory."""
    look, beat = use_look(), use_beat(model)
    selected, select = solara.use_state(NOBODY)
    message, set_message = solara.use_state("")
    changed, set_changed = solara.use_state(0)
    disturb = solara.use_memo(lambda: Disturbances(model), [id(model)])

    def touch(cell: int) -> None:
        try:
            with model.lock:
                (disturb.open_cell if cell in disturb.closed else disturb.close_cell)(cell)
            set_message("")
        except ScenarioError as error:
            set_message(str(error))
        set_changed(changed + 1)

    def act(agent: int, action: str) -> None:
        with model.lock:
            if action == "rush":
                disturb.rush_job()
            elif action == "break":
                disturb.break_down(model.stage.agent(agent))
            elif action == "repair":
                disturb.repair(model.stage.agent(agent))
            model.settle()
        set_changed(changed + 1)

    def actions(agent: int) -> list[list[str]]:
        found = model.stage.agent(agent)
        if found in model.sources:
            return [["rush", "Release a rush job"]]
        if not (hasattr(found, "break_down") or hasattr(found, "machines")) or not found.present:
            return []
        repair = [["repair", "Repair now"]] if disturb.broken(found) else []
        return [["break", "Break down for 5 min"], *repair]

    stage = model.stage
    with solara.Div(classes=["rc-page"], style={"background": look.data["paper"]}):
        with solara.Div(classes=["rc-left"]):
            Figures(model, stage, look, beat, charts=False)
            if message:
                solara.Warning(message, dense=True)
            with solara.Div(classes=["rc-stages"]), solara.Div(style=_shape(stage)):
                Floor(model, stage, look, selected, select, beat + changed, on_touch=touch)
            Figures(model, stage, look, beat, charts=True)
            Gantt(model, stage, look, beat, selected, select)
        Negotiations(model, stage, look, beat + changed, selected, select, actions=actions, on_act=act)


def _params(scenario: Scenario) -> dict[str, Any]:
    """The options of Mesa's model parameters; a change takes effect with Reset."""
    params: dict[str, Any] = {}
    if scenario.agv_count:
        params["agvs"] = Slider("Vehicles", scenario.agv_count, 1, most_vehicles(scenario), 1)
    choice = mechanisms(scenario)
    params["mechanism"] = {"type": "Select", "value": choice[0], "values": choice, "label": "Mechanism"}
    params["demand"] = Slider("Orders, % of the config", 100, 10, 300, 10)
    params["seed"] = Slider("Seed", scenario.seed, 0, max(100, scenario.seed), 1)
    params["breakdowns"] = {"type": "Checkbox", "value": True, "label": "Breakdowns"}
    return params


def _shape(stage: Stage) -> dict[str, str]:
    """The style that gives the floor a height to fit its width, with room for tools and legend."""
    plan = stage.plan
    return {"aspect-ratio": f"{plan.width} / {plan.height + 0.12 * plan.width:.1f}"}


def _forget(model: Any) -> None:
    """Release a model, if any, that is no longer shown, also from the ids that Mesa 3.3 keeps."""
    if model is None:
        return
    model.running = False
    model.rendered.set()
    getattr(mesa.Agent, "_ids", {}).pop(model, None)


@solara.component
def ReplayPage() -> None:
    """Recorded runs: one, or two side by side on the same clock."""
    recordings = session.current().recordings
    labels = [recording.label for recording in recordings]
    own = solara.use_memo(lambda: replay_of(recordings), [])
    params = {
        "run": {"type": "Select", "value": labels[0], "values": labels, "label": "Run"},
        "beside": {"type": "Select", "value": NONE, "values": [NONE, *labels], "label": "Compare with"},
    }
    player = use_side(own, params, "×30", of="replay")
    if player.model.value is not None:
        ReplayPanels(player.model.value)


NONE = "none"


@solara.component
def ReplayPanels(model: Replay) -> None:
    """All panels of a replay; the panels below the floors belong to the run that was clicked last."""
    look, beat = use_look(), use_beat(model)
    selected, select = solara.use_state(NOBODY)
    side, set_side = solara.use_state(0)
    sought, set_sought = solara.use_state(0)
    stage = model.stages[min(side, len(model.stages) - 1)]

    def picker(number: int) -> Any:
        def pick(agent: int) -> None:
            set_side(number)
            select(agent)

        return pick

    def seek(to_s: float) -> None:
        model.seek(to_s)
        set_sought(sought + 1)
        force_update()

    with solara.Div(classes=["rc-page"], style={"background": look.data["paper"]}):
        with solara.Div(classes=["rc-left"]):
            Timeline(model, stage, look, beat + sought, seek)
            Figures(model, stage, look, beat + sought, charts=False)
            wide = len(model.stages) > 1 and stage.plan.width > WIDE * stage.plan.height
            with solara.Div(classes=["rc-stages", "wide"] if wide else ["rc-stages"]):
                for number, each in enumerate(model.stages):
                    with solara.Div(style=_shape(each)):
                        mine = selected if each is stage else NOBODY
                        Floor(
                            model,
                            each,
                            look,
                            mine,
                            picker(number),
                            beat + sought,
                            gate=number == 0,
                            title=model.labels[number],
                        )
            Figures(model, stage, look, beat + sought, charts=True)
            Gantt(model, stage, look, beat + sought, selected, picker(side))
        Negotiations(model, stage, look, beat + sought, selected, picker(side))


@solara.component
def Timeline(model: Replay, stage: Any, look: Sheet, beat: int, on_seek: Any) -> None:
    """The time line of a replay."""
    marks = solara.use_memo(lambda: Sheet(stage.events_ahead()), [id(stage)])
    TimelinePanel.element(now=model.now_s, end=model.end_s, marks=marks, look=look, on_seek=on_seek)
