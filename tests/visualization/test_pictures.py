"""Pictures without a browser, Mesa's own drawer, recordings, and the server's words when something is missing."""

import socket
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from robocell.drawing import palette
from robocell.environments.config.errors import RobocellError, ScenarioError
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.runner import run as run_experiment
from robocell.visualization import assets, server
from robocell.visualization.export import export
from robocell.visualization.recording import recordings_in
from robocell.visualization.session import open_session


@pytest.fixture
def config(cell: dict, tmp_path: Path) -> Path:
    path = tmp_path / "cell.yaml"
    path.write_text(yaml.safe_dump(cell | {"horizon": "10min"}))
    return path


@pytest.fixture
def run_dir(cell: dict, tmp_path: Path) -> Path:
    """Two policies, recorded without positions: the replay makes them again."""
    del cell["record"]
    experiment = {
        "name": "two policies",
        "scenario": cell | {"horizon": "10min"},
        "sweep": {"grid": {"negotiation.mechanism": ["contract_net", "nearest"]}},
        "executor": "serial",
        "outputs": {"logs": "all", "figures": False, "report": False},
    }
    run_experiment(Experiment.parse(experiment), tmp_path / "run")
    return tmp_path / "run"


def test_a_moment_becomes_a_picture(config: Path, tmp_path: Path) -> None:
    path = export(config, tmp_path / "out" / "moment.png", start_s=300.0, width=660)
    image = np.asarray(Image.open(path).convert("RGB"))
    assert image.shape[1] == 660
    colours = {tuple(colour) for colour in image.reshape(-1, 3)}
    wall = tuple(int(palette.LIGHT["wall"][i : i + 2], 16) for i in (1, 3, 5))
    assert wall in colours
    assert len(colours) > 50, "a blank picture has few colours"


def test_a_stretch_becomes_a_clip_in_which_something_moves(config: Path, tmp_path: Path) -> None:
    path = export(config, tmp_path / "clip.gif", start_s=60.0, end_s=120.0, speed=60.0, frames_per_s=10, width=300)
    with Image.open(path) as clip:
        assert clip.n_frames == 10
        pictures = []
        for number in range(clip.n_frames):
            clip.seek(number)
            pictures.append(np.asarray(clip.convert("RGB")).copy())
    assert (pictures[0] != pictures[-1]).any()


def test_a_stretch_becomes_a_film(config: Path, tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    path = export(config, tmp_path / "clip.mp4", start_s=60.0, end_s=120.0, speed=60.0, frames_per_s=10, width=301)
    with av.open(str(path)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(pictures) == 10
    assert pictures[0].shape[1] == 300, "an odd column is left out"
    still = export(config, tmp_path / "still.png", start_s=60.0, width=301)
    height = pictures[0].shape[0]
    drawn = np.asarray(Image.open(still).convert("RGB"))[:height, :300].astype(float)
    assert np.abs(pictures[0] - drawn).mean() < 8.0, "the film shows what the picture shows"
    assert (np.abs(pictures[-1].astype(float) - pictures[0]) > 60).any(), "something moves"


def test_without_an_encoder_the_remedy_is_named(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robocell.visualization.export.find_spec", lambda name: None)
    with pytest.raises(RobocellError, match=r"PyAV, which is not installed; .* pip install 'robocell\[viz\]'"):
        export(config, tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("clip.avi", {}, "a clip as .gif or .mp4, not as '.avi'"),
        ("clip.gif", {"start_s": 500.0, "end_s": 400.0}, "is not a stretch of the run"),
        ("clip.gif", {"start_s": 0.0, "end_s": 600.0, "speed": 1.0}, "raise the speed or take a shorter stretch"),
        ("clip.gif", {"start_s": 60.0, "speed": float("nan")}, r"speed \(nan\) .* must be above 0"),
        ("a.png", {"start_s": 9000.0}, "9000 s is not a moment of the run, which lasts from 0 to 600 s"),
        ("a.png", {"width": 5}, "at least 100"),
        ("a.png", {"width": 10**8}, "at most 10000"),
        ("a.png", {"run": 2}, "run 2 does not exist; a config is run once"),
        ("cell.yaml/a.png", {}, r"cannot be written \((File exists|Not a directory)\); choose another file"),
        ("/proc/a.png", {}, r"/proc/a.png: cannot be written \(.*\); choose another file"),
    ],
)
def test_a_run_that_cannot_be_drawn_is_refused(
    config: Path, tmp_path: Path, name: str, options: dict, text: str
) -> None:
    with pytest.raises(RobocellError, match=text):
        export(config, tmp_path / name, **options)
    assert not (tmp_path / name).exists()


def test_a_picture_does_not_replace_a_folder(config: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(RobocellError, match=r"a.png: is a folder; name a file in it"):
        export(config, tmp_path / "a.png")


def test_a_run_without_positions_is_repeated(run_dir: Path, tmp_path: Path) -> None:
    recordings = recordings_in(run_dir)
    assert [recording.label for recording in recordings] == [
        "mechanism=contract_net · run 1",
        "mechanism=nearest · run 1",
    ]
    assert len(recordings[0].log.trace_ticks) > 10
    assert recordings_in(recordings[1].path)[0].label == recordings[1].label
    assert export(run_dir, tmp_path / "second.png", run=2, width=300).exists()
    with pytest.raises(RobocellError, match=r"run 3 does not exist; there are recordings 1 to 2"):
        export(run_dir, tmp_path / "third.png", run=3)


def test_a_log_that_cannot_be_reproduced_is_not_shown(run_dir: Path) -> None:
    first, second = recordings_in(run_dir)
    first.path.write_bytes(second.path.read_bytes())
    with pytest.raises(ScenarioError, match="running it again gave another run"):
        recordings_in(run_dir)[0].log  # noqa: B018


def test_folders_without_a_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="holds no run"):
        open_session(tmp_path)


def test_a_missing_log_is_refused(run_dir: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nope.npz: there is no such log; give the folder of the run"):
        open_session(run_dir / "logs" / "nope.npz")


def test_the_config_comes_first_and_the_shipped_ones_after_it(config: Path) -> None:
    names = list(open_session(config).factories)
    assert names[0] == "cell"
    assert "phone line" in names


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Mesa's drawer on matplotlib of the day
def test_the_drawer_of_mesa_draws_the_same_factory(scenario: Scenario) -> None:
    from matplotlib import pyplot

    from robocell.visualization.mesa_view import space_renderer

    factory = Factory(scenario)
    factory.run_until(300.0)
    digest = Factory(scenario)
    digest.run_until(300.0)
    renderer = space_renderer(factory)
    figure = renderer.canvas.get_figure()
    offsets = np.concatenate([drawn.get_offsets() for drawn in renderer.canvas.collections if len(drawn.get_offsets())])
    assert {tuple(map(int, at)) for at in offsets} >= {agv.position for agv in factory.agvs}
    assert factory.log.events.tobytes() == digest.log.events.tobytes()
    pyplot.close(figure)


def test_a_factory_without_a_floor_has_no_grid(cell: dict) -> None:
    from robocell.visualization.mesa_view import space_renderer

    cell = {key: value for key, value in cell.items() if key not in ("layout", "fleet", "chargers", "record")}
    factory = Factory(Scenario.parse(cell | {"transport": {"kind": "instant"}}))
    assert factory.grid is None
    with pytest.raises(ValueError, match="has no floor to draw"):
        space_renderer(factory)


def test_missing_assets_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
    assert assets.missing_assets(tmp_path) == assets.needed_assets()
    monkeypatch.setattr(server, "missing_assets", lambda folder: ["require.js"])
    with pytest.raises(RobocellError, match=r"not installed \(the first is require.js\).*pip install"):
        server.serve(config, open_browser=False)


def test_a_port_in_use_is_skipped() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert server.free_port("127.0.0.1", port) > port
        with pytest.raises(RobocellError, match="choose another with --port"):
            server.free_port("127.0.0.1", port, tries=1)


def test_port_0_is_any_free_one() -> None:
    assert server.free_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize("port", [-1, 65536])
def test_an_invalid_port_is_refused(port: int) -> None:
    with pytest.raises(RobocellError, match=rf"--port {port}: a port is a number from 0 \(any free one\) to 65535"):
        server.free_port("127.0.0.1", port)


def test_the_last_ports_are_tried_and_no_more() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        taken.listen()
        with pytest.raises(RobocellError, match="no port from 65535 to 65535 is free"):
            server.free_port("127.0.0.1", 65535)


@pytest.mark.parametrize("host", ["nope.invalid", "192.0.2.1", "2001:db8::1"])
def test_a_host_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(RobocellError, match=rf"--host {host}: this machine has no such address; leave it out"):
        server.free_port(host, 8521)
