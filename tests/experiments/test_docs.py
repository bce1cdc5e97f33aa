"""What docs/experiments.md shows is true."""

import re
from pathlib import Path

import yaml

from robocell.experiments.design.config import ExperimentConfig
from robocell.experiments.design.executors import EXECUTORS
from robocell.experiments.design.questions import QUESTIONS
from robocell.experiments.design.sweep import Sweep

TEXT = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text()


def test_the_python_snippets_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for snippet in re.findall(r"```python\n(.*?)```", TEXT, re.S):
        exec(compile(snippet, "docs/experiments.md", "exec"), {"__name__": "docs"})
    assert (tmp_path / "results" / "tour" / "report.html").exists()


def test_every_key_is_explained():
    assert all(f"| `{key}` |" in TEXT for key in set(ExperimentConfig.keys()))
    assert all(f"| `{kind}` |" in TEXT for kind in QUESTIONS)
    assert all(f"| `{name}` |" in TEXT for name in EXECUTORS)
    assert all(f"`{block}" in TEXT for block in set(Sweep.keys()))


def test_the_yaml_snippets_are_sound():
    for snippet in re.findall(r"```yaml\n(.*?)```", TEXT, re.S):
        given = {"scenario": "phone_line.yaml"} | yaml.safe_load(snippet)
        ExperimentConfig.model_validate(given)
