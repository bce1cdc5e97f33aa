"""Reset, Play and Step in a real browser: whatever ends or replaces a run, they go on working."""

from collections.abc import Iterator

import pytest

from .conftest import CAPTION, TICK, Server, Tab, choose, slider


@pytest.fixture
def live(browser, live_server: Server) -> Iterator[Tab]:
    yield from _quiet(Tab(browser, live_server.url))


@pytest.fixture
def short(live: Tab) -> Tab:
    """A live run of 180 ticks."""
    return _case(live, "cell: short")


@pytest.fixture
def fails(live: Tab) -> Tab:
    """A live run that fails after 120 ticks."""
    return _case(live, "cell: fails")


@pytest.fixture
def replay(browser, replay_server: Server) -> Iterator[Tab]:
    """A recorded run of 300 ticks."""
    tab = Tab(browser, replay_server.url)
    choose(tab.page, "Run", "short · run 1")
    tab.press("Reset")
    tab.wait(f"{CAPTION}.includes('short')")
    yield from _quiet(tab)


def _quiet(tab: Tab) -> Iterator[Tab]:
    yield tab
    assert tab.errors == []
    tab.close()


def _case(live: Tab, name: str) -> Tab:
    _steps(live)
    choose(live.page, "Config", name)
    live.wait(f"{TICK} === 0")
    return live


def _is_ready_to_play(tab: Tab) -> None:
    tab.page.wait_for_selector("button:has-text('▶'):not([disabled])")


def _steps(tab: Tab) -> None:
    before = tab.tick
    tab.page.wait_for_selector("button:has-text('Step'):not([disabled])")
    tab.press("Step")
    tab.wait(f"{TICK} === {before + 1}")


def _plays(tab: Tab) -> None:
    before = tab.tick
    tab.press("▶")
    tab.wait(f"{TICK} > {before + 5}")
    tab.pause()


def _seek(tab: Tab, share: float) -> None:
    line = tab.page.locator("[data-testid=timeline]").bounding_box()
    assert line is not None
    tab.page.mouse.click(line["x"] + share * line["width"], line["y"] + line["height"] / 2)


def test_another_config_can_be_played_while_one_plays(live: Tab) -> None:
    live.press("▶")
    live.wait(f"{TICK} > 5")
    choose(live.page, "Config", "quickstart")
    live.wait(f"{CAPTION}.startsWith('machining cell') && {TICK} === 0")
    _is_ready_to_play(live)
    _steps(live)
    _plays(live)
    choose(live.page, "Config", "cell")
    live.wait(f"{CAPTION}.startsWith('cell') && {TICK} === 0")
    _steps(live)
    _plays(live)


def test_another_config_brings_its_own_sliders(live: Tab) -> None:
    vehicles = slider(live.page, "Vehicles")
    vehicles.focus()
    live.page.keyboard.press("ArrowRight")
    live.until(lambda: vehicles.get_attribute("aria-valuenow") == "5", "one vehicle more")
    choose(live.page, "Config", "quickstart")
    live.wait(f"{CAPTION}.startsWith('machining cell')")
    choose(live.page, "Config", "cell")
    live.wait(f"{CAPTION}.startsWith('cell')")
    live.until(lambda: vehicles.get_attribute("aria-valuenow") == "4", "the four vehicles of the config")


def test_reset_while_playing_returns_to_the_start_and_plays_again(live: Tab) -> None:
    live.press("▶")
    live.wait(f"{TICK} > 5")
    live.press("Reset")
    live.wait(f"{TICK} === 0")
    _is_ready_to_play(live)
    _steps(live)
    _plays(live)


def test_a_slider_that_is_moved_while_playing_stops_nothing(live: Tab) -> None:
    live.press("▶")
    live.wait(f"{TICK} > 5")
    slider(live.page, "Vehicles").focus()
    live.page.keyboard.press("ArrowRight")
    before = live.tick
    live.wait(f"{TICK} > {before + 10}")
    live.press("Reset")
    live.wait("document.querySelector('canvas.rc-floor-canvas')?.dataset.vehicles === '5'")
    _steps(live)
    _plays(live)


def test_at_its_horizon_a_live_run_can_be_played_from_the_start(short: Tab) -> None:
    short.press("max")
    short.press("▶")
    short.wait(f"{TICK} >= 180")
    _is_ready_to_play(short)
    short.press("×5")
    short.press("▶")
    short.wait(f"{TICK} > 0 && {TICK} < 100")
    short.pause()
    _steps(short)


def test_after_its_horizon_a_live_run_can_be_reset(short: Tab) -> None:
    short.press("max")
    short.press("▶")
    short.wait(f"{TICK} >= 180")
    short.press("Reset")
    short.wait(f"{TICK} === 0")
    _steps(short)
    short.press("×10")
    _plays(short)


def test_after_an_error_in_a_step_the_page_names_the_place_and_can_be_played(fails: Tab) -> None:
    fails.press("max")
    fails.press("▶")
    message = fails.page.locator(".v-alert")
    message.wait_for()
    for part in ("tired.py:10", "too tired to bid", "press Play or Reset"):
        assert part in message.inner_text()
    _is_ready_to_play(fails)
    fails.press("×5")
    fails.press("▶")
    fails.wait(f"{TICK} > 0 && {TICK} < 100")
    message.wait_for(state="detached")
    fails.press("max")
    message.wait_for()
    fails.press("Reset")
    fails.wait(f"{TICK} === 0")
    message.wait_for(state="detached")
    _steps(fails)


def test_after_an_error_in_a_step_another_config_can_be_played(fails: Tab) -> None:
    fails.press("max")
    fails.press("▶")
    message = fails.page.locator(".v-alert")
    message.wait_for()
    choose(fails.page, "Config", "quickstart")
    fails.wait(f"{CAPTION}.startsWith('machining cell') && {TICK} === 0")
    message.wait_for(state="detached")
    _steps(fails)
    _plays(fails)


def test_at_its_end_a_replay_can_be_played_from_the_start(replay: Tab) -> None:
    replay.press("max")
    replay.press("▶")
    replay.wait(f"{TICK} === 300")
    _is_ready_to_play(replay)
    replay.press("×5")
    replay.press("▶")
    replay.wait(f"{TICK} > 0 && {TICK} < 100")
    replay.pause()
    _steps(replay)


def test_a_replay_that_has_ended_continues_from_the_chosen_time(replay: Tab) -> None:
    replay.press("max")
    replay.press("▶")
    replay.wait(f"{TICK} === 300")
    _is_ready_to_play(replay)
    _seek(replay, 0.5)
    replay.wait(f"Math.abs({TICK} - 150) < 10")
    _steps(replay)
    replay.press("×10")
    _plays(replay)
    _seek(replay, 0.999)
    replay.wait(f"{TICK} >= 298")
    replay.press("▶")
    replay.wait(f"{TICK} === 300")
    _is_ready_to_play(replay)
