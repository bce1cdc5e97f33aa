"""Takes the pictures of README and docs from the running viewer: `make screenshots`, or `python -m docs.screenshots`.

Needs chromium and Playwright. Writes docs/images/*.png and docs/images/clip.gif.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import sync_playwright

from robocell.environments.scenario.shipped import CONFIGS
from robocell.visualization.export import export

IMAGES = Path(__file__).parent / "images"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
TICK = "+document.querySelector('canvas.rc-floor-canvas').dataset.tick"
DARK_FLOOR = "rgb(27, 34, 42)"
SIZE: Any = {"width": 1600, "height": 1000}


@contextmanager
def viewer(target: str | Path) -> Iterator[str]:
    """`robocell view TARGET`, and where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from robocell.visualization.server import serve; serve({str(target)!r}, port={port}, open_browser=False)"
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def open_page(browser: Any, url: str) -> Any:
    page = browser.new_page(viewport=SIZE)
    page.goto(url)
    page.wait_for_selector("canvas.rc-floor-canvas", timeout=60_000)
    return page


def play_until(page: Any, tick: int) -> None:
    page.get_by_role("button", name="max", exact=True).click()
    page.get_by_role("button", name="▶").click()
    page.wait_for_function(f"{TICK} > {tick}", timeout=180_000)
    page.get_by_role("button", name="×10", exact=True).click()
    time.sleep(2.0)


def live(browser: Any) -> None:
    with viewer("phone_line") as url:
        page = open_page(browser, url)
        play_until(page, 4200)
        page.locator(".rc-gantt canvas").click(position={"x": 200, "y": 330})
        page.get_by_role("button", name="goals").click()
        time.sleep(1.5)
        page.evaluate("window.scrollTo(0, 0); document.querySelectorAll('*').forEach((e) => { e.scrollTop = 0; })")
        time.sleep(0.5)
        page.screenshot(path=IMAGES / "viewer.png")
        page.screenshot(path=IMAGES / "viewer_full.png", full_page=True)
        page.locator(".rc-negotiations").screenshot(path=IMAGES / "negotiation.png")
        for _ in range(3):  # automatic, light, dark: the button goes round
            if page.evaluate("getComputedStyle(document.querySelector('.rc-floor')).backgroundColor") == DARK_FLOOR:
                break
            page.locator(".v-app-bar .v-btn, .v-toolbar .v-btn").last.click()
            time.sleep(1.0)
        page.get_by_role("button", name="traffic", exact=True).click()
        time.sleep(1.5)
        page.screenshot(path=IMAGES / "viewer_dark.png")


def replay(browser: Any, folder: Path) -> None:
    experiment = {
        "name": "two policies",
        "scenario": str(CONFIGS / "phone_line.yaml"),
        "sweep": {"grid": {"negotiation.mechanism": ["contract_net", "nearest"]}},
        "outputs": {"logs": "all", "figures": False, "report": False},
    }
    config = folder / "two_policies.yaml"
    config.write_text(yaml.safe_dump(experiment))
    command = [sys.executable, "-m", "robocell.experiments.command.cli", "run", str(config), "-o", str(folder / "run")]
    command += ["--executor", "serial", "--set", "horizon=2h", "--set", "warm_up=10min"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with viewer(folder / "run") as url:
        page = open_page(browser, url)
        page.get_by_label("Compare with").click(force=True)
        page.get_by_role("option").nth(2).click()
        page.get_by_role("button", name="Reset", exact=True).click()
        page.wait_for_function("document.querySelectorAll('canvas.rc-floor-canvas').length === 2")
        line = page.locator("[data-testid=timeline]").bounding_box()
        page.mouse.click(line["x"] + 0.6 * line["width"], line["y"] + line["height"] / 2)
        time.sleep(2.0)
        page.screenshot(path=IMAGES / "replay.png")
    export(folder / "run", IMAGES / "clip.gif", start_s=3600, end_s=3840, speed=20, width=640)
    export(folder / "run", IMAGES / "floor.png", start_s=3600)


def main() -> None:
    """Takes all of them."""
    IMAGES.mkdir(exist_ok=True)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        live(browser)
        replay(browser, Path(folder))
        browser.close()
    for picture in sorted(IMAGES.iterdir()):
        print(f"{picture.relative_to(IMAGES.parent.parent)}  {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
