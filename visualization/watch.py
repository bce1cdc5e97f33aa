"""The panels of one factory on the page, and their refresh rates.

The floor is drawn for every frame, bypassing Mesa and Solara. All other panels are refreshed twice a second by their
own beat, so that a table does not cost a frame; a beat without changes refreshes nothing.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import solara
import solara.lab
from mesa.visualization.utils import update_counter

from ..agents.events import NOBODY
from ..drawing import palette, scene
from . import details, sequence
from .clock import clock
from .widgets import FiguresPanel, FloorPanel, GanttPanel, NegotiationsPanel, Sheet, ThemePanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from .pace import Paced
    from .stage import Stage

BEAT_S = 0.5
SETTLE_S = 0.02  # lets reacton's render loop end before the next frame


@solara.component
def Floor(
    model: Paced,
    stage: Stage,
    look: Sheet,
    selected: int,
    on_pick: Callable[[int], None],
    beat: int,
    on_touch: Callable[[int], None] | None = None,
    gate: bool = True,
    title: str = "",
) -> None:
    """The floor of a factory; lets the model continue when a frame has been drawn."""
    update_counter.get()
    overlay, set_overlay = solara.use_state("")
    heat = solara.use_memo(lambda: _levels(model, stage, overlay), [id(stage), overlay, beat if overlay else 0])
    panel = FloorPanel.element(
        plan=solara.use_memo(lambda: Sheet(stage.plan.data), [id(stage), len(stage.plan.agvs)]),
        heat=heat,
        look=look,
        tools=on_touch is not None and stage.plan.layout is not None,
        on_pick=on_pick,
        on_overlay=set_overlay,
        on_touch=on_touch or (lambda _: None),
    )

    def watch() -> Callable[[], None]:
        widget = solara.get_widget(panel)

        def show() -> None:
            with model.lock:
                frame = stage.frame(selected)
                frame = stage.plan.drawn(frame) | {"caption": _caption(model, stage, title)}
            widget.show(frame)

        show()
        model.watchers.append(show)
        return lambda: model.watchers.remove(show)

    def let_go() -> None:
        if gate:
            timer = threading.Timer(SETTLE_S, model.rendered.set)
            timer.daemon = True
            timer.start()

    solara.use_effect(watch)
    solara.use_effect(let_go, [update_counter.value, id(model)])


@solara.component
def Figures(model: Paced, stage: Stage, look: Sheet, beat: int, charts: bool) -> None:
    """Tiles, or charts."""
    with model.lock:
        data = stage.figures(charts=charts)
    FiguresPanel.element(chart=Sheet(data), look=look)


@solara.component
def Gantt(model: Paced, stage: Stage, look: Sheet, beat: int, selected: int, on_pick: Any) -> None:
    """The Gantt chart."""
    with model.lock:
        data = stage.gantt(selected)
    GanttPanel.element(chart=Sheet(data), look=look, on_pick=on_pick)


@solara.component
def Negotiations(
    model: Paced,
    stage: Stage,
    look: Sheet,
    beat: int,
    selected: int,
    on_pick: Callable[[int], None],
    actions: Callable[[int], list[list[str]]] | None = None,
    on_act: Callable[[int, str], None] | None = None,
) -> None:
    """The inspector, the sequence diagram, calls in progress and the feed."""
    followed, follow = solara.use_state(NOBODY)
    solara.use_effect(lambda: follow(NOBODY), [selected])
    with model.lock:
        stage.refresh()
        agent = details.describe(stage, selected, actions=actions(selected) if actions else [])
        task = details.latest_task(stage, selected) if followed == NOBODY else followed
        diagram = None if task is None or task == NOBODY else sequence.diagram(stage, task)
        calls = stage.calls()
    NegotiationsPanel.element(
        calls=Sheet(calls),
        agent=Sheet(agent),
        diagram=Sheet(diagram),
        look=look,
        on_pick=on_pick,
        on_follow=follow,
        on_act=lambda action: on_act(selected, action) if on_act else None,
    )


def use_beat(model: Paced) -> int:
    """A number that grows twice a second while the model runs, and once after it has stopped."""
    beat = solara.use_reactive(0)

    def run() -> Callable[[], None]:
        over = threading.Event()

        def tick() -> None:
            seen = (-1, -1.0)
            while not over.wait(BEAT_S):
                now = (model.frame, model.now_s)
                if now != seen:
                    seen = now
                    beat.value += 1

        threading.Thread(target=tick, daemon=True).start()
        return over.set

    solara.use_effect(run, [id(model)])
    return beat.value


def use_look() -> Sheet:
    """The colours of the theme of the page."""
    dark, set_dark = solara.use_state(solara.lab.theme.dark_effective)
    ThemePanel.element(on_dark=set_dark)
    return solara.use_memo(lambda: Sheet(palette.theme(dark=dark)), [dark])


def _levels(model: Paced, stage: Stage, overlay: str) -> Sheet:
    if not overlay or stage.plan.layout is None:
        return Sheet([])
    with model.lock:
        heat = stage.heat(overlay)
        most = float(heat.max(initial=0.0))
        return Sheet([] if most == 0.0 else [scene.traffic(stage.plan, (heat / most) ** 0.6)])


def _caption(model: Paced, stage: Stage, title: str) -> str:
    tick = f" · tick {stage.tick}" if math.isfinite(stage.tick_s) else ""
    speed = f" · ×{model.factor:.0f} real time" if model.factor >= 0.5 else ""
    return f"{title or stage.plan.data['name']} · {clock(stage.now_s)}{tick}{speed}"
