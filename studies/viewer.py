"""How fast the viewer is: frames a second in headless chromium, ticks a second, all panels shown.

    python studies/viewer.py [--json] [--seconds 8]

A floor of 60 x 40 cells with 200 AGVs, and one of 150 x 100 with 1000. Frames are pictures of the floor that the
browser has painted with new positions in them (not animation steps in between), counted in the page over `--seconds`
while Mesa plays; ticks are those that the model has gone on by in this time. The processor's time that a frame takes,
in the server and in the browser's renderer, tells more where the machine has other things to do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

BARS = {"frames_per_s_200": 20.0, "ticks_per_s_200": 500.0, "frames_per_s_1000": 8.0}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
STATIONS = 12


def floor(width: int, height: int) -> tuple[str, dict[str, str]]:
    """Stations along two walls, open floor with rows of parking between them."""
    grid = [["#" if x in (0, width - 1) or y in (0, height - 1) else "." for x in range(width)] for y in range(height)]
    legend: dict[str, str] = {}
    letters = "ABCDEFGHIJKLMN"
    for index, letter in enumerate(letters):
        name = {12: "source", 13: "sink"}.get(index, f"station_{index + 1}")
        x = 4 + (index // 2) * ((width - 8) // 7)
        row = 1 if index % 2 == 0 else height - 2
        for beside in range(3):
            grid[row][x + beside] = letter
        legend[letter] = name
    for y in range(6, height - 6, 4):
        for x in range(4, width - 4):
            if x % 10 not in (0, 1):
                grid[y][x] = "P"
    return "\n".join("".join(row) for row in grid), legend


def scenario(width: int, height: int, agvs: int) -> dict[str, Any]:
    """A factory with STATIONS stations on a floor of `width` x `height` cells."""
    art, legend = floor(width, height)
    names = [f"station_{index + 1}" for index in range(STATIONS)]
    return {
        "name": f"{agvs} AGVs",
        "layout": {"art": art, "legend": legend},
        "stations": {
            name: {"operations": {"work": {"distribution": "exponential", "mean": "60s"}}, "machines": 4}
            for name in names
        },
        "fleet": {"agvs": {"count": agvs, "load": "5s", "unload": "5s"}},
        "products": {"part": {"routing": ["work", "work", "work"]}},
        "orders": {"kind": "conwip", "wip": agvs},
        "negotiation": {"mechanism": "contract_net", "retry": "30s"},
        "horizon": "100h",
    }


def cpu_s(pid: int) -> float:
    """Processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def renderers() -> list[int]:
    """Processes of chromium that draw pages."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if "--type=renderer" in (process / "cmdline").read_text():
                    found.append(int(process.name))
    return found


def measure(browser: Any, agvs: int, size: tuple[int, int], speed: str, seconds: float) -> dict[str, float]:
    """Frames and ticks a second while Mesa plays at `speed`."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        config = Path(folder) / "cell.yaml"
        config.write_text(yaml.safe_dump(scenario(*size, agvs)))
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        code = (
            f"from robocell.visualization.server import serve; serve({str(config)!r}, port={port}, open_browser=False)"
        )
        server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while True:
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            others = set(renderers())
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_function(
                "+(document.querySelector('canvas.rc-floor-canvas') || {dataset: {}}).dataset.frames > 0",
                timeout=60_000,
            )
            page.get_by_role("button", name=speed, exact=True).click()
            page.get_by_role("button", name="▶").click()
            page.wait_for_function(
                "+document.querySelector('canvas.rc-floor-canvas').dataset.tick > 20", timeout=120_000
            )
            time.sleep(2.0)
            drawing = [pid for pid in renderers() if pid not in others]
            before = cpu_s(server.pid), sum(map(cpu_s, drawing))
            found = page.evaluate(
                """(seconds) => new Promise((done) => {
                    const canvas = document.querySelector('canvas.rc-floor-canvas');
                    const from = +canvas.dataset.tick, begun = performance.now();
                    let last = canvas.dataset.frames, frames = 0;
                    const look = () => {
                        if (canvas.dataset.frames !== last) { last = canvas.dataset.frames; frames += 1; }
                        const passed = (performance.now() - begun) / 1000;
                        if (passed < seconds) requestAnimationFrame(look);
                        else done({ frames: frames / passed, ticks: (+canvas.dataset.tick - from) / passed });
                    };
                    look();
                })""",
                seconds,
            )
            after = cpu_s(server.pid), sum(map(cpu_s, drawing))
            page.close()
        finally:
            server.terminate()
            server.wait()
    frames = found["frames"] * seconds
    return {
        "frames_per_s": round(found["frames"], 1),
        "ticks_per_s": round(found["ticks"], 1),
        "server_ms": round(1000 * (after[0] - before[0]) / frames, 1),
        "browser_ms": round(1000 * (after[1] - before[1]) / frames, 1),
    }


def main() -> None:
    """Print the figures as lines, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=8.0, help="of counting, for each figure")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        paced = measure(browser, 200, (60, 40), "×30", options.seconds)
        fast = measure(browser, 200, (60, 40), "max", options.seconds)
        large = measure(browser, 1000, (150, 100), "×30", options.seconds)
        browser.close()
    figures = {
        "frames_per_s_200": paced["frames_per_s"],
        "ticks_per_s_200": fast["ticks_per_s"],
        "frames_per_s_200_at_max": fast["frames_per_s"],
        "frames_per_s_1000": large["frames_per_s"],
        "server_ms_per_frame_200": paced["server_ms"],
        "browser_ms_per_frame_200": paced["browser_ms"],
        "server_ms_per_frame_1000": large["server_ms"],
        "browser_ms_per_frame_1000": large["browser_ms"],
        "load_average": round(os.getloadavg()[0], 1),
        "cpus": os.cpu_count(),
    }
    if options.json:
        print(json.dumps(figures))
        return
    print(__doc__)
    for name, value in figures.items():
        bar = f"   (bar {BARS[name]:g}: {'met' if value >= BARS[name] else 'MISSED'})" if name in BARS else ""
        print(f"{name:26} {value:8}{bar}")


if __name__ == "__main__":
    main()
