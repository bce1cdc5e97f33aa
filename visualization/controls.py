"""The controls of a page: Reset, Play and Step.

A run that is over, at its end or by an error, cannot be stepped; Play restarts it. A new model (after Reset, another
config or a seek) can be played at once. An error becomes one message on the page, never a traceback.
"""

from __future__ import annotations

import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import solara
from mesa.visualization.utils import force_update, update_counter

from ..environments.config.errors import RobocellError
from ..environments.scenario.own_classes import fault_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Player:
    """The state and actions of the buttons.

    Attributes:
        model: the model shown (`Paced`); None if it cannot be built.
        playing: whether it runs by itself.
        problem: the last error, for the user; "" without one.
        make: builds a model with the parameters of the page; may raise any error, from users' agent classes.
    """

    model: solara.Reactive[Any]
    playing: solara.Reactive[bool]
    problem: solara.Reactive[str]
    make: Callable[[], Any]

    def reset(self) -> None:
        """Replace the model by a new one; keep the old one if the new one cannot be built."""
        self.playing.value = False
        model, self.problem.value = attempt(self.make)
        if model is not None:
            self.model.value = model

    def play_or_pause(self) -> None:
        """Pause, or play; restart a run that is over."""
        play = not self.playing.value
        if play and not self.model.value.running:
            self.reset()
        elif play:
            self.problem.value = ""
        self.playing.value = play and self.model.value.running

    def step(self) -> None:
        """Run one tick."""
        try:
            self.model.value.step()
        except Exception as error:
            self.fail(error)
        force_update()

    def fail(self, error: Exception) -> None:
        """End the run and show the error on the page."""
        self.model.value.running = False
        self.problem.value = f"the run has stopped: {explained(error)}; press Play or Reset to start over"


def use_player(make: Callable[[], Any]) -> Player:
    """A player, in its own thread, of the first model that `make` builds."""
    first, trouble = solara.use_memo(lambda: attempt(make), [])
    model: solara.Reactive[Any] = solara.use_reactive(first)
    player = Player(model, solara.use_reactive(False), solara.use_reactive(trouble), make)
    solara.use_effect(lambda: _played(player), [player.playing.value, id(model.value)])
    return player


def _played(player: Player) -> Callable[[], None] | None:
    """Run the model until it ends or the effect is undone."""
    if not player.playing.value:
        return None
    model = player.model.value
    undone = threading.Event()

    def go_on() -> None:
        try:
            while model.running and not undone.is_set():
                model.step()
                force_update()
        except Exception as error:
            if not undone.is_set():
                player.fail(error)
        if not undone.is_set():
            player.playing.value = False

    threading.Thread(target=go_on, daemon=True).start()
    return undone.set


def attempt(make: Callable[[], Any]) -> tuple[Any, str]:
    """The result of `make` and "", or None and the error message."""
    try:
        return make(), ""
    except Exception as error:
        return None, explained(error)


def explained(error: Exception) -> str:
    """The text of an error for the page; with file and line if it is not meant for the user."""
    if isinstance(error, RobocellError):
        return str(error)
    traceback.print_exception(error)
    return fault_of(error)


@solara.component
def Controls(player: Player) -> None:
    """The buttons."""
    update_counter.get()
    model, playing = player.model.value, player.playing.value
    over = model is None or not model.running
    with solara.Card("Controls"), solara.Row(justify="space-between"):
        solara.Button(label="Reset", color="primary", on_click=player.reset)
        play = "❚❚" if playing else "▶"
        solara.Button(label=play, color="primary", on_click=player.play_or_pause, disabled=model is None)
        solara.Button(label="Step", color="primary", on_click=player.step, disabled=playing or over)
