"""Tutorials and how-to guides do what they say: every snippet runs, in an empty folder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from . import pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", pages.FOLLOWED, ids=lambda page: page.stem)
def test_a_page_can_be_followed(page: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, pages.__file__, page],
        cwd=tmp_path,
        check=False,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("page", pages.FOLLOWED, ids=lambda page: page.stem)
def test_a_page_says_at_its_top_what_the_reader_can_do_after_it(page: Path) -> None:
    _, first, *_ = page.read_text(encoding="utf-8").split("\n\n")
    assert first.startswith("After this page you can "), first


def test_what_a_page_shows_must_have_been_printed() -> None:
    pages.assert_printed("3 logs … held\n", ["1 log", "3 logs checked:   every rule held"])
    with pytest.raises(AssertionError, match="'4 logs …' was not printed"):
        pages.assert_printed("4 logs …\n", ["3 logs checked"])
