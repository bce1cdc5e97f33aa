"""The pace of a displayed model: frame by frame, never ahead of the browser, at a multiple of real time.

The controls call `step` in a thread as fast as they can, and have the page rendered after each call. Without a gate the
model would run away from a page that cannot follow, because rendering costs far more than a frame. So a displayed model
waits in `step` until its page has been rendered, and then makes frames for a quarter of a second: each covers as much
simulated time as the chosen speed requires, less than a tick or hundreds of ticks, and goes to `watchers`.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

AS_FAST_AS_POSSIBLE = float("inf")
FRAME_S = 1 / 30  # least time between frames
SLICE_S = 0.25  # time of frames between two renderings of the page
BUDGET_S = 0.05  # processor time per frame
LONGEST_SLEEP_S = 0.2
LONGEST_GAP_S = 0.5  # a longer delay of the page is not caught up
GATE_S = 1.0  # continue after this time if no page confirms a frame (a closed tab)


class Paced:
    """Mixin for a displayed Mesa model; the other base class defines `advance`.

    Attributes:
        lock: held while the model changes; acquire it to read or disturb the model.
        speed: simulated seconds per second of real time.
        factor: the actual speed, over about the last second.
        frame: number of frames so far.
        watchers: called after every frame.
    """

    now_s: float
    tick_s: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.lock = threading.RLock()
        self.rendered = threading.Event()
        self.rendered.set()
        self.speed = 10.0
        self.factor = 0.0
        self.frame = 0
        self.watchers: list[Callable[[], None]] = []
        self._returned_s = time.monotonic()
        self._owed_s = 0.0
        self._marks: list[tuple[float, float]] = []
        super().__init__(*args, **kwargs)

    def one_tick(self) -> None:
        """Run the smallest possible step."""
        raise NotImplementedError

    def advance(self, to_s: float) -> None:
        """Run to the simulated time `to_s`."""
        raise NotImplementedError

    def step(self) -> None:
        """Make frames for SLICE_S while the page plays; run one tick when the button is pressed."""
        self.rendered.wait(timeout=GATE_S)
        self.rendered.clear()
        if not _in_thread_of_its_own():
            self._frame(lambda: self._go(self.one_tick))
            self._marks.clear()
            return
        end = time.monotonic() + SLICE_S
        while self.running and time.monotonic() < end:
            self.play()

    def play(self) -> None:
        """Make one frame at the chosen speed."""
        self._frame(self._play)

    def _frame(self, how: Callable[[], None]) -> None:
        how()
        self.frame += 1
        self._returned_s = time.monotonic()
        self._measure()
        for show in tuple(self.watchers):
            show()

    def _play(self) -> None:
        speed = self.speed  # may change meanwhile
        now = time.monotonic()
        tick_s = self.tick_s if self.tick_s < AS_FAST_AS_POSSIBLE else 1.0
        since_s = now - self._returned_s
        until_s = AS_FAST_AS_POSSIBLE
        if speed < AS_FAST_AS_POSSIBLE:
            time.sleep(min(max(max(FRAME_S, tick_s / speed) - since_s, 0.0), LONGEST_SLEEP_S))
            elapsed_s = min(time.monotonic() - self._returned_s, LONGEST_GAP_S)
            self._owed_s = min(self._owed_s + elapsed_s * speed, speed)
            until_s = self.now_s + self._owed_s
        begun_s = self.now_s
        deadline = time.thread_time() + BUDGET_S
        stride_s = tick_s
        while self.now_s + tick_s <= until_s + 1e-9 and time.thread_time() < deadline and self.running:
            self._go(self.advance, min(self.now_s + stride_s, until_s))
            stride_s = min(stride_s * 2.0, 16 * tick_s)
        self._owed_s = self._owed_s - (self.now_s - begun_s) if speed < AS_FAST_AS_POSSIBLE else 0.0

    def _go(self, how: Callable[..., None], *args: float) -> None:
        """Let the model change; Mesa 3.5 allows no nested steps, so the ticks within are run without Mesa."""
        with self.lock:
            mesas, self.step = self.step, self._tick
            try:
                how(*args)
            finally:
                self.step = mesas

    def _tick(self) -> None:
        with self.lock:  # protects a thread that looks up `step` while another one has replaced it
            super().step()  # type: ignore[misc]  # of the class beside this one

    def _measure(self) -> None:
        marks = self._marks
        marks.append((self._returned_s, self.now_s))
        while len(marks) > 2 and marks[-1][0] - marks[0][0] > 1.5:
            del marks[0]
        wall_s = marks[-1][0] - marks[0][0]
        self.factor = (marks[-1][1] - marks[0][1]) / wall_s if wall_s > 0.0 else 0.0

    running: bool


def _in_thread_of_its_own() -> bool:
    """Whether this is the page's own playing thread; clicks are handled by a worker of the server."""
    thread = threading.current_thread()
    return type(thread) is threading.Thread and thread is not threading.main_thread()
