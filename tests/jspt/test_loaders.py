"""Job-shop files: what they say becomes a factory, and what is wrong with them is said with its line."""

from __future__ import annotations

import json

import pytest

from robocell.environments.config.errors import InstanceError
from robocell.environments.factory import Factory
from robocell.environments.instances.bilge_ulusoy import read_bilge_ulusoy, read_schedules
from robocell.environments.instances.job_shop import JobShop, alternatives, read_flexible_job_shop, read_job_shop
from robocell.experiments.benchmarks.jspt import DATA, play


@pytest.fixture
def written(tmp_path):
    def write(text, name="shop.txt"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_the_standard_format_counts_machines_from_0(written):
    shop = read_job_shop(written("# ft02\n2 3\n0 5 1 4 2 7\n1 3 0 6 2 2\n"))
    assert shop.name == "shop"
    assert shop.machines == 3
    assert shop.jobs[1] == (((1, 3.0),), ((0, 6.0),), ((2, 2.0),))


def test_the_flexible_format_counts_machines_from_1_and_lists_choices(written):
    shop = read_flexible_job_shop(written("1 2 1.5\n2  1 2 7  2 1 4 2 5\n"))
    assert shop.jobs == ((((1, 7.0),), ((0, 4.0), (1, 5.0))),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"shop.txt: ends before the numbers of jobs and machines"),
        ("2 2\n0 1 1 1\n", r"shop.txt: ends before job 2"),
        ("1 2\n0 1 1\n", r"shop.txt:2: 3 numbers; a job is pairs of machine and time"),
        ("1 2\n0 one\n", r"shop.txt:2: 'one' is not a number"),
        ("1 2\n2 5\n", r"shop.txt:2: job 1 asks for machine 2 \(from 0\); there are 2"),
        ("1 2\n0.5 5\n", r"shop.txt:2: 0.5 is not a whole number"),
        ("1 2\n0 5\n1 5\n", r"shop.txt:3: goes on after 1 jobs"),
        ("0 2\n", r"shop.txt:1: begins with the numbers of jobs and machines, such as 6 6"),
        (
            "1 2\n0 -5\n",
            r"shop.txt:2: job 1 takes -5 on machine 0 \(from 0\), which is not a processing time; 0 or more is one",
        ),
        ("1 2\n0 nan\n", r"shop.txt:2: 'nan' is not a number"),
        ("1 2\ninf 5\n", r"shop.txt:2: 'inf' is not a number"),
        ("nan 2\n", r"shop.txt:1: 'nan' is not a number"),
        ("1 2\n0 1_0\n", r"shop.txt:2: '1_0' is not a number"),
        ("1 2\n0 3,5\n", r"shop.txt:2: '3,5' is not a number; write a decimal point, and blanks between numbers"),
        ("1 2\n0 1e999\n", r"shop.txt:2: inf is beyond 1e\+09, the largest supported number"),
        ("1 1e9\n0 1\n", r"shop.txt:1: 1e\+09 machines; at most 100000 fit into memory"),
        ("1e9 2\n0 1\n", r"shop.txt: ends before job 2"),
        (f"1 2\n0 {'9' * 5000}\n", r"shop.txt:2: '9{56}\.\.\. is not a number"),
        ("1 2 0 5 1 5\n", r"shop.txt:1: begins with the numbers of jobs and machines, such as 6 6"),
    ],
)
def test_a_wrong_standard_file_is_refused_with_its_line(written, text, complaint):
    with pytest.raises(InstanceError, match=complaint):
        read_job_shop(written(text))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 2\n2 1 1 5\n", r"shop.txt:2: the line ends within operation 2 of 2"),
        ("1 2\n1 1 1 5 9\n", r"shop.txt:2: 1 numbers too many after 1 operations"),
        ("1 2\n1 2 1 5 1 6\n", r"shop.txt:2: job 1 names machine 0 \(from 0\) twice in one operation"),
        ("1 2\n1 1 0 5\n", r"shop.txt:2: job 1 asks for machine -1 \(from 0\); there are 2"),
        ("1 2 1.5 1 1 1 5\n", r"shop.txt:1: begins with the numbers of jobs and machines, such as 6 6"),
        ("1 2\ninf 1 1 5\n", r"shop.txt:2: 'inf' is not a number"),
        ("1 2\n1 0\n", r"shop.txt:2: the line ends within operation 1 of 1"),
        ("1 2\n0\n", r"shop.txt:2: job 1 has no operations"),
    ],
)
def test_a_wrong_flexible_file_is_refused_with_its_line(written, text, complaint):
    with pytest.raises(InstanceError, match=complaint):
        read_flexible_job_shop(written(text))


def test_a_file_with_a_byte_order_mark_is_read_and_a_binary_file_is_refused(tmp_path):
    (tmp_path / "shop.txt").write_text("1 1\n0 5\n", encoding="utf-8-sig")
    assert read_job_shop(tmp_path / "shop.txt").jobs == ((((0, 5.0),),),)
    (tmp_path / "shop.txt").write_bytes(b"1 1\n0 \0\n")
    with pytest.raises(InstanceError, match=r"cannot be read as text \(line 2 holds a NUL byte, so it is not text\)"):
        read_job_shop(tmp_path / "shop.txt")


@pytest.mark.parametrize("separator", ["\t", ";", " ; ", "   "])
def test_a_spreadsheet_may_have_written_the_file(written, separator):
    rows = [["2", "3", ""], ["0", "5", "1", "4"], ["1", "3.5", "0", "6"], ["", "", "", ""]]
    shop = read_job_shop(written("\ufeff" + "".join(separator.join(row) + "\r\n" for row in rows)))
    assert shop.jobs == ((((0, 5.0),), ((1, 4.0),)), (((1, 3.5),), ((0, 6.0),)))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"instances": NaN}', "shop.json: not JSON: NaN is not a number"),
        ('{"instances": ' + "9" * 5000 + "}", "shop.json: not JSON: Exceeds the limit"),
        ("[" * 100_000, "shop.json: not JSON: endlessly nested lists and objects"),
        ('{"instances": {}, "instances": {}}', "shop.json: the key 'instances' is given twice; keep one"),
        ("[]", "shop.json: holds a JSON list; an object is needed"),
        ('{"instances": {"EX11": []}, "layouts": {}}', "shop.json: instance EX11: TypeError"),
    ],
    ids=lambda text: text[:20],
)
def test_json_without_usable_content_is_refused(written, text, complaint):
    with pytest.raises(InstanceError, match=complaint):
        read_bilge_ulusoy(written(text, "shop.json"))


def test_missing_files_and_files_that_are_not_json_are_refused(written, tmp_path):
    with pytest.raises(InstanceError, match=r"cannot be read as text \(FileNotFoundError\)"):
        read_job_shop(tmp_path / "none.txt")
    with pytest.raises(InstanceError, match=r"shop.json:2:1: not JSON"):
        read_bilge_ulusoy(written("{\n", "shop.json"))
    with pytest.raises(InstanceError, match="the key 'instances' is missing; present are none"):
        read_bilge_ulusoy(written("{}", "shop.json"))
    with pytest.raises(InstanceError, match="schedule EX11: KeyError at 'trips'"):
        read_schedules(written('{"EX11": {"makespan": 1}}', "shop.json"))


def test_travel_times_must_fit_the_machines(two_jobs):
    with pytest.raises(InstanceError, match="travel times are 2 x 2; depot and 2 machines need 3 x 3"):
        two_jobs.scenario(vehicles=1, travel_s=[[0, 1], [1, 0]])


def test_without_travel_times_parts_move_themselves(two_jobs):
    outcome = play(two_jobs.scenario())
    assert outcome.makespan_s == outcome.exit_s == 15.0


def test_with_one_vehicle_the_makespan_is_that_computed_by_hand(two_jobs, travel_times_s):
    # 3 s out, 5 s of work meanwhile back (6 s) and out again with job 2 (3 s), over to machine 1 (2 s), and to 2 (2 s)
    scenario = two_jobs.scenario(vehicles=1, travel_s=travel_times_s, carry_out=False)
    assert play(scenario).makespan_s == 3 + 6 + 3 + 2 + 2 + 10


def test_carrying_parts_out_takes_vehicles_too(two_jobs, travel_times_s):
    kept = play(two_jobs.scenario(vehicles=2, travel_s=travel_times_s, carry_out=False))
    carried = play(two_jobs.scenario(vehicles=2, travel_s=travel_times_s))
    assert kept.exit_s == kept.makespan_s
    assert carried.exit_s >= carried.makespan_s + 6


def test_all_82_instances_of_bilge_and_ulusoy_are_read(instances):
    assert len(instances) == 82
    assert sum(instance.travel_share > 0.25 for instance in instances.values()) == 40
    halved = instances["EX110"]
    assert halved.travel_s[0, 1] == 3.0
    assert halved.shop.jobs[0][0] == ((0, 16.0),)
    assert {"EX71", "EX74"} == {name for name, instance in instances.items() if not instance.proven}


def test_brandimarte_shops_run_with_flexible_routing():
    document = json.loads((DATA / "fjsp_brandimarte.json").read_text())["instances"]["mk01"]
    shop = JobShop("mk01", document["machines"], alternatives(document["operations"]))
    factory = Factory(shop.scenario(negotiation={"mechanism": "what_if", "look_ahead": "start"}))
    log = factory.run()
    assert document["best_known"] <= log.events["time_s"].max() <= 1.25 * document["best_known"]
