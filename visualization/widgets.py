"""The panels as widgets: a Vue file each, traits that go to the browser, and messages that come back.

The browser calls `vue_*` methods; each hands on to a plain callback that the page sets. No panel loads anything from
anywhere: what they draw comes in traits, and the drawing is in the Vue files beside this one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipyvuetify
import traitlets

HERE = Path(__file__).parent


def _nothing(*_: Any) -> None:
    pass


class Panel(ipyvuetify.VuetifyTemplate):
    """What all panels share.

    Attributes:
        look: colours (`palette.theme`).
        on_pick: called with the id of an agent that was clicked.
    """

    look = traitlets.Dict().tag(sync=True)
    on_pick = traitlets.Any(_nothing)

    def vue_pick(self, unique_id: int) -> None:
        self.on_pick(int(unique_id))


class FloorPanel(Panel):
    """The floor with everything that moves on it.

    Attributes:
        plan: `Plan.data`, sent once; `frame`: `Stage.frame`; `heat`: levels 0..255 of the overlay, or nothing.
        tween_ms: how long the browser takes to move from one frame to the next.
        caption: what stands in the corner.
        on_overlay: called with the overlay that was chosen ("", "traffic", "waiting").
        on_touch: called with a cell that was clicked with the tool for blocking in hand.
        tools: whether there is such a tool.
    """

    template_file = str(HERE / "floor.vue")
    plan = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    heat = traitlets.List().tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)
    tools = traitlets.Bool(False).tag(sync=True)
    on_overlay = traitlets.Any(_nothing)
    on_touch = traitlets.Any(_nothing)

    def vue_overlay(self, what: str) -> None:
        self.on_overlay(what)

    def vue_touch(self, cell: int) -> None:
        self.on_touch(int(cell))


class FiguresPanel(Panel):
    """Tiles and charts (`Stage.figures`)."""

    template_file = str(HERE / "figures.vue")
    chart = traitlets.Dict().tag(sync=True)


class GanttPanel(Panel):
    """Who was in which state, over the last minutes (`Stage.gantt`)."""

    template_file = str(HERE / "gantt.vue")
    chart = traitlets.Dict().tag(sync=True)


class TalkPanel(Panel):
    """The agent that was clicked, its negotiations as a sequence diagram, calls in progress, what happened of note.

    Attributes:
        calls: `Stage.calls`; agent: `details.describe`; diagram: `sequence.diagram`.
        on_follow: called with the number of a task whose negotiation is to be shown.
        on_act: called with the action that was chosen for the agent.
    """

    template_file = str(HERE / "talk.vue")
    calls = traitlets.Dict().tag(sync=True)
    agent = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    diagram = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    on_follow = traitlets.Any(_nothing)
    on_act = traitlets.Any(_nothing)

    def vue_follow(self, task: int) -> None:
        self.on_follow(int(task))

    def vue_act(self, action: str) -> None:
        self.on_act(action)


class TimelinePanel(Panel):
    """The time line of a recorded run: where it is, and where something happened.

    Attributes:
        now, end: seconds; marks: `Stage.events_ahead`.
        on_seek: called with the second that was chosen.
    """

    template_file = str(HERE / "timeline.vue")
    now = traitlets.Float(0.0).tag(sync=True)
    end = traitlets.Float(1.0).tag(sync=True)
    marks = traitlets.List().tag(sync=True)
    on_seek = traitlets.Any(_nothing)

    def vue_seek(self, at_s: float) -> None:
        self.on_seek(float(at_s))
