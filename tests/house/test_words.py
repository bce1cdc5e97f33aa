"""The English of the project names the noun: the vehicle, no contractor; and uses the terms of the field."""

import re

import pytest

from . import CODE, ROOT

WORDS = (
    "anew", "whoever", "somebody", "nobody", "everybody", "lest", "in vain", "face to face", "stands? ready",
    "(?<!there )is none",
    "(?:dis)?mount(?:s|ed)?(?! ?\\()",  # but the hook of Vue
)  # fmt: skip
REFUSED = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)

# How often each room has them: once each as a name that the log reserves. The numbers only fall.
LEFT = {"environments": 1, "docs": 1}


@pytest.mark.parametrize("room", [*CODE, "docs"])
def test_refused_words_become_fewer(room):
    files = [file for suffix in ("py", "md", "yaml", "js", "vue") for file in (ROOT / room).rglob(f"*.{suffix}")]
    found = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in files
        if file.parent.name != "reference"  # written from docstrings, which count where they are
        for word in REFUSED.findall(file.read_text())
        if not word.isupper() and word != "is None"  # names of the log, and Python
    ]
    assert len(found) <= LEFT.get(room, 0), found


def test_names_of_tests_have_no_refused_words():
    names = [
        name.replace("_", " ")
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def test_(\w+)", file.read_text())
    ]
    assert len(names) > 1000
    assert [name for name in names if REFUSED.search(name)] == []
