"""Measured times in a file beside the config: read wherever a distribution may stand, and refused with the line."""

import pytest

from robocell.environments import Scenario
from robocell.environments.config.distributions.measured import read_durations
from robocell.environments.config.errors import ScenarioError

CONFIG = """
transport: {kind: instant}
stations:
  cell:
    operations: {work: {distribution: empirical, file: times.csv, unit: s}}
    breakdown: {mtbf: {distribution: truncated, of: {distribution: empirical, file: lives.txt}, least: 2h}, mttr: 5min}
products: {p: {routing: [{operation: work, time: {distribution: empirical, file: times.csv, unit: min}}]}}
orders: {kind: deterministic, every: 2min}
horizon: 1h
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "factory.yaml").write_text(CONFIG)
    (tmp_path / "times.csv").write_text("time,who\n12.5,Ann\n11,Bob\n")
    (tmp_path / "lives.txt").write_text("# hours between failures\n1h\n\n3h\n5h\n")
    return tmp_path / "factory.yaml"


def test_files_are_read_wherever_a_distribution_stands(config):
    scenario = Scenario.load(config)
    cell = scenario.stations["cell"]
    assert cell.operations["work"].support_s == (11, 12.5)
    assert cell.breakdown is not None
    assert cell.breakdown.mtbf.mean_s == pytest.approx(4 * 3600)
    assert scenario.products["p"].routing[0].time.support_s == (660, 750)  # type: ignore[union-attr]
    dump = scenario.model_dump(mode="json", by_alias=True)
    (config.parent / "times.csv").unlink()
    assert Scenario.parse(dump) == scenario


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        ("1s\n2min\n", None, ["1.0s", "120.0s"]),
        ("1\n2\n", "min", ["60.0s", "120.0s"]),
        ("time in s\n1\n2h\n", "s", ["1.0s", "7200.0s"]),
        ('"1";x\n 2 ;y', "s", ["1.0s", "2.0s"]),
        ("# c\n\n0.5\t7\n", "ms", ["0.0005s"]),
        ("1.\n2,7\n", "s", ["1.0s", "2.0s"]),
    ],
)
def test_one_time_in_each_line_or_in_the_first_column(text, unit, values):
    assert read_durations(text, name="t.csv", unit=unit) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\n2\n", r"t\.csv, line 1: .*has no unit.*; or give the unit of all lines in the config, as in unit: s"),
        ("1s\nlong\n", r"t\.csv, line 2: 'long' is not a duration"),
        ("time\nnone\n", r"t\.csv, line 2: 'none' is not a duration"),
        ("1s\n-2s\n", r"t\.csv, line 2: '-2s': a duration must be 0 or more"),
        ("1s\n1,5s\n", None),
        ("time\n", r"t\.csv: holds no duration"),
        ("", r"t\.csv: holds no duration"),
    ],
)
def test_what_is_no_time_is_refused_with_its_line(text, message):
    if message is None:
        with pytest.raises(ScenarioError, match=r"line 2: '1' has no unit"):
            read_durations(text, name="t.csv", unit=None)
        return
    with pytest.raises(ScenarioError, match=message):
        read_durations(text, name="t.csv", unit=None)


def test_the_error_names_the_place_in_the_config_too(config):
    (config.parent / "times.csv").write_text("12\nabout 5\n")
    with pytest.raises(ScenarioError, match=r"factory\.yaml:5:\d+: stations\.cell\.operations\.work\.file: times\.csv, "
                                            r"line 2: 'about 5s?' is not a duration"):  # fmt: skip
        Scenario.load(config)


def test_a_file_that_is_missing_is_reported_with_its_place(config):
    (config.parent / "lives.txt").rename(config.parent / "live.txt")
    with pytest.raises(
        ScenarioError, match=r'mtbf\.of\.file: there is no file \'lives\.txt\' .*did you mean "live\.txt"'
    ):
        Scenario.load(config)


@pytest.mark.parametrize("line", ["1,5;Ann", "1,5\tAnn", '"1,5";Ann', '"1,5",Ann'])
def test_a_decimal_comma_is_refused(line):
    with pytest.raises(ScenarioError, match=r"line 2: '1,5s' is not a duration; write a decimal point, not a comma"):
        read_durations(f"time;who\n{line}\n", name="t.csv", unit="s")


def test_only_a_time_without_unit_is_told_to_have_one():
    with pytest.raises(ScenarioError, match=r"line 1: '-2s': a duration must be 0 or more$"):
        read_durations("-2s\n", name="t.csv", unit=None)


def test_a_unit_that_does_not_exist_is_refused(config):
    (config.parent / "lives.txt").write_text("1h\n5h\n")
    config.write_text(CONFIG.replace("file: lives.txt", "file: lives.txt, unit: hours"))
    with pytest.raises(ScenarioError, match=r"mtbf\.of\.unit: .hours. is not allowed"):
        Scenario.load(config)


def test_too_many_times_are_refused_while_they_are_read(monkeypatch):
    monkeypatch.setattr("robocell.environments.config.distributions.measured.MOST_VALUES", 2)
    with pytest.raises(ScenarioError, match=r"t\.csv: holds more than 2 durations; keep a sample of them"):
        read_durations("1s\n2s\n3s\nno duration\n", name="t.csv", unit=None)
