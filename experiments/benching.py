"""Finds a benchmark by its name, hands it its options, shows its figures: `robocell bench`."""

import inspect
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import yaml

from ..environments.suggestions import nearest
from . import benchmarks
from .errors import ExperimentError


def run_benchmark(name: str, options: Sequence[str]) -> dict[str, Any]:
    """Runs `robocell.experiments.benchmarks.<name>.run` with `--option value` pairs; returns its figures."""
    function = _find(name)
    return function(**_arguments(name, function, options))


def _find(name: str) -> Callable[..., dict[str, Any]]:
    known = []
    for module in iter_modules(benchmarks.__path__):
        source = Path(benchmarks.__path__[0]) / f"{module.name}.py"
        if not module.ispkg and "\ndef run(" in source.read_text(encoding="utf-8"):
            known.append(module.name)
    if name not in known:
        raise ExperimentError(f"bench {name}: there is no such benchmark; choose one of {', '.join(sorted(known))}"
                              f"{nearest(name, known)}")  # fmt: skip
    return import_module(f".{name}", benchmarks.__name__).run


def _arguments(name: str, function: Callable[..., Any], options: Sequence[str]) -> dict[str, Any]:
    allowed = inspect.signature(function).parameters
    names = [f"--{parameter.replace('_', '-')}" for parameter in allowed]
    found: dict[str, Any] = {}
    rest = list(options)
    while rest:
        option, equals, inline = rest.pop(0).partition("=")
        parameter = option.removeprefix("--").replace("-", "_")
        if not option.startswith("--") or parameter not in allowed:
            raise ExperimentError(
                f"bench {name}: unknown option {option}; allowed: {', '.join(names) or 'none'}{nearest(option, names)}"
            )
        if isinstance(allowed[parameter].default, bool):
            found[parameter] = not inline or bool(yaml.safe_load(inline))
        elif equals or rest:
            text = inline if equals else rest.pop(0)
            found[parameter] = Path(text) if _is_path(allowed[parameter]) else yaml.safe_load(text)
        else:
            raise ExperimentError(f"bench {name}: {option} needs a value")
    return found


def _is_path(parameter: inspect.Parameter) -> bool:
    return "Path" in str(parameter.annotation)


def show_figures(figures: dict[str, Any], indent: str = "") -> None:
    """Figures as aligned lines, groups indented."""
    width = max((len(str(key)) for key in figures), default=0)
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{key}")
            show_figures(value, indent + "  ")
        else:
            text = f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1e4 else value
            text = f"{value:,.0f}" if isinstance(value, float) and abs(value) >= 1e4 else text
            print(f"{indent}{key!s:<{width}}  {text}")
