"""The README tells the truth: its Python runs, its files exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("snippet", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_python_runs(snippet: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(snippet, "README.md", "exec"), {"__name__": "__main__"})
    throughput, violations = capsys.readouterr().out.split(maxsplit=1)
    assert float(throughput) >= 0.0
    assert violations.strip() == "[]"


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("config", sorted(set(re.findall(r"experiments/configs/\w+\.yaml", TEXT))))
def test_configs_exist(config: str) -> None:
    assert (ROOT / config).is_file()
