"""Pictures from the command line: a moment of a run as PNG, a period as an animated GIF or an MP4 film."""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageColor

from ..drawing import palette
from ..environments.config.errors import RobocellError
from ..experiments.execution.rerun import rerun
from .paint import Painter
from .replay import ReplayStage
from .session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .session import Session

CLIPS = (".gif", ".mp4")
MOST_FRAMES = 1200
CLIP_S = 300.0  # length of a clip without a given end
NARROWEST, WIDEST = 100, 10_000  # pixels
COLOURS = 96  # of a GIF
KEPT = sorted({tone.colour for tone in palette.STATES.values()} | {palette.LIGHT["part"], palette.DARK["part"]})


class ExportError(RobocellError):
    """Raised if the requested picture cannot be drawn."""


def export(
    path: str | Path,
    target: str | Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    speed: float = 30.0,
    frames_per_s: int = 12,
    width: int = 1000,
    dark: bool = False,
    run: int = 1,
    trust: bool = False,
) -> Path:
    """Draw a run: `.png` the moment `start_s`, `.gif` or `.mp4` the period from `start_s` to `end_s`.

    Args:
        path: a config, which is run, or a run directory, whose recordings are used.
        target: the file to write.
        start_s: simulated seconds; half of the run if None.
        end_s: only for a clip; five minutes after the start if None.
        speed: simulated seconds per second of the clip.
        frames_per_s: of the clip.
        width: of the picture, in pixels.
        dark: use dark colours.
        run: which recording of a run directory, from 1.
        trust: run agent modules that came with a run directory without asking.

    Returns:
        The written file.

    Raises:
        ScenarioError, ExperimentError: the run cannot be shown, or its code is not trusted.
        ExportError: another kind of file, a file that cannot be written, a period outside the run, a clip that is too
            long, no such recording, an MP4 without PyAV.
    """
    target = Path(target)
    kind = target.suffix.lower()
    _check(target, kind, speed=speed, frames_per_s=frames_per_s, width=width)
    _make_room(target)
    stage = _stage(open_session(path, trust=trust), start_s, end_s, run=run, clip=kind in CLIPS)
    begin_s, stop_s = _stretch(stage, start_s, end_s, clip=kind in CLIPS)
    painter = Painter(stage, width=width, dark=dark)
    if kind == ".png":
        stage.seek(begin_s)
        picture = painter.picture()
        with _explained_write_errors(target):
            picture.save(target)
        return target
    times_s = _moments(begin_s, stop_s, speed / frames_per_s)
    write = _save_gif if kind == ".gif" else _save_mp4
    with _explained_write_errors(target):
        write(_frames(stage, painter, times_s), target, frames_per_s)
    return target


def _check(target: Path, kind: str, *, speed: float, frames_per_s: int, width: int) -> None:
    """Refuse invalid arguments before anything is run."""
    if kind not in (".png", *CLIPS):
        raise ExportError(
            f"{target}: a picture is written as .png, a clip as .gif or .mp4, not as {kind or 'nothing'!r}"
        )
    if kind == ".mp4" and find_spec("av") is None:
        raise ExportError(
            f"{target}: an MP4 is written with PyAV, which is not installed; "
            "install it with: pip install 'robocell[viz]', or write a .gif"
        )
    if not 0.0 < speed < math.inf or frames_per_s < 1 or not NARROWEST <= width <= WIDEST:
        raise ExportError(
            f"speed ({speed:g}) and frames ({frames_per_s}) must be above 0, width ({width}) at least {NARROWEST} "
            f"and at most {WIDEST}"
        )


def _stretch(stage: ReplayStage, start_s: float | None, end_s: float | None, *, clip: bool) -> tuple[float, float]:
    """Start and end of the drawn period (the end for a clip only)."""
    begin_s = stage.end_s / 2 if start_s is None else start_s
    stop_s = min(begin_s + CLIP_S, stage.end_s) if end_s is None else end_s
    if not 0.0 <= begin_s <= stage.end_s or (clip and not begin_s < stop_s <= stage.end_s):
        asked = f"{begin_s:g} s to {stop_s:g} s is not a stretch" if clip else f"{begin_s:g} s is not a moment"
        raise ExportError(f"{asked} of the run, which lasts from 0 to {stage.end_s:g} s")
    return begin_s, stop_s


def _moments(begin_s: float, stop_s: float, step_s: float) -> list[float]:
    """The times of the frames of a clip."""
    times_s = np.arange(begin_s, stop_s, step_s)
    if len(times_s) > MOST_FRAMES:
        raise ExportError(
            f"{len(times_s)} frames would be a large file, the most is {MOST_FRAMES}; "
            "raise the speed or take a shorter stretch"
        )
    return times_s.tolist()


def _make_room(target: Path) -> None:
    """Create the folder of the file before anything is run for it."""
    if target.is_dir():
        raise ExportError(f"{target}: is a folder; name a file in it")
    with _explained_write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise ExportError(f"{target}: cannot be written (Permission denied); choose another file")


@contextmanager
def _explained_write_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{target}: cannot be written ({error.strerror or error}); choose another file") from None


def _frames(stage: ReplayStage, painter: Painter, times_s: list[float]) -> Iterator[Image.Image]:
    for at_s in times_s:
        stage.seek(at_s)
        yield painter.picture()


def _stage(session: Session, start_s: float | None, end_s: float | None, *, run: int, clip: bool) -> ReplayStage:
    if session.recordings:
        if not 1 <= run <= len(session.recordings):
            raise ExportError(f"run {run} does not exist; there are recordings 1 to {len(session.recordings)}")
        recording = session.recordings[run - 1]
        return ReplayStage(recording.scenario, recording.log)
    if run != 1:
        raise ExportError(f"run {run} does not exist; a config is run once, only the folder of a run has several")
    scenario = next(iter(session.factories.values()))
    log = rerun(scenario, until_s=end_s if clip else start_s, trace=True)
    return ReplayStage(scenario.model_copy(update={"record": scenario.record.model_copy(update={"trace": True})}), log)


def _save_gif(frames: Iterable[Image.Image], target: Path, frames_per_s: int) -> None:
    """Save all frames with the colours of states and parts, plus further colours of a frame in the middle."""
    frames = list(frames)
    kept = [channel for colour in KEPT for channel in ImageColor.getrgb(colour)]
    others = frames[len(frames) // 2].quantize(COLOURS - len(KEPT), dither=0).getpalette() or []
    colours = Image.new("P", (1, 1))
    colours.putpalette([*kept, *others])
    small = [frame.quantize(palette=colours, dither=0) for frame in frames]
    duration_ms = 1000 // frames_per_s
    small[0].save(target, save_all=True, append_images=small[1:], duration=duration_ms, loop=0, optimize=False)


def _save_mp4(frames: Iterable[Image.Image], target: Path, frames_per_s: int) -> None:
    """H.264 in the pixel format that every player knows; its sides must be even, so an odd row or column is dropped."""
    import av  # pyright: ignore[reportMissingImports]

    with av.open(str(target), "w") as film:
        stream = film.add_stream("h264", rate=frames_per_s, options={"crf": "20", "preset": "medium"})
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(frames):
            width, height = image.width // 2 * 2, image.height // 2 * 2
            if number == 0:
                stream.width, stream.height = width, height
            film.mux(stream.encode(av.VideoFrame.from_image(image.crop((0, 0, width, height)))))
        film.mux(stream.encode())
