"""What trials print is kept with them; --json is one object; Ctrl-C is told in one line."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from fakes import line, named_trial, study
from test_cli import robocell
from test_executors import by_replication, trials

from robocell.experiments.execution import captured_output as printing
from robocell.experiments.execution.captured_output import captured
from robocell.experiments.execution.executors import start_executor
from robocell.experiments.runner import run


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_output_of_a_trial_is_returned_with_its_result_and_not_shown_on_the_terminal(executor, capfd):
    from fakes import fake_trial

    asked = trials(3, behave="print", at=[1])
    with start_executor(executor, fake_trial, workers=1) as running:
        said = [result.printed for result in by_replication(running.run(asked), asked)]
    assert said == ["", "bidding\na warning\n", ""]
    assert capfd.readouterr() == ("", "")


def test_output_of_a_trial_is_kept_beside_its_log(tmp_path):
    run(study(behave="print", at=[2]), tmp_path, function=named_trial, executor="serial")
    kept = sorted((tmp_path / "logs").iterdir())
    assert [path.suffix for path in kept] == [".txt"] * 3
    assert {path.read_text() for path in kept} == {"bidding\na warning\n"}


def test_output_of_c_code_and_child_processes_is_captured_and_an_excess_is_counted(monkeypatch, capfd):
    monkeypatch.setattr(printing, "LONGEST", 12)
    with captured(whole_process=True) as said:
        os.write(1, b"from C\n")
        subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
    assert said.text == "from C\na chi\n… and 3 more\n"
    with captured(whole_process=False) as said:
        print("x" * 20)
    assert said.text == "x" * 12 + "\n… and 9 more\n"
    assert capfd.readouterr() == ("", "")


def test_a_debugger_uses_the_terminal(capsys):
    before = sys.gettrace()
    with captured(whole_process=False) as said:
        sys.settrace(lambda *_: None)
        print("(Pdb)")
        sys.settrace(before)
        print("bidding")
    assert said.text == "bidding\n"
    assert capsys.readouterr().out == "(Pdb)\n"


NOISY = """\
print("imported")
from robocell.agents import Station


class Noisy(Station):
    def bid(self, call):
        print("bidding")
        return super().bid(call)
"""


def test_json_stays_one_object_when_classes_of_the_user_print(tmp_path):
    (tmp_path / "noisy_cell.py").write_text(NOISY)
    scenario = line() | {"stations": {"cell": {"operations": {"work": "10s"}, "class": "noisy_cell:Noisy"}}}
    config = {"scenario": scenario | {"horizon": "3min"}, "replications": 2, "outputs": {"figures": False}}
    config["sweep"] = {"grid": {"stations.cell.machines": [1, 2]}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(config))
    for arguments in (
        ["validate", "study.yaml"],
        ["run", "study.yaml", "-o", "out", "--executor", "serial"],
        ["check", "out"],
        ["report", "out"],
        ["compare", "out", "machines=1", "machines=2"],
    ):
        sys.modules.pop("noisy_cell", None)
        said = robocell(*arguments, "--json", cwd=tmp_path)
        assert isinstance(json.loads(said.stdout), dict), arguments
    texts = [path.read_text() for path in (tmp_path / "out" / "logs").glob("*.txt")]
    assert len(texts) == 4
    assert all("bidding\n" in text for text in texts)
    assert sum("imported\n" in text for text in texts) == 1


LOUD = """\
import os, sys
from robocell.experiments.command import cli
def audit(directory):
    print("python")
    os.write(1, b"C\\n")
    return {}
import robocell.experiments.results.audit
robocell.experiments.results.audit.audit = audit
cli.main()
"""


def test_standard_output_of_the_process_is_kept_for_json(tmp_path):
    command = [sys.executable, "-c", LOUD, "check", str(tmp_path), "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(said.stdout) == {"logs": 0, "violations": []}
    assert sorted(said.stderr.split()) == ["C", "python"]


def test_ctrl_c_while_a_pool_starts_is_reported_in_one_line(tmp_path):
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({"scenario": line() | {"horizon": "5d"}, "replications": 500}))
    command = [sys.executable, "-m", "robocell.experiments.command.cli", "run", "study.yaml", "--executor", "processes"]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("500 of 500 trials to run on ")
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1.0)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(30) == 130
        told = running.stderr.read()
    assert told == "robocell: interrupted; finished trials are safe, the same command continues from here\n"


@pytest.mark.parametrize("name", ["a: b", "#1", "two\nlines", "$(x) {y}", "null"])
def test_new_accepts_every_folder_name(tmp_path, name):
    assert robocell("new", Path(name), cwd=tmp_path).returncode == 0
    text = (tmp_path / name / "experiment.yaml").read_text()
    assert yaml.safe_load(text)["name"] == " ".join(name.split())
    assert next(line for line in text.splitlines() if not line.startswith("# ")).startswith("name: ")


LATE = """\
import atexit, sys, time
atexit.register(lambda: (print("closing", flush=True), time.sleep(1)))
sys.argv[1:] = ["--version"]
from robocell.experiments.command import cli
cli.main()
"""


def test_ctrl_c_after_the_last_trial_changes_nothing():
    with subprocess.Popen([sys.executable, "-c", LATE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        while running.stdout.readline() != b"closing\n":
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
        assert running.stderr.read() == b""
