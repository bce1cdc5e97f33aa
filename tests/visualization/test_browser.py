"""The page in a real browser: it renders, plays, is clicked, and asks nobody outside for anything."""

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import TICK, Server, Tab, choose, slider


@pytest.fixture
def live(browser, live_server: Server) -> Iterator[Tab]:
    said_before = live_server.log.read_text()
    tab = Tab(browser, live_server.url)
    yield tab
    assert tab.errors == []
    assert tab.strangers == [], "a request left the machine"
    assert "Traceback" not in live_server.log.read_text().removeprefix(said_before)
    tab.close()


def _floor_picture(tab: Tab) -> np.ndarray:
    picture = tab.page.locator("canvas.rc-floor-canvas").first.screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def _heat(tab: Tab) -> int:
    """Pixels that are a good deal redder than blue, and as bright as the floor."""
    picture = _floor_picture(tab).astype(int)
    return int(((picture[..., 0] - picture[..., 2] > 8) & (picture.min(axis=-1) > 120)).sum())


def test_the_page_renders_and_plays(live: Tab) -> None:
    before = _floor_picture(live)
    colours, counts = np.unique(before.reshape(-1, 3), axis=0, return_counts=True)
    assert len(colours) > 100, "a blank picture has few colours"
    assert counts.max() < 0.9 * counts.sum()
    assert live.tick == 0
    live.press("Step")
    live.wait(f"{TICK} === 1")
    live.press("×60")
    live.press("▶")
    live.wait(f"{TICK} > 200")
    assert (_floor_picture(live) != before).any()
    live.pause()
    stopped = live.tick
    time.sleep(0.5)
    assert live.tick == stopped
    assert "parts/h" in live.page.inner_text(".rc-tiles")
    for panel in ("throughput, parts/h", "calls in progress", "recent events", "activity in the last"):
        assert live.page.get_by_text(panel).count() >= 1


def test_a_slider_changes_the_fleet(live: Tab) -> None:
    slider(live.page, "Vehicles").focus()
    live.page.keyboard.press("ArrowRight")  # once: the browser holds a second change back until the first is answered
    live.page.wait_for_selector("[role=slider][aria-valuenow='5']", state="attached")
    live.press("Reset")
    live.page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.vehicles === '5'")
    live.click_cell(6, 3)
    live.page.wait_for_selector("[data-testid=agent] >> text=agv 5")
    live.press("Step")
    live.wait(f"{TICK} === 1")


def test_a_clicked_vehicle_is_broken_down_and_repaired(live: Tab) -> None:
    live.click_cell(2, 3)
    box = live.page.locator("[data-testid=agent]")
    box.wait_for()
    assert "agv 1" in box.inner_text()
    assert "AGV · idle" in box.inner_text()
    box.get_by_role("button", name="Break down for 5 min").click()
    live.page.wait_for_selector("text=AGV · down")
    live.page.wait_for_selector("text=agv_1 breaks down")
    box.get_by_role("button", name="Repair now").click()
    live.page.wait_for_selector("text=AGV · idle")
    live.page.wait_for_selector("text=agv_1 is repaired")
    box.get_by_role("button", name="×").click()
    live.page.wait_for_selector("text=Click a vehicle")


def test_a_rush_job_and_a_blocked_aisle(live: Tab) -> None:
    live.click_cell(2.5, 0)
    live.page.get_by_role("button", name="Release a rush job").click()
    live.page.wait_for_selector("text=of 1")
    live.press("block")
    live.click_cell(10, 2)
    live.click_cell(0, 0)
    live.page.wait_for_selector("text=cannot be closed: it is a wall")
    live.press("block")
    live.press("×300")
    live.press("▶")
    live.wait(f"{TICK} > 600")
    live.page.locator(".rc-rows tr").first.wait_for()


def test_overlays_and_the_dark(live: Tab) -> None:
    light = _floor_picture(live)
    live.press("max")
    live.press("▶")
    live.wait(f"{TICK} > 500")
    live.pause()
    time.sleep(1.5)  # awards have faded
    plain = _heat(live)
    live.press("traffic")
    live.until(lambda: _heat(live) > plain + 5000, "heat on the floor")
    live.press("traffic")
    live.until(lambda: _heat(live) < plain + 500, "a floor without heat")
    live.page.emulate_media(color_scheme="dark")
    live.wait(
        "getComputedStyle(document.querySelector('.rc-floor') ?? document.body).backgroundColor === 'rgb(27, 34, 42)'"
    )
    live.until(lambda: _floor_picture(live).mean() < light.mean() - 60, "a dark floor")


def test_two_tabs_do_not_disturb_each_other(live: Tab, browser, live_server: Server) -> None:
    other = Tab(browser, live_server.url)
    live.press("Step")
    live.wait(f"{TICK} === 1")
    live.press("Step")
    live.wait(f"{TICK} === 2")
    assert other.tick == 0
    other.press("Step")
    other.wait(f"{TICK} === 1")
    assert live.tick == 2
    assert other.errors == []
    other.close()


def test_the_server_can_only_be_reached_from_this_machine(live_server: Server) -> None:
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
    mine = [address for address in listening if int(address.split(":")[1], 16) == live_server.port]
    assert mine == [f"0100007F:{live_server.port:04X}"]


def test_a_replay_is_scrubbed_and_compared(browser, replay_server: Server) -> None:
    tab = Tab(browser, replay_server.url)
    line = tab.page.locator("[data-testid=timeline]").bounding_box()
    assert line is not None
    tab.page.mouse.click(line["x"] + 0.5 * line["width"], line["y"] + line["height"] / 2)
    tab.wait(f"Math.abs({TICK} - 900) < 30")
    tab.page.mouse.click(line["x"] + 0.25 * line["width"], line["y"] + line["height"] / 2)
    tab.wait(f"Math.abs({TICK} - 450) < 30")
    at = tab.tick
    tab.press("»")
    tab.wait(f"{TICK} > {at}")
    choose(tab.page, "Compare with", 2)
    tab.press("Reset")
    tab.wait("document.querySelectorAll('canvas.rc-floor-canvas').length === 2")
    tab.press("▶")
    tab.wait(f"{TICK} > 30")
    captions = tab.page.locator(".rc-caption").all_inner_texts()
    assert "mechanism=contract_net" in captions[0]
    assert "mechanism=nearest" in captions[1]
    assert tab.errors == []
    assert tab.strangers == []
    assert "Traceback" not in replay_server.log.read_text()
    tab.close()


@pytest.mark.slow
def test_nothing_leaks_over_thousands_of_ticks(live: Tab, live_server: Server) -> None:
    """Neither in the page (heap, nodes, listeners) nor in the server, whose log may grow, and its threads."""
    live.click_cell(2, 3)
    live.press("×300")
    live.press("▶")
    live.wait(f"{TICK} > 1000", limit_s=120.0)
    session = live.page.context.new_cdp_session(live.page)
    session.send("Performance.enable")
    process = Path(f"/proc/{live_server.process.pid}")

    def held() -> dict[str, float]:
        session.send("HeapProfiler.collectGarbage")
        page = {row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]}
        return {
            "heap, MB": page["JSHeapUsedSize"] / 2**20,
            "nodes": page["Nodes"],
            "listeners": page["JSEventListeners"],
            "server, MB": int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20,
            "threads": len(list((process / "task").iterdir())),
        }

    before = held()
    from_tick = live.tick
    live.wait(f"{TICK} > {from_tick + 4000}", limit_s=300.0)
    after = held()
    most = {"heap, MB": 5.0, "nodes": 1500, "listeners": 150, "server, MB": 30.0, "threads": 10}
    grown = {name: after[name] - before[name] for name in before}
    assert all(grown[name] < most[name] for name in most), json.dumps([before, after])


@pytest.mark.slow
def test_a_reset_releases_the_old_factory(live: Tab, live_server: Server) -> None:
    statm = Path(f"/proc/{live_server.process.pid}/statm")

    def resets(number: int) -> float:
        for _ in range(number):
            live.press("Step")
            live.wait(f"{TICK} === 1")
            live.press("Reset")
            live.wait(f"{TICK} === 0")
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    before = resets(5)
    after = resets(20)
    assert after - before < 20.0
