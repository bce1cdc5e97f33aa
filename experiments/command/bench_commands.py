"""`robocell bench NAME`: each benchmark as a command with options of its own; figures as lines or as JSON."""

from pathlib import Path
from typing import Annotated, Any

import typer

from .json_output import print_json

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Measures speed and quality.\n\nExample: `robocell bench motion --quick --json`",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Quick = Annotated[bool, typer.Option("--quick", help="A look in seconds.")]
Problem = Annotated[Path | None, typer.Argument(metavar="FILE", help="One problem; all of --data where none is named.")]
Data = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of what FILE names [beside it], or of all instances.")
]
Seed = Annotated[int, typer.Option(help="Of starts, goals and ties.")]


@app.command()
def motion(quick: Quick = False, seed: Seed = 1, as_json: Json = False) -> None:
    """PIBT on four floors, against plain Python."""
    from ..benchmarks.motion import run

    _show(run(quick=quick, seed=seed), as_json)


@app.command()
def factory(
    vehicles: Annotated[int, typer.Option(min=1)] = 100,
    stations: Annotated[int, typer.Option(min=1)] = 30,
    hours: Annotated[float, typer.Option(min=0.01, help="Simulated.")] = 8.0,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """A whole factory, with its negotiation: vehicle-steps a second of CPU time."""
    from ..benchmarks.factory import run

    _show(run(vehicles=vehicles, stations=stations, hours=hours, quick=quick), as_json)


@app.command()
def jspt(
    quick: Annotated[bool, typer.Option("--quick", help="Only `what_if` on the 82 instances, and the replay.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each instance by `what_if`, which draws numbers.")] = 1,
    shops: Annotated[int, typer.Option(min=1, help="Unseen random shops.")] = 30,
    large_shops: Annotated[int, typer.Option(min=1, help="Instances of 200 operations, and of 300.")] = 2,
    figure: Annotated[Path | None, typer.Option(help="Draw the comparison there (.svg, .png).")] = None,
    table: Annotated[Path | None, typer.Option(help="Write the figures there, as Markdown.")] = None,
    as_json: Json = False,
) -> None:
    """The job shop with AGVs against the best known results; docs/jspt.md shows its figures."""
    from ..benchmarks.jspt import run

    figures = run(quick=quick, seeds=seeds, shops=shops, large_shops=large_shops, figure=figure, table=table)
    _show(figures, as_json)


@app.command("jspt_floor")
def jspt_floor(
    instance: Annotated[str, typer.Argument(help="Its name, EX11 to EX1041.")] = "EX14",
    config: Annotated[Path | None, typer.Option(help="Write the factory there, for `robocell view`.")] = None,
    as_json: Json = False,
) -> None:
    """One job shop with AGVs, by its table of travel times and on a floor."""
    from ..benchmarks.jspt_floor import run

    _show(run(instance, config=config), as_json)


@app.command()
def lorr(
    problem: Problem = None,
    replay: Annotated[Path | None, typer.Option(metavar="FILE", help="Count a published solution instead.")] = None,
    data: Data = None,
    vehicles: Annotated[int | None, typer.Option(min=1, help="Take only so many robots.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="[what MANIFEST.json above FILE says, else 500]")] = None,
    export: Annotated[Path | None, typer.Option(help="Write the solution there, for the visualiser.")] = None,
    seed: Seed = 0,
    ablation: Annotated[bool, typer.Option("--ablation", help="Again with each ingredient left out.")] = False,
    as_json: Json = False,
) -> None:
    """Problems of the League of Robot Runners, which are at https://github.com/MAPF-Competition/Benchmark-Archive.

    Example: `robocell bench lorr PROBLEM.json`, or `robocell bench lorr --data DIR`
    """
    from ..benchmarks.lorr import run

    options = {"vehicles": vehicles, "steps": steps, "export": export, "seed": seed, "ablation": ablation}
    _show(run(problem, replay=replay, data=data, **options), as_json)


@app.command()
def mapd(problem: Problem = None, data: Data = None, seed: Seed = 0, as_json: Json = False) -> None:
    """Pickup and delivery from `mapd-1` files; docs/traffic.md says what is in one.

    Example: `robocell bench mapd warehouse.json --data maps`
    """
    from ..benchmarks.mapd import run

    _show(run(problem, data=data, seed=seed), as_json)


@app.command()
def batch(
    trials: Annotated[int, typer.Option(min=1, help="Runs of a small model.")] = 200,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes [all cores].")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="The best of so many counts.")] = 3,
    ray: Annotated[bool, typer.Option("--ray", help="Ray as well; it takes seconds to start.")] = False,
    as_json: Json = False,
) -> None:
    """The pool of processes against Mesa's batch runner, and Ray."""
    from ..benchmarks.batch import run

    _show(run(trials=trials, workers=workers, repeats=repeats, ray=ray), as_json)


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
