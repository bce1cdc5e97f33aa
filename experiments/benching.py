"""Finds a benchmark by its name, hands it its options, shows its figures: `robocell bench`."""

import inspect
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ..environments.suggestions import nearest
from ..environments.yaml_text import NotYamlError, read_yaml
from . import benchmarks
from .errors import ExperimentError


def run_benchmark(name: str, options: Sequence[str]) -> dict[str, Any]:
    """Runs `robocell.experiments.benchmarks.<name>.run` with words and `--option value` pairs; returns its
    figures.
    """
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


def _arguments(name: str, function: Callable[..., Any], given: Sequence[str]) -> dict[str, Any]:
    """Arguments of the function: words without dashes by position, `--option value` for what is keyword-only."""
    parameters = inspect.signature(function).parameters
    positional = [key for key, parameter in parameters.items() if parameter.kind is not parameter.KEYWORD_ONLY]
    options = {f"--{key.replace('_', '-')}": key for key in parameters if key not in positional}
    found: dict[str, Any] = {}
    rest = list(given)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            if not positional:
                raise ExperimentError(f"bench {name}: {word!r} is one argument too many{_allowed(function)}")
            key = positional.pop(0)
            found[key] = _value(name, key.upper(), parameters[key], word)
            continue
        option, equals, inline = word.partition("=")
        if option not in options:
            raise ExperimentError(
                f"bench {name}: unknown option {option}{_allowed(function)}{nearest(option, list(options))}"
            )
        parameter = parameters[options[option]]
        if isinstance(parameter.default, bool):
            found[parameter.name] = not inline or _flag(name, option, inline)
        elif equals or rest:
            found[parameter.name] = _value(name, option, parameter, inline if equals else rest.pop(0))
        else:
            raise ExperimentError(f"bench {name}: {option} needs a value")
    return found


def _allowed(function: Callable[..., Any]) -> str:
    words = [
        f"--{key.replace('_', '-')}" if parameter.kind is parameter.KEYWORD_ONLY else f"[{key.upper()}]"
        for key, parameter in inspect.signature(function).parameters.items()
    ]
    return f"; allowed: {', '.join(words) or 'none'}"


def _flag(name: str, option: str, text: str) -> bool:
    try:
        found = read_yaml(text).data
    except NotYamlError:
        found = None
    if not isinstance(found, int):  # 0 and 1 are as good
        raise ExperimentError(f"bench {name}: {option} is {text!r}; it must be true or false")
    return bool(found)


def _value(name: str, shown: str, parameter: inspect.Parameter, text: str) -> Any:
    """The text as what the parameter's annotation asks for."""
    kind = str(parameter.annotation)
    if "Path" in kind:
        return Path(text)
    for key, convert, wanted in (("int", int, "a whole number"), ("float", float, "a number")):
        if key in kind:
            try:
                return convert(text)
            except ValueError:
                raise ExperimentError(f"bench {name}: {shown} is {text!r}; it must be {wanted}") from None
    return text


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
