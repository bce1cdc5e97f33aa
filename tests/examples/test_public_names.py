"""What a package offers is what `dir`, completion and `help` show, though it is imported on first use."""

import pydoc
from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["robocell", "robocell.agents", "robocell.environments", "robocell.experiments"])
def test_public_names_are_shown(package):
    module = import_module(package)
    assert dir(module) == sorted(module.__all__)
    shown = pydoc.plain(pydoc.render_doc(module))
    classes = [name for name in module.__all__ if isinstance(getattr(module, name), type)]
    assert classes
    assert all(f"class {name}" in shown for name in classes)
