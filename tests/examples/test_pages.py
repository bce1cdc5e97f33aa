"""Tutorials and how-to guides do what they say: every snippet runs, in an empty folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from ..daily import daily
from . import pages

BY_NAME = {page.stem: page for page in pages.FOLLOWED}


def follow(page: str, folder: Path, python: str = sys.executable) -> None:
    """In a process of its own, as a reader would."""
    ran = subprocess.run(
        [python, pages.__file__, BY_NAME[page]],
        cwd=folder,
        check=False,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("page", daily("first_fleet", "first_log", "layout", of=BY_NAME))
def test_a_page_can_be_followed(page: str, tmp_path: Path) -> None:
    follow(page, tmp_path)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment that has the wheel, and the libraries of this one, but not this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, pages.DOCS.parent]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    own = Path(subprocess.run(ask, check=True, capture_output=True, encoding="utf-8").stdout.strip())
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(own)
    where = [python, "-c", "import robocell.agents; print(robocell.agents.__file__)"]
    assert str(own) in subprocess.run(where, check=True, capture_output=True, encoding="utf-8").stdout
    return str(python)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page.stem for page in pages.FOLLOWED if page.parent.name == "tutorials"])
def test_a_tutorial_can_be_followed_with_the_wheel_alone(page: str, installed: str, tmp_path: Path) -> None:
    follow(page, tmp_path, installed)


@pytest.mark.parametrize("page", pages.FOLLOWED, ids=lambda page: page.stem)
def test_a_page_says_at_its_top_what_the_reader_can_do_after_it(page: Path) -> None:
    _, first, *_ = page.read_text(encoding="utf-8").split("\n\n")
    assert first.startswith("After this page you can "), first


def test_what_a_page_shows_must_have_been_printed() -> None:
    pages.assert_printed("3 logs … held\n", ["1 log", "3 logs checked:   every rule held"])
    with pytest.raises(AssertionError, match="'4 logs …' was not printed"):
        pages.assert_printed("4 logs …\n", ["3 logs checked"])
