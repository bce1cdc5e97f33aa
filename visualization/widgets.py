"""The panels as widgets: a Vue file each, traits that go to the browser, and messages that come back.

The browser calls `vue_*` methods; each hands on to a plain callback that the page sets. No panel loads anything from
anywhere: what they draw comes in traits, and the drawing is in the Vue files beside this one.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import ipyvuetify
import traitlets

HERE = Path(__file__).parent


class Sheet:
    """Plain data for the browser, handed on as it is: reacton and traitlets do not walk through it."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sheet) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]


def _sheet(empty: Any) -> Any:
    """A trait that takes a `Sheet`."""
    return traitlets.Instance(Sheet, (empty,)).tag(sync=True, to_json=lambda sheet, _: sheet.data)


def _assembled(template: Path) -> str:
    """A Vue file with the scripts beside it that it names, a line `//@ NAME.js` each."""
    return re.sub(
        r"^//@ (\S+)$",
        lambda line: (template.parent / line[1]).read_text(encoding="utf-8"),
        template.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )


def _changes(known: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What of `now` is not yet known as it is."""
    return {name: value for name, value in now.items() if name not in known or known[name] != value}


def _nothing(*_: Any) -> None:
    pass


class Panel(ipyvuetify.VuetifyTemplate):
    """What all panels share.

    Attributes:
        look: colours (`palette.theme`).
        on_pick: called with the id of an agent that was clicked.
    """

    look = _sheet({})
    on_pick = traitlets.Any(_nothing)

    def vue_pick(self, unique_id: int) -> None:
        self.on_pick(int(unique_id))


class FloorPanel(Panel):
    """The floor with everything that moves on it.

    Attributes:
        plan: `Plan.data`, sent once; `heat`: the shapes of the overlay.
        on_overlay: called with the overlay that was chosen ("", "traffic", "waiting").
        on_touch: called with a cell that was clicked with the tool for blocking in hand.
        tools: whether there is such a tool.
    """

    template = traitlets.Unicode(_assembled(HERE / "floor" / "floor.vue")).tag(sync=True)
    plan = _sheet({})
    heat = _sheet([])
    tools = traitlets.Bool(False).tag(sync=True)
    on_overlay = traitlets.Any(_nothing)
    on_touch = traitlets.Any(_nothing)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._lock = threading.Lock()
        self._frame: dict[str, Any] = {}
        self._known: dict[str, Any] = {}  # to the browser

    def show(self, frame: dict[str, Any]) -> None:
        """Draw a frame (`Plan.drawn`, and its `caption`): what has changed goes past all traits, which are slow."""
        with self._lock:
            self._frame = frame
            whole = not self._known
            changes = _changes(self._known, frame)
            if changes.get("now"):
                changes["now"] = _changes(self._known.get("now", {}), frame["now"])
            self._known = frame
            if changes:
                self.send({"method": "frame", "args": [changes, whole]})

    def vue_ready(self, _: Any = None) -> None:
        """The page has been built and knows no frame yet."""
        self._known = {}
        self.show(self._frame)

    def vue_overlay(self, what: str) -> None:
        self.on_overlay(what)

    def vue_touch(self, cell: int) -> None:
        self.on_touch(int(cell))


class FiguresPanel(Panel):
    """Tiles and charts (`Stage.figures`)."""

    template = traitlets.Unicode(_assembled(HERE / "figures.vue")).tag(sync=True)
    chart = _sheet({})


class GanttPanel(Panel):
    """Who was in which state, over the last minutes (`Stage.gantt`)."""

    template = traitlets.Unicode(_assembled(HERE / "gantt.vue")).tag(sync=True)
    chart = _sheet({})


class TalkPanel(Panel):
    """The agent that was clicked, its negotiations as a sequence diagram, calls in progress, what happened of note.

    Attributes:
        calls: `Stage.calls`; agent: `details.describe`; diagram: `sequence.diagram`.
        on_follow: called with the number of a task whose negotiation is to be shown.
        on_act: called with the action that was chosen for the agent.
    """

    template_file = str(HERE / "talk.vue")
    calls = _sheet({})
    agent = _sheet(None)
    diagram = _sheet(None)
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
    marks = _sheet([])
    on_seek = traitlets.Any(_nothing)

    def vue_seek(self, at_s: float) -> None:
        self.on_seek(float(at_s))


class ThemePanel(ipyvuetify.VuetifyTemplate):
    """Shows nothing, and tells whether the page is dark: where the theme is left to the browser, only that knows.

    Attributes:
        on_dark: called with True or False, at the start and at every change.
    """

    template_file = str(HERE / "theme.vue")
    on_dark = traitlets.Any(_nothing)

    def vue_dark(self, dark: bool) -> None:
        self.on_dark(bool(dark))
