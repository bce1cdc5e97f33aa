"""Writes the reference pages that follow from the code: `python -m docs.generate`; Sphinx does it before each build.

| page | follows from |
|---|---|
| reference/api.md | the docstrings of all public names |
| reference/command_line.md | the verbs and options of `robocell` |
| reference/keys.md | the pydantic models of scenario and experiment |
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer.main
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from robocell.environments.config.kinds import Kinds
from robocell.environments.config.section import Section
from robocell.environments.scenario import Scenario
from robocell.experiments.command.cli import app
from robocell.experiments.design.config import ExperimentConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "reference"
PACKAGES = ("agents", "environments", "experiments", "testing")
NOTE = "This page is written by `python -m docs.generate` from the code."


def write(folder: Path = FOLDER) -> None:
    """All pages, into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


# -- the public names


def api() -> str:
    """Every public name of each package, with its docstring and those of its public methods."""
    parts = [f"# API\n\nAfter this page you can use every public name of robocell from Python. {NOTE}\n"]
    for package in PACKAGES:
        module = import_module(f"robocell.{package}")
        parts.append(f"## robocell.{package}\n\n{inspect.getdoc(module)}\n")
        parts += [_entry(name, getattr(module, name)) for name in sorted(module.__all__)]
    return "\n".join(parts)


def _entry(name: str, thing: Any) -> str:
    lines = [f"### {name}\n"]
    if isinstance(thing, type) and issubclass(thing, Enum):
        lines.append(_block(inspect.getdoc(thing) or "", "members: " + ", ".join(member.name for member in thing)))
    elif isinstance(thing, type):
        signature = "" if issubclass(thing, BaseModel) else _signature(thing)
        lines.append(_block(f"class {name}{signature}", inspect.getdoc(thing) or ""))
        lines += [_member(name, own, value) for own, value in sorted(vars(thing).items()) if _is_shown(own, value)]
    elif callable(thing):
        lines.append(_block(f"{name}{_signature(thing)}", inspect.getdoc(thing) or ""))
    elif isinstance(thing, dict):
        lines.append(f"A dictionary with the keys {', '.join(f'`{key}`' for key in thing)}.\n")
    else:
        lines.append(_block(repr(thing)))
    return "\n".join(lines)


def _member(owner: str, name: str, value: Any) -> str:
    if isinstance(value, property):
        return f"#### {owner}.{name}\n\n" + _block(inspect.getdoc(value) or "")
    function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
    return f"#### {owner}.{name}\n\n" + _block(f"{name}{_signature(function)}", inspect.getdoc(function) or "")


def _is_shown(name: str, value: Any) -> bool:
    documented = isinstance(value, property | classmethod | staticmethod) or inspect.isfunction(value)
    return documented and not name.startswith("_") and bool(inspect.getdoc(value))


class _Bare:
    """An annotation without the quotes of a string."""

    def __init__(self, annotation: str) -> None:
        self._annotation = annotation

    def __repr__(self) -> str:
        return self._annotation


def _signature(thing: Any) -> str:
    try:
        signature = inspect.signature(thing)
    except ValueError:
        return "(...)"
    parameters = [given.replace(annotation=_bare(given.annotation)) for given in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=_bare(signature.return_annotation)))


def _bare(annotation: Any) -> Any:
    return _Bare(annotation) if isinstance(annotation, str) else annotation


def _block(*texts: str) -> str:
    return "```text\n" + "\n\n".join(text for text in texts if text) + "\n```\n"


# -- the command line


def command_line() -> str:
    """Every verb, with its arguments and options."""
    command: Any = typer.main.get_command(app)
    intro = "After this page you can look up every verb and option of `robocell`; each has `--help` too."
    verbs = [_verb(f"robocell {name}", verb) for name, verb in command.commands.items()]
    return "\n".join([f"# The command line\n\n{intro} {NOTE}\n", *verbs])


def _verb(name: str, verb: Any) -> str:
    lines = [f"## {name}\n", inspect.cleandoc(verb.help or "").replace("\f", ""), ""]
    if hasattr(verb, "commands"):
        return "\n".join([*lines, *(_verb(f"{name} {own}", sub) for own, sub in verb.commands.items())])
    lines += ["| argument or option | means | default |", "|---|---|---|"]
    for parameter in verb.params:
        names = ", ".join(f"`{option}`" for option in parameter.opts)
        if parameter.param_type_name == "argument":
            names = f"`{parameter.metavar or parameter.name}`"
        default = "" if parameter.default in (None, False) or callable(parameter.default) else f"`{parameter.default}`"
        means = " ".join((getattr(parameter, "help", "") or "").split()).replace("|", "\\|")
        lines.append(f"| {names} | {means} | {default} |")
    return "\n".join([*lines, ""])


# -- the keys of configs


def keys() -> str:
    """Every key that a scenario or an experiment may have, with dots, as `--set` and sweeps take it."""
    intro = (
        "After this page you can name any key of a config in a sweep, or after `--set`. `<name>` stands for a name of "
        f"yours, `<n>` for a position in a list. What the keys mean is in [the scenario file](../scenario.md) and "
        f"[experiments](../experiments.md). {NOTE}"
    )
    parts = [f"# All keys of a config\n\n{intro}\n"]
    for title, model in (("Scenario", Scenario), ("Experiment", ExperimentConfig)):
        parts.append(f"## {title}\n\n| key | in Python | default |\n|---|---|---|")
        found: dict[str, tuple[str, list[str]]] = {}
        for key, name, default in dotted(model):
            found.setdefault(key, (name, []))[1].append(default)
        rows = [
            (key, name, " or ".join(filter(None, dict.fromkeys(defaults)))) for key, (name, defaults) in found.items()
        ]
        parts += [*(f"| `{key}` | `{name}` | {default} |" for key, name, default in rows), ""]
    return "\n".join(parts)


def dotted(
    model: type[BaseModel], before: str = "", within: tuple[type[BaseModel], ...] = ()
) -> Iterator[tuple[str, str, str]]:
    """(key, name of the field, default) of a model and of all sections in it, except those that hold themselves."""
    for name, info in model.model_fields.items():
        key = f"{before}{info.alias or name}"
        yield key, name, _default(info)
        for step, section in _sections(info.annotation):
            if section not in within:
                yield from dotted(section, f"{key}.{step}", (*within, model))


def _default(info: Any) -> str:
    if info.is_required():
        return "required"
    value = info.default
    if value in (None, PydanticUndefined, ()) or isinstance(value, BaseModel):
        return ""
    return f"`{value}`"


def _sections(annotation: Any, step: str = "") -> Iterator[tuple[str, type[Section]]]:
    """The sections that a field may hold, and what stands between its key and theirs."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        of_kinds = issubclass(annotation, Kinds) and annotation.is_base()
        for section in annotation.kinds.values() if of_kinds else (annotation,):
            yield step, section
        return
    origin = getattr(annotation, "__origin__", None)
    between = {dict: "<name>.", tuple: "<n>.", list: "<n>."}.get(origin, "") if isinstance(origin, type) else ""
    for part in get_args(annotation):
        yield from _sections(part, step + between)


PAGES: Mapping[str, Any] = {"api.md": api, "command_line.md": command_line, "keys.md": keys}

if __name__ == "__main__":
    write()
