"""A small machining cell to watch, and a browser to watch it with where there is one."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

os.environ.setdefault("SOLARA_CHECK_HOOKS", "off")  # Solara's check of its own rules trips over Mesa 3.3
os.environ.setdefault("MPLBACKEND", "Agg")

from robocell.environments.scenario import Scenario
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.runner import run as run_experiment
from robocell.visualization.live import LiveFactory, live_factory
from robocell.visualization.pace import AS_FAST_AS_POSSIBLE

ART = """
######################
##II####AA####BB######
#....................#
#.PPPPPPPP...........1
#....................#
##OO####CC####DD######
######################
"""
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PATIENCE_S = 60.0  # with a machine that has other things to do as well
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

CAPTION = "(document.querySelector('.rc-caption')?.textContent ?? '')"  # absent while the page is drawn again
TICK = "+(document.querySelector('canvas.rc-floor-canvas')?.dataset.tick ?? NaN)"


@pytest.fixture
def cell() -> dict:
    return cell_document()


def cell_document() -> dict:
    """Four stations, a robot, four AGVs with batteries, one of them short of breath."""
    return {
        "name": "cell",
        "layout": {
            "art": ART.strip("\n"),
            "legend": {"I": "source", "A": "a", "B": "b", "C": "c", "D": "d", "O": "sink", "1": "charger"},
        },
        "stations": {
            name: {
                "operations": {name: {"distribution": "exponential", "mean": "40s"}},
                "input_capacity": 3,
                "output_capacity": 3,
            }
            for name in "abcd"
        },
        "robots": {"arm": {"stations": ["b"], "load": "5s", "unload": "5s"}},
        "chargers": {"charger": {}},
        "fleet": {
            "agvs": {
                "count": 4,
                "load": "5s",
                "unload": "5s",
                "battery": {
                    "capacity": "20Wh",
                    "drive_empty": "60J/m",
                    "drive_loaded": "90J/m",
                    "idle": "20W",
                    "charge": "400W",
                    "threshold": 0.3,
                    "target": 0.8,
                },
                "breakdown": {"mtbf": "20min", "mttr": "2min"},
            }
        },
        "products": {"part": {"routing": list("abcd"), "due": "20min"}},
        "orders": {"kind": "poisson", "rate": "60/h"},
        "horizon": "30min",
        "record": {"trace": True},
        "seed": 3,
    }


@pytest.fixture
def scenario(cell: dict) -> Scenario:
    return Scenario.parse(cell)


@pytest.fixture
def factory(scenario: Scenario) -> LiveFactory:
    """Nobody renders: the gate is always open."""
    return shown(scenario)


def shown(scenario: Scenario, **parameters) -> LiveFactory:
    """A live factory that never waits for a browser, as fast as it can."""
    factory = live_factory(scenario)(**parameters)
    factory.rendered.wait = lambda timeout=None: True  # type: ignore[method-assign]
    factory.speed = AS_FAST_AS_POSSIBLE
    return factory


def advance(factory: LiveFactory, to_s: float) -> None:
    """Frame by frame, with everything that a page would ask for."""
    while factory.now_s < to_s and factory.running:
        factory._go(factory.advance, min(factory.now_s + 37.0, to_s))
        factory.stage.frame(factory.agvs[0].unique_id if factory.agvs else -1)
        factory.stage.figures(charts=True)


def advance_until(factory: LiveFactory, condition: Callable[[], bool]) -> None:
    """Second by second until something is the case; it must be within the run."""
    while not condition():
        assert factory.running
        advance(factory, factory.now_s + 1.0)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Chromium by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next((path for path in (os.environ.get("CHROMIUM", ""), *BROWSERS) if path and Path(path).exists()), None)
    path = path or shutil.which("chromium")
    if path is None:
        pytest.skip("no browser found: install chromium, or name one in the environment variable CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


class Server:
    """`robocell view TARGET` in a process of its own."""

    def __init__(self, target: Path, log: Path, host: str = "127.0.0.1") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = log
        code = "import sys; from robocell.visualization.server import serve; "
        code += f"serve(sys.argv[1], host={host!r}, port={self.port}, open_browser=False)"
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, str(target)], stdout=stream, stderr=subprocess.STDOUT
            )

    def wait(self, limit_s: float = 2 * PATIENCE_S) -> None:
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        pytest.fail(f"no server after {limit_s:g} s:\n{self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@contextmanager
def running(servers: dict[str, "Server"]) -> Iterator[dict[str, "Server"]]:
    """The servers, once they all answer; stopped at the end."""
    try:
        for server in servers.values():
            server.wait()
        yield servers
    finally:
        for server in servers.values():
            server.stop()


TIRED = '''
from robocell.agents import AGV


class TiredAGV(AGV):
    """Bids no more after two minutes."""

    def bid(self, call):
        if self.model.now_s > 120.0:
            raise ValueError("too tired to bid")
        return super().bid(call)
'''


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A long run, with one that is soon over and one that fails to choose from; one server for all tests."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "tired.py").write_text(TIRED)
    cases = [
        {"name": "long", "horizon": "10h"},
        {"name": "short", "horizon": "3min"},
        {"name": "fails", "fleet.agvs.class": "tired:TiredAGV"},
    ]
    study = {"name": "cell", "scenario": cell_document() | {"horizon": "10h"}, "sweep": {"cases": cases}}
    (folder / "live.yaml").write_text(yaml.safe_dump(study))
    with running({"live": Server(folder / "live.yaml", folder / "live.log")}) as started:
        yield started["live"]


@pytest.fixture(scope="session")
def replay_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three recorded runs: two policies for half an hour, and five minutes; one server for all tests."""
    folder = tmp_path_factory.mktemp("replay")
    cases = [{"name": f"mechanism={name}", "negotiation.mechanism": name} for name in ("contract_net", "nearest")]
    experiment = {
        "name": "recorded",
        "scenario": cell_document(),
        "sweep": {"cases": [*cases, {"name": "short", "horizon": "5min"}]},
        "executor": "serial",
        "outputs": {"logs": "all", "figures": False, "report": False},
    }
    run_experiment(Experiment.parse(experiment), folder / "run")
    with running({"replay": Server(folder / "run", folder / "replay.log")}) as started:
        yield started["replay"]


OPTIONS = ".menuable__content__active .v-list-item, .v-overlay--active .v-list-item"  # of Vuetify 2 and 3
LISTS = ".menuable__content__active, .v-overlay--active .v-list"


def slider(page, name: str):
    """The slider of that name; Vuetify 3 does not say it to screen readers."""
    return page.locator(".v-input").filter(has=page.get_by_text(name, exact=True)).get_by_role("slider")


def choose(page, box: str, option: str | int) -> None:
    """Choose an option of a list, by its name or its number."""
    page.locator(".v-select").filter(has=page.get_by_text(box, exact=True)).click(force=True)
    options = page.locator(OPTIONS)
    wanted = options.get_by_text(option, exact=True) if isinstance(option, str) else options.nth(option)
    options.first.wait_for()
    for share in (0.0, 0.5, 1.0):  # Vuetify 3 has only the options near those in sight
        if wanted.count():
            break
        page.locator(LISTS).evaluate("(list, share) => { list.scrollTop = share * list.scrollHeight }", share)
        page.wait_for_timeout(300)
    wanted.click()


class Tab:
    """A browser tab that remembers everything that it should not have done."""

    def __init__(self, browser, url: str, width: int = 1500, height: int = 1000) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.set_default_timeout(1000 * PATIENCE_S)
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto(url)
        self.page.wait_for_selector("canvas.rc-floor-canvas")
        self.page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.frames > 0")

    def _request(self, request) -> None:
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        if not request.url.startswith(local):
            self.strangers.append(request.url)

    @property
    def tick(self) -> int:
        return int(self.page.eval_on_selector("canvas.rc-floor-canvas", "canvas => canvas.dataset.tick"))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait(self, condition: str, limit_s: float = PATIENCE_S) -> None:
        self.page.wait_for_function(condition, timeout=limit_s * 1000)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Look every now and then, as a picture has no event that says that it is there."""
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s, f"after {PATIENCE_S:g} s still not: {what}"
            time.sleep(0.2)

    def pause(self) -> None:
        """Press pause, and wait until nothing moves any more."""
        self.press("❚❚")
        self.page.get_by_role("button", name="▶", exact=True).wait_for()
        seen = [-1, self.tick]

        def still() -> bool:
            seen[:] = [seen[1], self.tick]
            return seen[0] == seen[1]

        time.sleep(0.5)  # longer than a slice
        self.until(still, "standing still")

    def click_cell(self, x: float, y: float, floor: int = 0) -> None:
        """Click the middle of a cell of the floor."""
        at = self.page.evaluate(
            """([x, y, floor]) => {
                const canvas = document.querySelectorAll('canvas.rc-floor-canvas')[floor];
                const view = canvas.dataset, box = canvas.getBoundingClientRect(), scale = +view.scale;
                return [box.x + +view.x + (x + 0.5) * scale, box.y + +view.y + (y + 0.5) * scale];
            }""",
            [x, y, floor],
        )
        self.page.mouse.click(*at)

    def close(self) -> None:
        self.page.close()
