"""The panels as widgets: one Vue file each, traits for the browser, and messages from it.

The browser calls `vue_*` methods; each passes on to a plain callback that the page sets. No panel loads anything from
elsewhere: the data comes in traits, and the drawing code is in the Vue files in this folder.
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
    """Plain data for the browser, passed on unchanged: reacton and traitlets do not traverse it."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sheet) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]


def _sheet(empty: Any) -> Any:
    """A trait that holds a `Sheet`."""
    return traitlets.Instance(Sheet, (empty,)).tag(sync=True, to_json=lambda sheet, _: sheet.data)


def _assembled(template: Path) -> str:
    """A Vue file with the scripts that it includes by lines `//@ NAME.js`."""
    return re.sub(
        r"^//@ (\S+)$",
        lambda line: (template.parent / line[1]).read_text(encoding="utf-8"),
        template.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )


def _changes(known: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The entries of `now` that differ from `known`."""
    return {name: value for name, value in now.items() if name not in known or known[name] != value}


def _nothing(*_: Any) -> None:
    pass


class Panel(ipyvuetify.VuetifyTemplate):
    """The base of all panels.

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
        on_touch: called with a cell clicked with the blocking tool.
        tools: whether the blocking tool is available.
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
        self._known: dict[str, Any] = {}  # known to the browser

    def show(self, frame: dict[str, Any]) -> None:
        """Draw a frame (`Plan.drawn`, and its `caption`): changes bypass the traits, which are slow."""
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
        """Called when the page has been built and has no frame yet."""
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
    """States of agents over the last minutes (`Stage.gantt`)."""

    template = traitlets.Unicode(_assembled(HERE / "gantt.vue")).tag(sync=True)
    chart = _sheet({})


class NegotiationsPanel(Panel):
    """The selected agent, its negotiations as a sequence diagram, calls in progress, notable events.

    Attributes:
        calls: `Stage.calls`; agent: `details.describe`; diagram: `sequence.diagram`.
        on_follow: called with the number of a task whose negotiation to show.
        on_act: called with the action chosen for the agent.
    """

    template_file = str(HERE / "negotiations.vue")
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
    """The time line of a recorded run: the current time, and marks of events.

    Attributes:
        now, end: seconds; marks: `Stage.events_ahead`.
        on_seek: called with the chosen time in seconds.
    """

    template_file = str(HERE / "timeline.vue")
    now = traitlets.Float(0.0).tag(sync=True)
    end = traitlets.Float(1.0).tag(sync=True)
    marks = _sheet([])
    on_seek = traitlets.Any(_nothing)

    def vue_seek(self, at_s: float) -> None:
        self.on_seek(float(at_s))


class ThemePanel(ipyvuetify.VuetifyTemplate):
    """An invisible panel that reports whether the page is dark, which only the browser may know.

    Attributes:
        on_dark: called with True or False, at the start and at every change.
    """

    template_file = str(HERE / "theme.vue")
    on_dark = traitlets.Any(_nothing)

    def vue_dark(self, dark: bool) -> None:
        self.on_dark(bool(dark))
