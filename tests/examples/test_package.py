"""`robocell` is one ordinary package: whole in a wheel, and not replaced by a folder of its name."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import robocell

ROOT = Path(__file__).parents[2]
FOLDERS = ("agents", "environments", "experiments", "drawing", "visualization", "testing")


def test_every_folder_of_code_is_a_package_and_goes_into_the_wheel() -> None:
    folders = {file.parent for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)
    assert all((ROOT / "src" / "robocell" / folder).samefile(ROOT / folder) for folder in FOLDERS)


def test_every_folder_is_marked_as_typed() -> None:
    assert all((ROOT / folder / "py.typed").is_file() for folder in ("src/robocell", *FOLDERS))


def test_the_version_is_that_of_the_installed_package() -> None:
    assert robocell.__version__ == version("robocell")


def test_a_folder_named_robocell_beside_a_script_does_not_replace_the_package(tmp_path: Path) -> None:
    (tmp_path / "robocell" / "agents").mkdir(parents=True)
    (tmp_path / "robocell" / "agents" / "agv.py").write_text("raise SystemExit('the clone was imported')")
    script = tmp_path / "mine.py"
    script.write_text("import robocell.agents.shop.agv as agv; print(agv.__file__)")
    ran = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert str(tmp_path) not in ran.stdout
