"""Two classes have the same fingerprint only if they do the same, as far as a program can tell."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from robocell.experiments.design.fingerprint import fingerprint

HEAD = """
import enum, re
import numpy as np
from dataclasses import dataclass
from functools import lru_cache, partialmethod, wraps
"""
USE = "class A:\n    def m(self):\n        return used"
DIFFERENT = {
    "a cached function": ("@lru_cache\ndef used(): return ONE\n" + USE),
    "a cached method": "class A:\n    @lru_cache\n    def m(self): return ONE",
    "a decorated method": """
        def twice(f):
            @wraps(f)
            def g(*a): return ONE * f(*a)
            return g
        class A:
            @twice
            def m(self): return 1
        """,
    "a partial method": "def g(self): return ONE\nclass A: m = partialmethod(g)",
    "an object": "class C:\n    def f(self): return ONE\nused = C()\n" + USE,
    "a field": "@dataclass\nclass C:\n    x: int = ONE\nused = C\n" + USE,
    "a member": "class C(enum.IntEnum):\n    X = 0\n    def f(self): return ONE\nused = C.X\n" + USE,
    "a metaclass": "class M(type):\n    def f(cls): return ONE\nclass A(metaclass=M): pass",
    "a method of an object": "class C:\n    def f(self): return ONE\nused = C().f\n" + USE,
    "an attribute of a function": "def used(): return used.x\nused.x = ONE\n" + USE,
    "a base": "class B:\n    def m(self): return ONE\nclass A(B): pass",
    "an array": "used = np.arange(2000) * ONE\n" + USE,
    "a pattern": "used = re.compile('ONE')\n" + USE,
    "a default": "class A:\n    def m(self, x=(0, ONE)): return x",
    "a set of classes": "class C:\n    x = ONE\nused = {C}\n" + USE,
    "a property": "class A:\n    @property\n    def m(self): return ONE",
}


def made(source: str) -> type:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(HEAD + dedent(source), space)
    return space["A"]


@pytest.mark.parametrize("what", DIFFERENT)
def test_only_a_difference_changes_the_fingerprint(what: str) -> None:
    one, again, other = (made(DIFFERENT[what].replace("ONE", value)) for value in ("1", "1", "2"))
    assert fingerprint(one) == fingerprint(again)
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A: t = ((1,), 2)", "class A: t = ((1, 2),)"),
        (
            "class A:\n    def m(self, a, b): return a - b",
            "class A:\n    def m(self, b, a): return b - a",
        ),
    ],
)
def test_shapes_and_names_of_arguments_count(one: str, other: str) -> None:
    assert fingerprint(made(one)) != fingerprint(made(other))


def test_a_global_that_is_called_like_an_attribute_does_not_count() -> None:
    sources = [f"result = {value}\nclass A:\n    def m(self): return self.result" for value in (1, 2)]
    assert fingerprint(made(sources[0])) == fingerprint(made(sources[1]))


def test_deep_data_and_circles_are_followed() -> None:
    deep = "used = []\nfor _ in range(5000): used = [used]\n"
    circle = "used = {}\nused['me'] = used\n"
    assert fingerprint(made(deep + USE)) != fingerprint(made(circle + USE))


def test_modules_of_the_user_count_with_their_imports(tmp_path: Path) -> None:
    (tmp_path / "near_mine.py").write_text("from far_mine import far\ndef near(): return far()\n")
    program = "from near_mine import near\nclass A:\n    def m(self): return near()\n"
    program += "from robocell.experiments.design.fingerprint import fingerprint\nprint(fingerprint(A))"
    told = []
    for seed, value in enumerate((1, 1, 22)):
        (tmp_path / "far_mine.py").write_text(f"def far(): return {value}\n")
        ran = subprocess.run(
            [sys.executable, "-"],
            input=program,
            cwd=tmp_path,
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(ran.stdout)
    assert told[0] == told[1] != told[2]
