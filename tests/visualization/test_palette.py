"""A state has one colour everywhere, and people with colour vision deficiencies can tell states apart."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from robocell.drawing import palette
from robocell.experiments.report import charts

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as it is seen.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CLEARLY = 16.0  # distance in CIELAB; 2.3 is just noticeable


def lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """CIELAB coordinates of a colour as it is seen."""
    channels = np.array(to_rgba(colour)[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.asarray(sight) @ linear, 0.0, 1.0) / (0.9505, 1.0, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("kind", palette.KINDS)
def test_states_of_a_kind_differ(kind: str, sight: str) -> None:
    for one, other in combinations(map(palette.tone, palette.KINDS[kind]), 2):
        far = np.linalg.norm(lab(one.colour, SIGHT[sight]) - lab(other.colour, SIGHT[sight]))
        assert far > CLEARLY or one.hatch != other.hatch, (one, other, far)


def test_states_that_share_a_chart_differ_in_colour_or_hatching() -> None:
    busy = [tone for name, tone in palette.STATES.items() if name not in palette.QUIET]
    assert len(set(busy)) == len(busy)


def test_every_state_has_a_tone_and_every_tone_a_state() -> None:
    names = {state.name.lower() for states in palette.KINDS.values() for state in states}
    assert names == set(palette.STATES)
    assert set(palette.QUIET) | set(palette.WORDS) <= names


def test_the_browser_the_charts_and_the_page_have_the_same_colours() -> None:
    theme = palette.theme(dark=True)
    for kind, states in palette.KINDS.items():
        for state in states:
            tone = palette.STATES[state.name.lower()]
            assert (theme[kind][state], theme[f"{kind}_hatch"][state]) == (tone.colour, tone.hatch)
            fill = charts._fill(state.name.lower())
            assert (fill["facecolor"][0], fill["hatch"]) == (tone.colour, tone.hatch)
    assert palette.DARK.keys() == palette.LIGHT.keys()
    for colour in (*palette.LIGHT.values(), *palette.DARK.values(), *palette.PLACES.values()):
        assert f": {colour};" in palette.style_sheet()
