"""`robocell bench NAME`: each benchmark as a command with its own options; figures as lines or as JSON.

To add one, write a module in `experiments/benchmarks` with a function `run`, a command for it here, and a line in
BENCHMARKS.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from .json_output import print_json

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Measure speed and quality.\n\nExample: `robocell bench motion --quick --json`",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Quick = Annotated[bool, typer.Option("--quick", help="Shorter runs, in seconds.")]
Problem = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="One problem; without it, all problems in --data.")
]
Data = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the files that FILE refers to [its own folder], or of all instances."),
]
Seed = Annotated[int, typer.Option(help="Seed of starts, goals and ties.")]


def motion(quick: Quick = False, seed: Seed = 1, as_json: Json = False) -> None:
    """PIBT on four floors, against plain Python."""
    from ..benchmarks.motion import run

    _show(run(quick=quick, seed=seed), as_json)


def factory(
    vehicles: Annotated[int, typer.Option(min=1)] = 100,
    stations: Annotated[int, typer.Option(min=1)] = 30,
    hours: Annotated[float, typer.Option(min=0.01, help="Simulated hours.")] = 8.0,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """A whole factory with its negotiations: vehicle-steps per second of CPU time."""
    from ..benchmarks.factory import run

    _show(run(vehicles=vehicles, stations=stations, hours=hours, quick=quick), as_json)


def events(
    hours: Annotated[float, typer.Option(min=1.0, help="Simulated hours.")] = 240.0,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """A small factory with two vehicles: what a task costs, against a plain simulation."""
    from ..benchmarks.events import run

    _show(run(hours=hours, quick=quick), as_json)


def calls(
    vehicles: Annotated[int, typer.Option(min=1)] = 1000,
    calls: Annotated[int, typer.Option(min=1, help="Transports that are called for.")] = 20,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """A call for proposals to many vehicles: on a perfect channel, written in full, delayed, and with faults."""
    from ..benchmarks.calls import run

    _show(run(vehicles=vehicles, calls=calls, quick=quick), as_json)


def jspt(
    quick: Annotated[bool, typer.Option("--quick", help="Only `what_if` on the 82 instances, and the replay.")] = False,
    seeds: Annotated[
        int, typer.Option(min=1, help="Runs of each instance by `what_if`, which draws random numbers.")
    ] = 1,
    shops: Annotated[int, typer.Option(min=1, help="Unseen random shops.")] = 30,
    large_shops: Annotated[int, typer.Option(min=1, help="Instances of 200 operations, and of 300.")] = 2,
    figure: Annotated[Path | None, typer.Option(help="File for a chart of the comparison (.svg, .png).")] = None,
    table: Annotated[Path | None, typer.Option(help="File for the figures as a Markdown table.")] = None,
    as_json: Json = False,
) -> None:
    """Job shops with AGVs against the best known results; docs/jspt.md shows the figures."""
    from ..benchmarks.jspt import run

    figures = run(quick=quick, seeds=seeds, shops=shops, large_shops=large_shops, figure=figure, table=table)
    _show(figures, as_json)


def jspt_floor(
    instance: Annotated[str, typer.Argument(help="Name of the instance, EX11 to EX1041.")] = "EX14",
    config: Annotated[Path | None, typer.Option(help="File for the factory as a config, for `robocell view`.")] = None,
    as_json: Json = False,
) -> None:
    """One job shop with AGVs, with its table of travel times and on a floor."""
    from ..benchmarks.jspt_floor import run

    _show(run(instance, config=config), as_json)


def lorr(
    problem: Problem = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Count the tasks of a published solution instead.")
    ] = None,
    data: Data = None,
    vehicles: Annotated[int | None, typer.Option(min=1, help="Number of robots [all].")] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Number of steps [from the MANIFEST.json above FILE, else 500].")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="File for the solution, for the visualiser of the competition.")
    ] = None,
    seed: Seed = 0,
    passes: Annotated[
        int | None, typer.Option(min=0, help="Most improvement passes a step [by density]; more take longer.")
    ] = None,
    draw: Annotated[
        bool, typer.Option("--draw", help="Draw starts (of up to as many robots as free cells) and tasks by the seed.")
    ] = False,
    window: Annotated[
        int | None, typer.Option(min=1, help="Count the finished tasks of every so many steps as well.")
    ] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="Repeat with each ingredient switched off.")] = False,
    as_json: Json = False,
) -> None:
    """Problems of the League of Robot Runners, which are at https://github.com/MAPF-Competition/Benchmark-Archive.

    Example: `robocell bench lorr PROBLEM.json`, or `robocell bench lorr --data DIR`, or another team on the same map:
    `robocell bench lorr PROBLEM.json --draw --vehicles 600 --steps 2000 --window 500 --seed 1`
    """
    from ..benchmarks.lorr import run

    options = {"vehicles": vehicles, "steps": steps, "export": export, "seed": seed, "ablation": ablation}
    options |= {"passes": passes, "draw": draw, "window": window}
    _show(run(problem, replay=replay, data=data, **options), as_json)


def mapd(problem: Problem = None, data: Data = None, seed: Seed = 0, as_json: Json = False) -> None:
    """Pickup and delivery from `mapd-1` files; docs/traffic.md says what is in one.

    Example: `robocell bench mapd warehouse.json --data maps`
    """
    from ..benchmarks.mapd import run

    _show(run(problem, data=data, seed=seed), as_json)


def batch(
    trials: Annotated[int, typer.Option(min=1, help="Trials of a small model.")] = 200,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes [all cores].")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Measurements, of which the best counts.")] = 3,
    ray: Annotated[bool, typer.Option("--ray", help="Measure Ray as well; it takes seconds to start.")] = False,
    as_json: Json = False,
) -> None:
    """The process pool against Mesa's batch runner, and Ray."""
    from ..benchmarks.batch import run

    _show(run(trials=trials, workers=workers, repeats=repeats, ray=ray), as_json)


BENCHMARKS: dict[str, Callable[..., None]] = {
    "motion": motion,
    "factory": factory,
    "events": events,
    "calls": calls,
    "jspt": jspt,
    "jspt_floor": jspt_floor,
    "lorr": lorr,
    "mapd": mapd,
    "batch": batch,
}
for name, command in BENCHMARKS.items():
    app.command(name)(command)


def _show(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(figures)
    else:
        _print_lines(figures)


def _print_lines(figures: dict[str, Any], indent: str = "") -> None:
    """Figures as aligned lines, groups indented."""
    width = max((len(str(key)) for key in figures), default=0)
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{key}")
            _print_lines(value, indent + "  ")
        else:
            text = f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1e4 else value
            text = f"{value:,.0f}" if isinstance(value, float) and abs(value) >= 1e4 else text
            print(f"{indent}{key!s:<{width}}  {text}")
