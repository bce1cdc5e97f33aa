"""Whatever stands in a file, it is read, or refused in one line with its place, before it costs time or memory."""

import os

import pytest

from robocell.environments.config.documents import Document
from robocell.environments.config.errors import ScenarioError
from robocell.environments.config.yaml_text import DEEPEST, LONGEST, read_yaml
from robocell.experiments import Experiment
from robocell.experiments.design.config import parse_setting
from robocell.experiments.errors import ExperimentError

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGING = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 20))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "holds more than 100000 values, those that names (*name) stand for included"),
        ("a: &a {<<: *a}", "wrong.yaml:1:4: not valid YAML: a mapping takes in itself"),
        ("a: &a [1, *a]", "wrong.yaml:1:4: not valid YAML: a.1 contains itself"),
        (f"b: &b {{}}\na: {{<<: [{', '.join(['*b'] * 101)}]}}", "<< takes in more than 100 mappings"),
        ("[" * 500 + "]" * 500, f":1:51: not valid YAML: is nested more than {DEEPEST} deep"),
        ("{a: " * 20_000, f"is nested more than {DEEPEST} deep"),
        (
            "".join(f"{' ' * n}k{n}:\n" for n in range(500)),
            f"not valid YAML: is nested more than {DEEPEST} deep",
        ),
        ("- " * 100_000, f"is nested more than {DEEPEST} deep"),
        ("due: 2020-13-45", "wrong.yaml:1:6: not valid YAML: '2020-13-45' cannot be read (month must be in 1..12)"),
        ("due: 2020-02-30 25:61:00", "wrong.yaml:1:6: not valid YAML: '2020-02-30 25:61:00' cannot be read"),
        ("n: 0b_", "wrong.yaml:1:4: not valid YAML: '0b_' cannot be read"),
        ("n: 0x_", "wrong.yaml:1:4: not valid YAML: '0x_' cannot be read"),
        ("n: " + "9" * 5000, "wrong.yaml:1:4: not valid YAML: '9999"),
        ("n: 0x" + "f" * 5000, "cannot be read (a number of 5002 characters); put it in quotes if it is meant as"),
        ("n: 1" + ":59" * 100_000, "cannot be read (a number of 300001 characters)"),
        ("n: !!int ''", "'' cannot be read"),
        ("n: !!float x", "'x' cannot be read"),
        ("n: !!bool x", "'x' cannot be read"),
        ("n: !!timestamp x", "'x' cannot be read"),
        ("n: !!python/object:os.system x", "could not determine a constructor"),
        ("[a, b]: 1", "wrong.yaml:1:1: not valid YAML: a list or a mapping cannot be a key; a key is text"),
        ("? {a: b}\n: 1", "a list or a mapping cannot be a key"),
        ("a:\n  ~: 1", "wrong.yaml:2:3: not valid YAML: the key '~' is read as nothing; put it in quotes"),
        ("a:\n  on: 1", "wrong.yaml:2:3: not valid YAML: the key 'on' is read as true; put it in quotes"),
        ("no: 1", "the key 'no' is read as false; put it in quotes"),
        ("1.5: 1", "the key '1.5' is read as a float; put it in quotes"),
        ("2026-03-02: 1", "the key '2026-03-02' is read as a date; put it in quotes"),
        ("a: b\nc: \x07", "wrong.yaml:2:4: not valid YAML: holds the character 7, which is not allowed in text"),
        ("".join(f"unknown_{n}: 1\n" for n in range(700_000)), "characters; a config has at most 1000000: put orders"),
        ("*nobody", "found undefined alias"),
        ("a: 1\na: 2", "the key 'a' is given twice, first in line 1; keep one"),
        ("a: 'x", "wrong.yaml:1:6: not valid YAML: found unexpected end of stream"),
        ("%YAML 9.9\n---\na: 1", "not valid YAML"),
    ],
    ids=lambda text: text[:12],
)
def test_unneeded_features_of_yaml_are_refused_in_one_line(text, said):
    with pytest.raises(ScenarioError) as refused:
        Document.from_text(text, name="wrong.yaml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_anchors_can_be_used():
    read = read_yaml("mill: &mill {operations: {mill: 5min}}\nmill_2: *mill\nmill_3: {<<: *mill, machines: 2}\n")
    assert read.data["mill_2"] == read.data["mill"]
    assert read.data["mill_3"] == {"operations": {"mill": "5min"}, "machines": 2}
    assert read.values["mill_2", "operations", "mill"] == (1, 33)


def test_a_mapping_that_takes_in_another_may_be_named_again():
    """What it overrides is no key given twice, and what is overridden keeps its place in the order."""
    read = read_yaml("a: &a {x: 1, y: 2}\nb: &b {<<: *a, x: 3, z: 4}\nc: *b\nd: {<<: [*b, *a]}\n")
    assert list(read.data["c"].items()) == [("x", 3), ("y", 2), ("z", 4)]
    assert read.data["d"] == {"x": 3, "y": 2, "z": 4}


def test_mappings_that_take_in_each_other_many_times_over_stay_as_large_as_they_are():
    assert read_yaml(MERGING).data["a19"] == {"x": 1}


def test_whole_numbers_as_keys_are_left_to_the_section():
    assert read_yaml("{1: a}").data == {1: "a"}


def test_a_text_may_be_as_long_as_documented():
    text = "a: " + "x" * (LONGEST - 3)
    assert read_yaml(text).data["a"][-1] == "x"
    with pytest.raises(ValueError, match="has 1000001 characters; a config has at most 1000000"):
        read_yaml(text + "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x7fELF\x00\x01", "line 1 holds a NUL byte, so it is not text"),
        (b"name: \xe4", "line 1 holds the byte 0xe4; save it as UTF-8"),
        ("name: x".encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "line 1 holds the byte 0x89"),
        (os.urandom(100_000), "cannot be read as UTF-8 text"),
    ],
    ids=["binary", "latin-1", "utf-16", "picture", "noise"],
)
def test_a_binary_file_is_refused_with_the_remedy(tmp_path, content, said):
    (tmp_path / "wrong.yaml").write_bytes(content)
    with pytest.raises(ExperimentError) as refused:
        Experiment.load(tmp_path / "wrong.yaml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_or_an_endless_device_is_refused_as_a_config(tmp_path, monkeypatch):
    monkeypatch.setattr("robocell.environments.config.text_files.MOST_BYTES", 10_000)
    for path, said in (
        (tmp_path, "is a folder without experiment.yaml"),
        ("/dev/zero", "it has more than 10000 bytes"),
    ):
        with pytest.raises(ExperimentError, match=said):
            Experiment.load(path)


def test_what_robocell_wrote_of_a_run_may_be_longer_than_a_config(tmp_path):
    orders = "".join(f"    - {{at: {n}s, product: red}}\n" for n in range(40_000))
    (tmp_path / "experiment.yaml").write_text(f"orders:\n{orders}")
    with pytest.raises(ExperimentError, match="a config has at most"):
        Experiment.load(tmp_path / "experiment.yaml")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("seed=0b_", "--set seed: '0b_' is not a YAML value; put it in quotes ('0b_' cannot"),
        ("seed=2020-13-45", "--set seed: '2020-13-45' is not a YAML value"),
        ("seed=" + "9" * 5000, "is not a YAML value; put it in quotes ('9999"),
        ("seed=" + "[" * 5000, "is nested more than 50 deep"),
        ("seed={~: 1}", "the key '~' is read as nothing"),
        ("name=\x07", "holds the character 7"),
    ],
    ids=lambda text: text[:12],
)
def test_a_setting_is_read_like_a_file(setting, said):
    with pytest.raises(ExperimentError) as refused:
        parse_setting(setting)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300
