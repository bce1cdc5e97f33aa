"""A config that is mutated at random is read, or refused in one message with its place; what is read can be run.

Configs are mutated at random, from a seed: parts are lost, renamed, swapped, given other types, units and sizes, text
is cut and doubled. Nothing else than a RobocellError may come of it, and no crash.
"""

import random
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

import robocell.experiments
from robocell.agents.errors import RobocellError
from robocell.environments.config.documents import Document
from robocell.environments.factory import Factory
from robocell.experiments import Experiment
from robocell.experiments.execution.limits import Limits, TimeLimitReached, limited

HERE = Path(__file__).parent
CONFIGS = Path(robocell.experiments.__file__).parent / "configs"
SMALL = [HERE / "base.yaml", HERE / "racks.yaml", CONFIGS / "quickstart.yaml"]
SHIPPED = sorted(CONFIGS.glob("*.yaml"))
RUN_S = 60.0
LIMITS = Limits(time_s=2.0, memory_bytes=2e9)  # of a run; a mutated config may have very much to do in a minute

NUMBERS = [0, 1, -1, 2, 3, 7, 1000, 10**6, 10**9, 2**31, 2**63, 10**40, 10**5000, 0.5, 1e-9, -0.0, 1e300, 1e-300]
NUMBERS += [float("inf"), float("-inf"), float("nan")]
UNITS = ["s", "ms", "min", "h", "d", "m", "mm", "km", "m/s", "km/h", "/h", "/s", "J", "kWh", "J/m", "W", "kW", "%", ""]
UNITS += ["sec", "µs", "m/s/s", "//"]
WORDS = [
    "",
    " ",
    "x",
    "contract_net",
    "what_if",
    "cbba",
    "hungarian",
    "lookahead",
    "grid",
    "instant",
    "matrix",
    "conwip",
]
WORDS += [
    "batch",
    "csv",
    "list",
    "source",
    "sink",
    "nobody",
    "agv_1",
    "größe",
    "日本",
    "\u202ea",
    "a\nb",
    "\x00",
    "🤖" * 70,
]
WORDS += ["a" * 5000, "module:Class", "*", "../../etc", "store", "{a: 1}", "08:30", "2026-03-02", "until ±1e999%"]
TOKENS = [
    "*a",
    "&a ",
    "!!int ",
    "!!python/name:os ",
    "<<: ",
    "? ",
    "- ",
    "{",
    "]",
    "'",
    '"',
    "#",
    "|",
    ">",
    "%",
    "@",
    "\t",
]
TOKENS += ["\x07", "\ufeff", "\u2028", "0b_", "2020-13-45", "~", ": ", ":", "---\n", "..."]


def garbage(rng: random.Random):
    """Any value."""
    kind = rng.randrange(9)
    if kind < 2:
        return rng.choice(NUMBERS)
    if kind < 5:
        return f"{rng.choice(NUMBERS[:10] + NUMBERS[13:])}{rng.choice(UNITS)}"
    if kind == 5:
        return rng.choice(WORDS)
    if kind == 6:
        return rng.choice([None, True, False, [], {}, [[]], {"": None}, date(2026, 3, 2), [None] * 50])
    if kind == 7:
        return [garbage(rng) for _ in range(rng.randrange(4))]
    deep = rng.choice(WORDS)
    for _ in range(rng.choice([1, 5, 40, 60])):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    return deep


def places(data, at=()):
    """Every location in plain data."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*at, key)
        yield from places(value, (*at, key))


def alone(data):
    """Data in which no two places share a part, as names in YAML do."""
    if isinstance(data, dict):
        return {key: alone(item) for key, item in data.items()}
    return [alone(item) for item in data] if isinstance(data, list) else data


def inside(data, at):
    for key in at:
        data = data[key]
    return data


def spoil_data(data, rng: random.Random):
    """One thing lost, renamed, exchanged, doubled or swapped."""
    known = list(places(data))
    if not known:
        return
    at, other = rng.choice(known), rng.choice(known)
    around, key = inside(data, at[:-1]), at[-1]
    deed = rng.randrange(7)
    if deed == 0:
        del around[key]
    elif deed == 1 and isinstance(around, dict):
        name = str(key)
        around[rng.choice([name[:-1], name + "s", name.upper(), *WORDS])] = around.pop(key)
    elif deed == 2 and isinstance(around[key], list):
        around[key] += alone(around[key])[: rng.randrange(4)]
    elif deed == 3 and at != other[: len(at)] and other != at[: len(other)]:
        holder = inside(data, other[:-1])
        around[key], holder[other[-1]] = holder[other[-1]], around[key]
    elif deed == 4 and isinstance(around, dict):
        around[rng.choice([*WORDS, *map(str, inside(data, other[:-1]))])] = alone(around[key])
    else:
        around[key] = garbage(rng)


def spoil_text(text: str, rng: random.Random) -> str:
    """A few letters or lines lost, doubled, or put in."""
    lines = text.split("\n")
    row, at = rng.randrange(len(lines)), rng.randrange(len(text))
    deed = rng.randrange(7)
    if deed == 0:
        del lines[row]
    elif deed == 1:
        lines.insert(row, lines[row])
    elif deed == 2:
        other = rng.randrange(len(lines))
        lines[row], lines[other] = lines[other], lines[row]
    elif deed == 3:
        lines[row] = rng.choice([" ", "  ", "\t"]) + lines[row]
    elif deed == 4:
        return text[:at]
    elif deed == 5:
        return text[:at] + text[at + rng.randrange(1, 4) :]
    else:
        return text[:at] + rng.choice([*TOKENS, *map(str, NUMBERS[:10])]) + text[at:]
    return "\n".join(lines)


def mutated(seed: int, paths: list[Path]) -> tuple[str, Path]:
    """A mutated config, and the folder that it would be in."""
    rng = random.Random(seed)
    path = rng.choice(paths)
    text = path.read_text(encoding="utf-8")
    if rng.random() < 0.7:
        data = alone(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        if rng.random() < 0.2 and "scenario" not in data:
            sweep = {"grid": {"horizon": ["1h", "2h"]}, "exclude": [], "zip": {"warm_up": ["0s", "1min"]}}
            lhs = {"samples": 3, "keys": {"seed": {"low": 1, "high": 9}}}
            data = {"scenario": data, "replications": 3, "sweep": sweep | {"lhs": lhs}, "question": "best_policy"}
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            spoil_data(data, rng)
        text = written(data)
    if rng.random() < 0.4:
        text = spoil_text(text, rng)
    return text, path.parent


def written(data) -> str:
    """As YAML; numbers of thousands of digits too, which the writer does not know."""
    huge = 10**5000

    def without(value):
        if isinstance(value, dict):
            return {key: without(item) for key, item in value.items()}
        if isinstance(value, list):
            return [without(item) for item in value]
        return "HUGE" if isinstance(value, int) and value == huge else value

    return yaml.safe_dump(without(data), sort_keys=False, allow_unicode=True).replace("HUGE", "1" + "0" * 5000)


def outcome(text: str, folder: Path) -> str:
    """What becomes of a config: refused, run, stopped (by an error of the run), or slow."""
    try:
        experiment = Experiment._of(Document.from_text(text, name="mutated.yaml", folder=folder), None)
    except RobocellError as error:
        said = str(error)
        assert re.match(r"mutated\.yaml(:\d+:\d+)?: |[\w./-]+\.yaml:\d+:\d+: |[\w./-]+\.csv:\d+: ", said), said
        assert len(said) < 20_000, said[:1000]
        return "refused"
    scenario = experiment.cases[0].scenario
    try:
        with limited(LIMITS):
            factory = Factory(scenario)
            factory.run_until(min(RUN_S, scenario.horizon_s))
            factory.close()
    except RobocellError:
        return "stopped"
    except TimeLimitReached:
        return "slow"
    return "run"


def check(seeds: range, paths: list[Path]) -> dict[str, int]:
    for path in SMALL:  # kernels are compiled, or loaded, before a time is limited
        Factory(Experiment.load(path).cases[0].scenario).run_until(RUN_S)
    found = {"refused": 0, "run": 0, "stopped": 0, "slow": 0}
    for seed in seeds:
        text, folder = mutated(seed, paths)
        try:
            found[outcome(text, folder)] += 1
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {str(error)[:500]}\n{text[:5000]}")
    return found


def test_300_mutated_configs_are_refused_or_run():
    found = check(range(300), SMALL)
    assert found["refused"] > 100
    assert found["run"] > 50
    assert found["slow"] <= 3, found


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_5000_mutated_configs_are_refused_or_run(part):
    found = check(range(1000 + 500 * part, 1500 + 500 * part), [*SMALL, *SHIPPED])
    assert found["refused"] > 150
    assert found["run"] > 50
    assert found["slow"] <= 25, found
