"""The `robocell` command: the same words everywhere, `--json` for machines.

Exit codes: 0 done, 1 ran but a check or a trial failed, 2 bad input, 130 interrupted. Imports wait until a verb needs
them, so that `--help` answers at once.
"""

import atexit
import contextlib
import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ...agents.errors import RobocellError
from ..design.executors import AUTO, EXECUTORS
from .bench_commands import app as bench_app
from .json_output import OUTPUT, print_json
from .warm_command import note, warm

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
OBJECTS_PER_COLLECTION = 100_000  # imports make many objects and no garbage, for which Python looks after every 700

app = typer.Typer(
    name="robocell",
    help="Factories of robots and AGVs that negotiate: run experiments, check them, compare them, watch them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(bench_app, name="bench")
app.command()(warm)

ConfigPath = Annotated[str, typer.Argument(metavar="CONFIG", help="Experiment or scenario file, or a shipped config.")]
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Floor = Annotated[bool, typer.Option("--show-layout", help="Also print the floor as it was read.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key; repeatable.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        print(installed("robocell"))
        raise typer.Exit


@app.callback()
def _robocell(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def run(
    config: ConfigPath,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder of the run [results/NAME].")
    ] = None,
    settings: Settings = None,
    executor: Annotated[str | None, typer.Option(help=", ".join((AUTO, *EXECUTORS)) + ".")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Number of worker processes [all cores].")] = None,
    ray_address: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Ray cluster to run on.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the results in DIR first.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run failed trials again.")] = False,
    until_clear: Annotated[
        bool, typer.Option("--until-clear", help="Replicate until the answer is clear, at most answer.most times.")
    ] = False,
    sniff: Annotated[bool, typer.Option("--sniff", help="Then show the message trace of the first trial.")] = False,
    about: Annotated[str | None, typer.Option(metavar="NAME", help="With --sniff: only this agent or job.")] = None,
    as_json: Json = False,
) -> None:
    """Runs an experiment; resumes it where DIR holds a part of it.

    Example: `robocell run fleet_sizing.yaml -o results/fleet --set replications=10`
    """
    from ..design.experiment import Experiment
    from ..runner import run as run_experiment
    from .console import Bar, show_outcome
    from .outcome_document import outcome_document

    if executor is not None and executor not in (AUTO, *EXECUTORS):
        _refuse(f"--executor {executor}: choose one of {', '.join((AUTO, *EXECUTORS))}")
    asked = _settings(settings) | ({"answer.until_clear": True} if until_clear else {})
    experiment = Experiment.load(config, asked)
    directory = output or Path("results") / _folder_name(config, experiment.name)
    outcome = run_experiment(
        experiment,
        directory,
        executor=executor,
        workers=workers,
        ray_address=ray_address,
        fresh=fresh,
        retry_failed=retry_failed,
        progress=Bar(quiet=as_json),
    )
    if as_json:
        print_json(outcome_document(outcome))
    else:
        show_outcome(outcome)
        if sniff:
            from .sniffer import overhear

            for diagram in overhear(next(iter(experiment.trials())), about):
                print(f"\n{diagram}")
    if outcome.failed or outcome.jammed:
        raise typer.Exit(FAILED)


@app.command()
def validate(config: ConfigPath, settings: Settings = None, show_layout: Floor = False, as_json: Json = False) -> None:
    """Checks a config, and says what would run.

    Example: `robocell validate fleet_sizing.yaml`
    """
    from ..counting import counted
    from ..design import jam_risks, late_orders
    from ..design.asked_kpis import check_asked_kpis
    from ..design.questions.packages import require_package
    from ..execution.rehearsal import rehearse
    from .floors import floors, load, show_floors

    experiment = load(config, _settings(settings), show_refused=show_layout and not as_json)
    check_asked_kpis(experiment)
    require_package(experiment.config.asked)
    rehearse(experiment, note)
    sizes = [case.scenario for case in experiment.cases]
    fleets = sorted({scenario.agv_count for scenario in sizes})
    ticks = max((s.horizon_s / s.tick_s for s in sizes if s.tick_s > 0), default=0.0)
    facts = {
        "name": experiment.name,
        "cases": len(experiment.cases),
        "replications": experiment.config.most_replications,
        "trials": experiment.size,  # the maximum, where a question decides
        "varied": list(experiment.keys),
        "agvs": fleets,
        "stations": len(sizes[0].stations),
        "robots": len(sizes[0].robots),
        "ticks": int(ticks),
        "seed": experiment.seed,
        "orders_after_horizon": late_orders.late_orders(experiment),
        "jam_risks": jam_risks.jam_risks(experiment),
    }
    if as_json:
        print_json(facts | ({"floors": floors(experiment)} if show_layout else {}))
        return
    print(f"{config} is valid: {experiment.name}")
    varied = f" over {', '.join(experiment.shown_keys)}" if experiment.shown_keys else ""
    most = "at most " * experiment.adaptive
    replications = counted(experiment.config.most_replications, "replication")
    print(f"  {counted(len(sizes), 'case')}{varied}, {most}{replications}: {most}{counted(experiment.size, 'trial')}")
    agvs = f"{', '.join(map(str, fleets))} " + ("AGV" if fleets == [1] else "AGVs")
    print(f"  {agvs}, {counted(len(sizes[0].stations), 'station')}, {counted(len(sizes[0].robots), 'robot')}, "
          f"up to {counted(int(ticks), 'tick')} a trial")  # fmt: skip
    for warning in (late_orders.told(experiment), jam_risks.told(experiment)):
        if warning:
            print(f"  {warning}")
    if show_layout:
        show_floors(experiment)


@app.command()
def check(directory: Directory, as_json: Json = False) -> None:
    """Checks the event logs of a run against the rules: no conflict, no lost part, no double award.

    Example: `robocell check results/fleet`
    """
    from ..counting import counted
    from ..results.audit import audit

    found = audit(directory)
    broken = sum(len(violations) for violations in found.values())
    if as_json:
        print_json(
            {
                "logs": len(found),
                "violations": [
                    {"trial": trial, "rule": v.rule, "time_s": v.time_s, "who": v.who, "message": v.message}
                    for trial, violations in found.items()
                    for v in violations
                ],
            }
        )
    else:
        for trial, violations in found.items():
            for violation in violations[:5]:
                print(f"{trial}: {violation}")
            if len(violations) > 5:
                print(f"{trial}: … and {len(violations) - 5} more")
        found_rules = counted(broken, "violation") if broken else "every rule held"
        print(f"{counted(len(found), 'log')} checked: {found_rules}")
    if broken:
        raise typer.Exit(FAILED)


@app.command()
def report(directory: Directory, as_json: Json = False) -> None:
    """Rebuilds tables, figures and the report of a run from its results.

    Example: `robocell report results/fleet`
    """
    from ..execution.store import REPORT
    from ..results.tables import load
    from ..runner import finish

    results = load(directory)
    finish(results)
    if as_json:
        print_json({"report": str(directory / REPORT), "trials": len(results.trials), "missing": results.missing})
    else:
        print(f"Report: {directory / REPORT}")


@app.command()
def compare(
    directory: Directory,
    a: Annotated[str, typer.Argument(metavar="A", help="A case by its label, or key=value.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The case to compare it with.")],
    metric: Annotated[list[str] | None, typer.Option(help="KPI to compare; repeatable [the headline ones].")] = None,
    as_json: Json = False,
) -> None:
    """Paired comparison of two cases or policies: the same replication of both has the same arrivals.

    Example: `robocell compare results/fleet mechanism=nearest mechanism=contract_net`
    """
    from ..results.comparison import HEADLINE_METRICS, compare_each, sameness
    from ..results.comparison import compare as compare_cases
    from ..results.tables import load
    from .console import show_comparison

    results = load(directory)
    for name in metric or ():
        if name not in results.metrics:
            from ...environments.config.suggestions import nearest

            _refuse(f"--metric {name}: this run has no such KPI{nearest(name, results.metrics)}")
    defined = set(results.trials.columns[results.trials.notna().any()])
    chosen = metric or [name for name in HEADLINE_METRICS if name in defined] or None
    rows: Any = compare_cases(results, a, b, metrics=chosen).to_dict("records")
    each: Any = compare_each(results, a, b, metrics=chosen).to_dict("records")
    same = sameness(results, a, b)
    if as_json:
        print_json({"a": a, "b": b, "same": bool(same), "metrics": rows, "each": each})
    else:
        show_comparison(rows, each, a, b, same)


@app.command()
def view(
    target: Annotated[str, typer.Argument(metavar="CONFIG|DIR", help="What to watch: live, or a replay of a run.")],
    host: Annotated[
        str, typer.Option(help="Address to listen on; the default is reachable from this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the server; the next free one if it is taken.")] = 8521,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
    export: Annotated[Path | None, typer.Option(help="Write a picture (.png) or a clip (.gif, .mp4) instead.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Time of the picture, or start of the clip: 30min.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="End of the clip; 5 min later if not given.")] = None,
    speed: Annotated[float, typer.Option(help="Of a clip: simulated seconds per second.")] = 30.0,
    width: Annotated[int, typer.Option(help="Of a picture or clip, in pixels.")] = 1000,
    run: Annotated[int, typer.Option(help="Which recording of a run directory is drawn, from 1.")] = 1,
    dark: Annotated[bool, typer.Option("--dark", help="Draw in dark colours.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Run agent modules from DIR without asking.")] = False,
) -> None:
    """Opens the factory in a browser, with the Mesa server; or writes a picture or a clip of it.

    Example: `robocell view quickstart`, or `robocell view DIR --export clip.gif --from 30min --to 35min`
    """
    start_s, end_s = (
        None if text is None else _seconds(option, text) for option, text in (("--from", start), ("--to", end))
    )
    try:
        if not Path(target).is_dir():  # a factory will run; a replay needs no kernels
            from ..execution.kernels import FLOOR, compile_kernels

            compile_kernels([FLOOR], note)
        if export is None:
            from ...visualization.server import serve

            serve(target, host=host, port=port, open_browser=open_browser, trust=trust)
            return
        from ...visualization.export import export as draw

        written = draw(
            target, export, start_s=start_s, end_s=end_s, speed=speed, width=width, run=run, dark=dark, trust=trust
        )
    except ModuleNotFoundError as error:  # packages of the extra only: a missing module of the user is a ScenarioError
        _refuse(f"the viewer needs {error.name}, which is not installed; install it with: pip install 'robocell[viz]'")
    print(f"wrote {written}")


def _seconds(option: str, text: str) -> float:
    from pydantic import TypeAdapter, ValidationError

    from ...environments.config.units import Duration

    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError as error:
        _refuse(f"{option}: {error.errors()[0]['msg']}")


@app.command()
def new(name: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to make.")], as_json: Json = False) -> None:
    """Writes a commented example experiment and an agent class to start from.

    Example: `robocell new my_study`
    """
    from .starter import write_starter

    files = write_starter(name)
    if as_json:
        print_json({"files": [str(file) for file in files]})
        return
    for file in files:
        print(f"wrote {file}")
    print(f"Now: robocell run {files[0]}")


def main() -> NoReturn:
    """Entry point: every error that the user can correct is one message, without a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names may contain letters that a terminal cannot show
    try:
        with OUTPUT.reserved() if "--json" in sys.argv else contextlib.nullcontext():
            code = app(standalone_mode=False)
    except RobocellError as error:
        print(f"robocell: {error}", file=sys.stderr)
        code = BAD_INPUT
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:
        code = _usage_error(error)
    if code == INTERRUPTED:
        print("robocell: interrupted; finished trials are safe, the same command continues from here", file=sys.stderr)
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # nothing is left that could be interrupted
    sys.exit(code if isinstance(code, int) else 0)


def _usage_error(error: Exception) -> int:
    """Exit code for what typer raises about the command line (its own copy of click has no public names)."""
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    message = getattr(error, "format_message", None)
    if message is None:
        raise error
    if text := message().rstrip(".?"):  # no message where the help was shown instead
        print(f"robocell: {text}; try --help", file=sys.stderr)
    return BAD_INPUT


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _refuse(text: str) -> NoReturn:
    from ..errors import ExperimentError

    raise ExperimentError(text)


def _settings(given: list[str] | None) -> dict[str, Any]:
    from ..design.config import parse_setting

    return dict(parse_setting(text) for text in given or ())


def _folder_name(config: str, name: str) -> str:
    """The file's name, or the experiment's where all files have the same name; never outside the results folder."""
    from ..plain_text import file_name

    path = Path(os.path.abspath(config))
    stem = path.name if path.is_dir() else path.stem
    return stem if stem not in ("", "experiment") else file_name(name, instead="run")


if __name__ == "__main__":
    main()
