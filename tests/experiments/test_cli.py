"""The command: the same words everywhere, one line for every mistake, exit codes that scripts can trust."""

import contextlib
import inspect
import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
import yaml
from fakes import line
from test_executors import wait_until

from robocell.experiments.command import cli
from robocell.experiments.command.bench_commands import BENCHMARKS

CELL = """\
  layout: {art: "I...O\\n.....\\n..S..\\n.PPP.\\n.....", legend: {I: source, O: sink, S: cell}}
  stations: {cell: {operations: {work: {distribution: exponential, mean: 60s}}, input_capacity: 4, output_capacity: 4}}
  fleet: {agvs: {count: 1, load: 5s, unload: 5s}}
  products: {part: {routing: [work]}}
  orders: {kind: poisson, rate: 40/h}
  horizon: 20min
  record: {trace: true}
"""
STUDY = f"""\
name: small study
scenario:
{CELL}
sweep:
  grid: {{fleet.agvs.count: [1, 2], negotiation.mechanism: [contract_net, nearest]}}
replications: 2
"""


@dataclass
class Said:
    """What a call of the command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def robocell(*arguments: object, cwd: Path | None = None) -> Said:
    """The command, in this process: its imports are paid once for all tests."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["robocell", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    return Said(int(str(ended.value.code)), out.getvalue(), err.getvalue())


def process(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robocell.experiments.command.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Path:
    """The folder of a finished run of four cases with two replications."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.yaml").write_text(STUDY)
    ran = robocell("run", "study.yaml", "-o", "out", "--executor", "serial", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    (folder / "printed.txt").write_text(ran.stdout)
    return folder


def test_help_is_shown_at_once():
    cpu_s = []
    for _ in range(3):
        before = os.times()
        assert process("--help").returncode == 0
        after = os.times()
        cpu_s.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(cpu_s) < 0.5


@pytest.mark.parametrize("verb", ["run", "validate", "check", "report", "compare", "view", "bench", "new", "warm"])
def test_every_verb_has_help_with_an_example(verb):
    assert re.search(rf"^│ {verb} ", robocell("--help").stdout, re.M)
    assert f"Example: robocell {verb}" in robocell(verb, "--help").stdout.replace("`", "")


def test_help_alone_is_not_an_error():
    for words in ([], ["bench"]):
        shown = robocell(*words)
        assert "Usage: " in shown.stdout
        assert shown.stderr == ""


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_shows_the_options_that_it_accepts(name):
    shown = robocell("bench", name, "--help").stdout
    benchmark = import_module(f"robocell.experiments.benchmarks.{name}")
    for parameter in inspect.signature(benchmark.run).parameters.values():
        option = f"--{parameter.name.replace('_', '-')}" if parameter.kind is parameter.KEYWORD_ONLY else "Arguments"
        assert option in shown


def test_a_run_prints_the_answer_the_table_and_the_path_of_the_report(done):
    printed = (done / "printed.txt").read_text().splitlines()
    assert printed[0].startswith("With contract_net, ")
    assert any(re.match(r"count=2 mechanism=nearest +2 +\d+", row) for row in printed)
    assert printed[-1] == "Report: out/report.html"


def test_a_run_directory_is_complete_and_readable_without_robocell(done):
    out = done / "out"
    assert {entry.name for entry in out.iterdir() if not entry.name.startswith(".")} == {
        "experiment.yaml", "provenance.json", "trials", "logs", "summary.csv", "figures", "report.html",
    }  # fmt: skip
    assert yaml.safe_load((out / "experiment.yaml").read_text())["replications"] == 2
    origin = json.loads((out / "provenance.json").read_text())
    assert origin["versions"]["robocell"]
    assert (origin["executor"], origin["workers"]) == ("serial", 1)
    assert (
        (out / "summary.csv")
        .read_text()
        .startswith("case,label,fleet.agvs.count,negotiation.mechanism,metric,n,mean,low,high,sd,skew\n")
    )
    assert {path.suffix for path in (out / "figures").iterdir()} == {".png", ".svg"}
    assert len(list((out / "logs").iterdir())) == 4


def test_a_second_run_runs_nothing_and_json_says_so(done):
    again = robocell("run", "study.yaml", "-o", "out", "--json", cwd=done)
    told = json.loads(again.stdout)
    assert (told["trials"], told["ran"], told["reused"], told["failed"]) == (8, 0, 8, 0)
    assert len(told["cases"]) == 4
    assert again.stderr == ""


def test_the_real_factory_gives_the_same_bytes_on_processes(done):
    ran = process("run", "study.yaml", "-o", "pool", "--executor", "processes", "--workers", "2", cwd=done)
    assert ran.returncode == 0, ran.stderr
    for name in ("trials/trials.parquet", "summary.csv", "figures/throughput.png", "figures/throughput.svg"):
        assert (done / "pool" / name).read_bytes() == (done / "out" / name).read_bytes(), name
    for log in (done / "out" / "logs").iterdir():
        assert (done / "pool" / "logs" / log.name).read_bytes() == log.read_bytes()


def test_the_resolved_experiment_runs_again_to_the_same_bytes(done):
    ran = robocell("run", "out/experiment.yaml", "-o", "again", "--executor", "serial", cwd=done)
    assert ran.returncode == 0, ran.stderr
    again, before = (done / folder / "trials/trials.parquet" for folder in ("again", "out"))
    assert again.read_bytes() == before.read_bytes()


def test_check_verifies_the_kept_logs_and_finds_a_forged_one(done, tmp_path):
    checked = robocell("check", "out", cwd=done)
    assert (checked.returncode, checked.stdout) == (0, "4 logs checked: every rule held\n")
    forged = tmp_path / "forged"
    subprocess.run(["cp", "-r", str(done / "out"), str(forged)], check=True)
    from robocell.environments.log import Event, EventLog

    path = min((forged / "logs").iterdir())
    log = EventLog.load(path)
    log.events["kind"][log.events["kind"] == Event.UNLOADED] = Event.FINISHED
    log.save(path)
    caught = robocell("check", forged, "--json")
    assert caught.returncode == 1
    assert json.loads(caught.stdout)["violations"][0]["trial"] == path.stem


def test_compare_prints_paired_differences(done):
    table = json.loads(robocell("compare", "out", "count=1", "count=2", "--json", cwd=done).stdout)
    rows = {row["metric"]: row for row in table["metrics"]}
    assert rows["throughput_per_h"]["n"] == 2, "two replications, each of them averaged over two mechanisms"
    assert rows["throughput_per_h"]["settings"] == 2
    assert rows["flow_time_mean_s"]["difference"] < 0
    settings = [row["setting"] for row in table["each"] if row["metric"] == "wip_mean"]
    assert settings == ["mechanism=contract_net", "mechanism=nearest"]
    shown = robocell("compare", "out", "count=1", "count=2", "--metric", "wip_mean", cwd=done).stdout
    assert "averaged within each replication" in shown
    assert "wip_mean" in shown
    assert "throughput" not in shown


def test_report_makes_everything_again_from_the_journal(done, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(done / "out"), str(copy)], check=True)
    for name in ("report.html", "summary.csv", "trials/trials.parquet"):
        (copy / name).unlink()
    assert robocell("report", copy).stdout == f"Report: {copy}/report.html\n"
    for name in ("summary.csv", "trials/trials.parquet"):
        assert (copy / name).read_bytes() == (done / "out" / name).read_bytes()


def test_validate_says_what_would_run(done):
    assert robocell("validate", "study.yaml", "--set", "replications=5", cwd=done).stdout == (
        "study.yaml is valid: small study\n"
        "  4 cases over fleet.agvs.count, negotiation.mechanism, 5 replications: 20 trials\n"
        "  1, 2 AGVs, 1 station, 0 robots, up to 1200 ticks a trial\n"
    )


def test_new_writes_an_experiment_that_runs_with_a_custom_agent(tmp_path):
    assert robocell("new", "mine", cwd=tmp_path).returncode == 0
    small = ("--set", "replications=1", "--set", "horizon=40min", "--set", "sweep.grid.fleet.agvs.count=[2]")
    where = ("--executor", "processes", "--workers", "1")
    ran = process("run", "mine/experiment.yaml", "-o", "out", *small, *where, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out" / "modules" / "my_agv.py").exists()
    (tmp_path / "mine" / "my_agv.py").unlink()
    again = process("run", "out/experiment.yaml", "-o", "again", "--executor", "serial", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert robocell("new", "mine", cwd=tmp_path).stderr == "robocell: mine: exists already; choose a new folder\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "studdy.yaml"], 'studdy.yaml: there is no such file; did you mean "study.yaml"?'),
        (["run", "quckstart"], 'quckstart: there is no such file; did you mean "quickstart"?'),
        (["run", "study.yaml", "--executor", "slurm"], "--executor slurm: choose one of auto, serial, processes, ray"),
        (["run", "study.yaml", "--set", "fleet.agvs.cout=3"], "--set fleet.agvs.cout: fleet.agvs has no key 'cout'; "),
        (["run", "study.yaml", "--workers", "0"], "Invalid value for '--workers': "),
        (["run", "study.yaml", "--wrokers", "2"], "No such option: --wrokers"),
        (["run"], "Missing argument 'CONFIG'; try --help"),
        (["report", "."], ".: is not the folder of a run; make one with `robocell run CONFIG -o DIR`"),
        (["compare", "out", "count=1", "count=9"], "'count=9' fits no case; fleet.agvs.count is one of 1, 2"),
        (["compare", "out", "count=1", "count=2", "--metric", "wip"], "--metric wip: this run has no such KPI"),
        (["bench", "moton"], "No such command 'moton'. Did you mean 'motion'; try --help"),
        (["bench", "motion", "--quik"], "No such option: --quik (Possible options: --quick); try --help"),
        (["bench", "motion", "--seed", "x"], "Invalid value for '--seed': "),
    ],
)  # fmt: skip
def test_a_user_error_is_one_line_with_exit_code_2(done, arguments, said):
    told = robocell(*arguments, cwd=done)
    assert told.returncode == 2
    assert told.stderr.startswith("robocell: " + said)
    assert told.stderr.count("\n") == 1
    assert told.stdout == ""


def test_failed_trials_are_reported_with_exit_code_1(tmp_path):
    (tmp_path / "odd.py").write_text(
        "from robocell.agents import Station\n\n\nclass Odd(Station):\n"
        "    def bid(self, call):\n        raise RuntimeError('no idea')\n"
    )
    (tmp_path / "study.yaml").write_text(STUDY.replace("cell: {op", "cell: {class: odd:Odd, op"))
    ran = robocell("run", "study.yaml", "-o", "out", "--executor", "serial", cwd=tmp_path)
    assert ran.returncode == 1
    assert "failed: RuntimeError: no idea" in ran.stderr
    assert "8 trials failed; see the report, or run again with --retry-failed" in ran.stdout
    report = (tmp_path / "out" / "report.html").read_text()
    assert "Failed trials (8)" in report
    assert "RuntimeError: no idea" in report


@pytest.mark.parametrize("blow", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM])
def test_an_interrupted_run_says_that_it_can_be_continued(tmp_path, blow):
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({"scenario": line() | {"horizon": "1d"}, "replications": 2000}))
    command = [
        sys.executable,
        "-m",
        "robocell.experiments.command.cli",
        "run",
        "study.yaml",
        "-o",
        "out",
        "--executor",
        "serial",
    ]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    journal = tmp_path / "out" / "trials" / "journal.jsonl"
    wait_until(lambda: journal.exists() and journal.stat().st_size > 0, timeout_s=60)
    running.send_signal(blow)
    _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert told.splitlines()[-1] == (
        "robocell: interrupted; finished trials are safe, the same command continues from here"
    )


def test_the_report_is_self_contained(done):
    report = (done / "out" / "report.html").read_text()
    assert not re.findall(r"""(?:src|href|url|@import)\s*[=(]?\s*["']?(?:https?:)?//""", report)
    assert "<link" not in report
    assert "Throughput against fleet size" in report
    assert "means of n = 2 replications; bands and bars are 95 % skew intervals" in report
    assert "whiskers are the 95 % skew interval of the share loaded" in report
    assert "Difference from contract_net under common random numbers, averaged over 2 cases of each" in report
    assert report.count("<td>nearest</td><td>throughput</td>") == 1
    assert 'fill="var(--place-station)"' in report
    ids = re.findall(r' id="([^"]+)"', report)
    assert len(ids) == len(set(ids)), "drawings do not share ids"


def test_a_label_is_text_and_never_markup(tmp_path):
    evil = "<script>alert(1)</script>"
    study = STUDY.replace("small study", f"'{evil}'").replace("sweep:", f"sweep:\n  cases: [{{name: '{evil}'}}]")
    (tmp_path / "study.yaml").write_text(study)
    options = ("--executor", "serial", "--set", "outputs.figures=false")
    assert robocell("run", "study.yaml", "-o", "out", *options, cwd=tmp_path).returncode == 0
    report = (tmp_path / "out" / "report.html").read_text()
    assert evil not in report
    assert "&lt;script&gt;" in report


CROSSING = """\
scenario:
  transport: {kind: instant}
  stations:
    lathe: {operations: {turn: 30s}, input_capacity: 1, output_capacity: 1}
    mill: {operations: {mill: 30s}, input_capacity: 1, output_capacity: 1}
  products: {part: {routing: [turn, mill, turn]}}
  orders: {kind: conwip, wip: 8}
  horizon: 30min
"""


def test_validate_warns_of_parts_that_may_jam(tmp_path):
    (tmp_path / "crossing.yaml").write_text(CROSSING)
    said = (
        "arts may jam: lathe -> mill -> lathe is a circle of finite buffers, and 6 parts can fill it and block each "
        "other forever; add a storage, leave out an output_capacity, or keep fewer parts in process (conwip)."
    )
    assert robocell("validate", "crossing.yaml", cwd=tmp_path).stdout.splitlines()[-1] == f"  P{said}"
    facts = json.loads(robocell("validate", "crossing.yaml", "--json", cwd=tmp_path).stdout)
    assert [(row["case"], row["stations"], row["parts"]) for row in facts["jam_risks"]] == [
        ("as given", ["lathe", "mill"], 6)
    ]
    (tmp_path / "crossing.yaml").write_text(CROSSING + "sweep: {grid: {orders.wip: [4, 5, 6, 7]}}\n")
    assert robocell("validate", "crossing.yaml", cwd=tmp_path).stdout.splitlines()[-1] == f"  In 2 of 4 cases p{said}"


LATE = """\
scenario:
  transport: {kind: instant}
  stations: {cell: {operations: {work: 1s}}}
  products: {part: {routing: [work]}}
  orders: {kind: csv, file: orders.csv}
  horizon: 30min
"""
ORDERS = "at,product,id\n1h,part,d\n0s,part,a\n30min,part,b\n31min,part,c\n2h,part,e\n"


def late_in(said: Said) -> list[dict]:
    return json.loads(said.stdout)["orders_after_horizon"]


@pytest.mark.parametrize("kind", ["csv", "list"])
def test_orders_after_the_horizon_are_counted_by_validate_run_and_report(tmp_path, kind):
    (tmp_path / "orders.csv").write_text(ORDERS)
    config = yaml.safe_load(LATE) | {"outputs": {"figures": False}}
    if kind == "list":
        rows = [dict(zip(("at", "product", "id"), row.split(","), strict=True)) for row in ORDERS.split()[1:]]
        config["scenario"]["orders"] = {"kind": "list", "orders": rows}
    (tmp_path / "late.yaml").write_text(yaml.safe_dump(config))
    said = "3 of 5 orders come after the horizon, and are never released; lengthen the horizon, or leave them out."
    counted = [{"case": "as given", "orders": 3, "of": 5}]
    assert robocell("validate", "late.yaml", cwd=tmp_path).stdout.splitlines()[-1] == f"  {said}"
    assert late_in(robocell("validate", "late.yaml", "--json", cwd=tmp_path)) == counted
    ran = robocell("run", "late.yaml", "-o", "out", cwd=tmp_path)
    assert said in ran.stdout.splitlines()
    assert said in (tmp_path / "out" / "report.html").read_text()
    assert late_in(robocell("run", "late.yaml", "-o", "out", "--json", cwd=tmp_path)) == counted
    summary = (tmp_path / "out" / "summary.csv").read_text()
    assert re.search(r"^0,as given,released,1,2\.0,", summary, re.M), "those at 0 and at the horizon itself"


def test_a_sweep_of_the_horizon_says_in_which_cases_orders_come_too_late(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    sweep = "sweep: {grid: {horizon: [10min, 30min, 45min, 1h, 3h]}}\n"
    (tmp_path / "late.yaml").write_text(LATE + sweep)
    assert robocell("validate", "late.yaml", cwd=tmp_path).stdout.splitlines()[-1] == (
        "  Orders come after the horizon, and are never released: 4 of 5 in case horizon=10min, 3 of 5 in case "
        "horizon=30min, 2 of 5 in case horizon=45min, and some in 1 more; lengthen the horizon, or leave them out."
    )
    rows = late_in(robocell("validate", "late.yaml", "--json", cwd=tmp_path))
    assert [(row["case"], row["orders"]) for row in rows] == [
        ("horizon=10min", 4), ("horizon=30min", 3), ("horizon=45min", 2), ("horizon=1h", 1),
    ]  # fmt: skip
    limited = late_in(robocell("validate", "late.yaml", "--set", "orders.limit=2", "--json", cwd=tmp_path))
    assert limited == [{"case": "horizon=10min", "orders": 1, "of": 2}], "what the limit leaves out is not asked for"
    in_time = robocell("validate", "late.yaml", "--set", "sweep={}", "--set", "horizon=3h", "--json", cwd=tmp_path)
    assert late_in(in_time) == []


PLAIN_LETTERS = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
NAMES = """
name: größe
transport: {kind: instant}
stations: {fräse: {operations: {fräsen: 10s}}}
products: {rött: {routing: [fräsen]}}
orders: {kind: poisson, rate: 60/h}
horizon: 10min
"""


@pytest.mark.parametrize(
    "commands",
    [
        [("validate", "größe.yaml")],
        pytest.param(
            [("run", "größe.yaml", "-o", "out", "--executor", "serial"), ("report", "out")], marks=pytest.mark.slow
        ),
    ],
    ids=["validate", "run and report"],
)
def test_names_may_have_any_letters_where_the_terminal_has_few(tmp_path, commands):
    (tmp_path / "größe.yaml").write_text(NAMES, encoding="utf-8")
    for arguments in commands:
        command = [sys.executable, "-m", "robocell.experiments.command.cli", *arguments]
        done = subprocess.run(command, env=os.environ | PLAIN_LETTERS, capture_output=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        assert done.stdout
        assert b"Traceback" not in done.stderr


RACKS = """\
scenario:
  layout:
    size: [9, 12]
    docks: {source: [[0, 0]], sink: [[0, 11]], cell: [[8, 5]]}
    blocks: [{rack: R, rows: 2, columns: 4, at: [1, 4], aisle: 1, one_way: true}]
  fleet: {agvs: {count: 1}}
  stations: {cell: {operations: {work: 1s}}}
  products: {part: {routing: [work]}}
  orders: {kind: conwip, wip: 1}
  horizon: 30min
"""


def test_validate_prints_the_floor_with_its_blocks_and_legend(tmp_path):
    (tmp_path / "racks.yaml").write_text(RACKS)
    said = robocell("validate", "racks.yaml", "--show-layout", cwd=tmp_path).stdout.splitlines()
    first = said.index("floor: 9 rows of 12 cells of 1 m, 3 docks, 8 rack locations")
    assert said[first + 1 : first + 6] == [
        "  0         10",
        "0 S..........s",
        "1 ....####....",
        "2 ....RRRR....",
        "3 ....→→→→....",
    ]
    assert {"R R/1/1 … R/2/4", "S source", "s sink", "C cell"} <= set(said[first:])
    (floor,) = json.loads(robocell("validate", "racks.yaml", "--show-layout", "--json", cwd=tmp_path).stdout)["floors"]
    assert (floor["rows"], floor["columns"], floor["racks"], floor["origin"]) == (9, 12, 8, None)
    assert floor["art"][1] == "....####...."


def test_validate_prints_each_floor_of_a_sweep_once(tmp_path):
    sweep = "sweep: {grid: {layout.size: [[9, 12], [9, 13]], fleet.agvs.count: [1, 2]}}\n"
    (tmp_path / "racks.yaml").write_text(RACKS + sweep)
    said = robocell("validate", "racks.yaml", "--show-layout", cwd=tmp_path).stdout.splitlines()
    assert len([line for line in said if line.startswith("floor of size=")]) == 2


def test_validate_prints_the_floor_that_it_refuses(tmp_path):
    (tmp_path / "racks.yaml").write_text(RACKS.replace("at: [1, 4]", "at: [1, 0]").replace("4, at", "12, at"))
    said = robocell("validate", "racks.yaml", "--show-layout", cwd=tmp_path)
    assert said.returncode == 2
    assert "3 →→→→→→→→→→→→" in said.stdout.splitlines()
    assert "the dock of 'R/1/1' at row 2, column 0" in said.stderr
    assert robocell("validate", "racks.yaml", cwd=tmp_path).stdout == ""
    (tmp_path / "racks.yaml").write_text(RACKS.replace("size: [9, 12]", "size: [9]"))
    assert robocell("validate", "racks.yaml", "--show-layout", cwd=tmp_path).stdout == ""
