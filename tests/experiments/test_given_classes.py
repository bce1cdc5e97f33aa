"""Classes of a program, a notebook or a function are handed over as objects, and run on every executor."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from robocell import AGV, Experiment, Station, run
from robocell.agents.negotiation.mechanism import BestOffer
from robocell.agents.shop.job import Job
from robocell.environments.config.errors import ScenarioError
from robocell.experiments import ExperimentError, load
from robocell.experiments.design.fingerprint import fingerprint

from ..daily import daily
from .test_cli import robocell

SHORT = {"horizon": "40min", "warm_up": "0s", "replications": 2, "outputs.figures": False, "outputs.report": False}
QUICK = SHORT | {"horizon": "10min", "executor": "serial"}  # too short for any part to leave
LONGER = QUICK | {"horizon": "40min"}
PROGRAM = """
import sys
from robocell import AGV, Experiment, run

CHOOSY = {choosy}

def dearer(offer):
    if hasattr(offer, "cost"):
        offer.cost *= CHOOSY
    return offer

class Choosy(AGV):
    def bid(self, call):
        return dearer(super().bid(call)) if self.name != "agv_1" else super().bid(call)

def main():
    done = run(
        Experiment.load("phone_line", {settings}),
        sys.argv[1], agent_classes={{"agv": Choosy}}, executor=sys.argv[2], workers=2,
    )
    print(done.ran, done.reused, done.failed, done.results.trials["throughput_per_h"].tolist())
"""
UNGUARDED = PROGRAM + "\nmain()\n"
GUARDED = PROGRAM + '\nif __name__ == "__main__":\n    main()\n'


def cells(program: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program that comes on the standard input: as the cells of a notebook, it has no file that can be run."""
    return _ran(program, "-", *arguments, cwd=cwd)


def script(program: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program from a file."""
    (cwd / "study.py").write_text(program)
    return _ran("", "study.py", *arguments, cwd=cwd)


def _ran(stdin: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, text=True, timeout=200, check=False)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the program, given as cells, has run in its own process; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("cells")
    ran = cells(UNGUARDED.format(settings=SHORT, choosy=50), "out", "serial", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    (folder / "said.txt").write_text(ran.stdout)
    return folder


@pytest.fixture(scope="module")
def made(notebook: Path) -> str:
    """What it said."""
    return (notebook / "said.txt").read_text()


def test_a_class_defined_in_a_notebook_is_used(made: str, tmp_path: Path) -> None:
    usual = run(Experiment.load("phone_line", SHORT), tmp_path)
    assert made.startswith("2 0 0 [")
    assert str(usual.results.trials["throughput_per_h"].tolist()) not in made


@pytest.mark.parametrize("executor", daily("processes", "ray", of=["serial", "processes", "ray"]))
def test_a_class_of_a_script_runs_on_every_executor_with_the_same_results(
    executor: str, made: str, tmp_path: Path
) -> None:
    ran = script(GUARDED.format(settings=SHORT, choosy=50), "out", executor, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == made


def test_a_program_on_the_standard_input_has_no_file_that_workers_could_run(made: str, tmp_path: Path) -> None:
    ran = cells(UNGUARDED.format(settings=SHORT, choosy=50), "out", "processes", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == made


def test_a_restarted_notebook_reruns_only_a_changed_class(notebook: Path, tmp_path: Path) -> None:
    shutil.copytree(notebook, tmp_path, dirs_exist_ok=True)
    programs = [UNGUARDED.format(settings=SHORT, choosy=choosy) for choosy in (50, 3)]
    said = [cells(program, "out", "serial", cwd=tmp_path).stdout[:5] for program in programs]
    assert said == ["0 2 0", "2 0 0"]


@pytest.mark.slow  # every day without classes of its own, in test_executors
def test_a_script_without_a_main_guard_gets_the_remedy(tmp_path: Path) -> None:
    ran = script(UNGUARDED.format(settings=SHORT, choosy=2), "out", "processes", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].endswith('put the call below `if __name__ == "__main__":`')
    assert ran.stderr.count("Traceback") == 1, "one error, not a cascade"


def patient(rest_s: float) -> type[AGV]:
    class Patient(AGV):
        """Asks more than others."""

        def bid(self, call):
            offer = super().bid(call)
            if hasattr(offer, "cost"):
                offer.cost += rest_s
            return offer

    return Patient


class Marked(Job):
    """A part of one's own."""


def test_settings_and_sweeps_hold_classes(tmp_path: Path) -> None:
    cheap, dear = patient(0.0), patient(500.0)
    dear.__name__ = "Dear"
    swept = Experiment.load("phone_line", LONGER | {"sweep.grid.fleet.agvs.class": [cheap, dear, AGV]})
    assert [case.label for case in swept.cases] == ["class=Patient", "class=Dear", "class=robocell.agents.shop.agv:AGV"]
    outcome = run(swept, tmp_path)
    assert (outcome.ran, outcome.failed) == (6, 0)
    trials = outcome.results.trials
    made = [trials.loc[trials["case"] == case, "throughput_per_h"].tolist() for case in (0, 2)]
    assert made[0] == made[1], "the first changes nothing"
    assert sum(made[0]) > 0


def test_mechanisms_and_job_classes_are_accepted_too(tmp_path: Path) -> None:
    class MyRule(BestOffer):
        """The best offer, under a name of its own."""

    experiment = Experiment.load("phone_line", LONGER | {"negotiation.mechanism": MyRule})
    mine = run(experiment, tmp_path / "mine", agent_classes={"job": Marked}).results.trials
    usual = run(Experiment.load("phone_line", LONGER), tmp_path / "usual").results.trials
    assert mine["throughput_per_h"].tolist() == usual["throughput_per_h"].tolist()
    assert mine["throughput_per_h"].sum() > 0
    assert "__main__:MyRule" in (tmp_path / "mine" / "experiment.yaml").read_text()


def test_a_class_of_a_module_travels_as_modules_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_agents_of_a_module.py").write_text("from robocell import AGV\nclass Mine(AGV): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import my_agents_of_a_module  # pyright: ignore[reportMissingImports]

    experiment = Experiment.load("phone_line", QUICK | {"fleet.agvs.class": my_agents_of_a_module.Mine})
    assert not experiment.given
    assert run(experiment, tmp_path / "out", executor="processes", workers=1).failed == 0
    assert (tmp_path / "out" / "modules" / "my_agents_of_a_module.py").is_file()


def test_a_run_with_classes_of_a_program_is_read_by_all_and_run_again_by_the_program_alone(
    notebook: Path, tmp_path: Path
) -> None:
    assert len(load(notebook / "out").trials) == 2
    told = robocell("run", notebook / "out", "-o", tmp_path / "new")
    assert told.returncode != 0
    assert "known only to the program that gave it; run that program" in told.stderr


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        ({"agvs": AGV}, "agvs: unknown key; allowed: agv, station"),
        ({"agv": Station}, "must be a subclass of robocell.agents.AGV"),
        ({"agv": AGV.bid}, "agent_classes.agv"),
    ],
)
def test_a_class_that_cannot_be_used_is_refused_before_the_run(classes, problem: str, tmp_path: Path) -> None:
    with pytest.raises((ExperimentError, ScenarioError), match=problem):
        run(Experiment.load("phone_line", QUICK), tmp_path, agent_classes=classes)


LATER = """
from robocell.experiments.design.fingerprint import fingerprint

def made():
    usual = Experiment.load("phone_line", {settings})
    done = run(usual, "out", agent_classes={{"agv": Choosy}}, executor="serial")
    return done.ran, done.results.trials["throughput_per_h"].tolist()

ran, first = made()
CHOOSY = 1.0
assert Choosy.bid.__globals__ is globals(), "a run leaves the class of the program alone"
ran, second = made()
assert ran == 2 and first != second, (ran, first, second)
CHOOSY = {choosy}
experiment = Experiment.load("phone_line", {settings} | {{"fleet.agvs.class": Choosy}})
CHOOSY = 1.0
done = run(experiment, "new", executor="serial")
assert done.results.trials["throughput_per_h"].tolist() == first, "as it was when the experiment was made"
print("fine")
"""


def test_a_constant_that_is_changed_later_counts(tmp_path: Path) -> None:
    ran = cells((PROGRAM + LATER).format(settings=SHORT, choosy=50), cwd=tmp_path)
    assert ran.stdout == "fine\n", ran.stderr


class Tagged(Job):
    """Is looked for by `Picky`."""


class Picky(AGV):
    """Carries parts of one class alone."""

    def bid(self, call):
        assert isinstance(call.task.job, Tagged)
        return super().bid(call)


def test_classes_that_name_each_other_stay_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cls in (Tagged, Picky):
        monkeypatch.setattr(cls, "__module__", "__main__")
    classes = {"agv": Picky, "job": Tagged}
    with monkeypatch.context() as main:
        main.setattr(Picky.bid, "__module__", "__main__")
        outcome = run(Experiment.load("phone_line", QUICK), tmp_path, agent_classes=classes, executor="processes")
    assert (outcome.ran, outcome.failed) == (2, 0)


def test_a_class_that_cannot_be_sent_is_refused_when_the_experiment_is_made() -> None:
    class Locked(AGV):
        lock = threading.Lock()

    with pytest.raises(ExperimentError, match=r"class Locked cannot be sent to workers \(cannot pickle.*in a method"):
        Experiment.load("phone_line", {"fleet.agvs.class": Locked})


def test_a_class_whose_module_cannot_be_imported_travels_by_value(tmp_path: Path) -> None:
    loose = type("Loose", (AGV,), {"__module__": "of_no_file"})
    assert "__main__:Loose" in Experiment.load("phone_line", {"fleet.agvs.class": loose}).given


def test_two_classes_of_one_name_are_refused() -> None:
    with pytest.raises(ExperimentError, match="two classes are called Patient"):
        Experiment.load("phone_line", {"sweep.grid.fleet.agvs.class": [patient(1), patient(2)]})


def test_the_fingerprint_tells_what_a_class_does() -> None:
    assert fingerprint(patient(1.0)) == fingerprint(patient(1.0))
    assert fingerprint(patient(1.0)) != fingerprint(patient(2.0)), "what the function was called with counts"
    assert fingerprint(patient(1.0)) != fingerprint(AGV)
    one, other = (type("Rested", (AGV,), {"rest_s": rest_s}) for rest_s in (1, 2))
    assert fingerprint(one) != fingerprint(other)
