"""The parts of a load, without locust: options, limits, plans, consistency, and what is made of workers' reports."""

import importlib.util
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from fixtures.mock.faults import FAULTS
from fixtures.mock.variations import VARIATIONS
from reports.fidelity import compare, fidelity_lines
from reports.html.page import render_html
from reports.load import MOST_MOMENTS, LoadFindings
from reports.model import Load
from reports.summary import render_summary
from reports.terminal import report_lines
from reports.wording import describe_ends
from spec.codes import WRONG_USAGE
from spec.usage import WrongUsage
from suites.load.budget import FILES, LEASE, REQUESTS, Allowance, Grant, Grants, NothingLeft
from suites.load.consistency import BETWEEN_USERS, GET_FINDS, LIST_SHOWS, ONE_USER, Consistency
from suites.load.creates import Creates
from suites.load.ends import Ends
from suites.load.figures import Figures
from suites.load.limits import REQUESTS as LIMITED
from suites.load.limits import UPLOADS
from suites.load.options import OPTIONS, LoadOptions, load_options, settings_for
from suites.load.plan import (
    CPU_OF_EXCHANGE,
    MARGIN,
    MEMORY_OF_PROCESS,
    MEMORY_OF_USER,
    SECONDS_OF_ANSWER,
    SHARE_OF_CORE,
    plan,
    plan_lines,
)
from suites.load.watch import CAUSE, Watch
from suites.traffic import call_of
from tests.command import main_of
from tests.docs.pages import ROOT
from tests.oracles.history import batch
from tests.oracles.timeline import BATCHES, exchange
from tests.prove import load as load_proof
from tests.reports import samples

load = main_of("load")

SECONDS = 30.0
"""How long threads wait for each other."""


def given(**values: Any) -> Callable[[str], Any]:
    defaults = {name: declared.get("default") for name, declared in OPTIONS.items()}
    named = {f"--{name.replace('_', '-')}": value for name, value in values.items()}
    return lambda name: {**defaults, **named}.get(name)


def options(**values: Any) -> LoadOptions:
    return load_options(given(**values))


# --- options ---


def test_a_user_cancels_only_where_the_profile_is_selected() -> None:
    assert "cancel" not in options().weights
    assert options(contract_profile=["cancel"]).weights["cancel"] == 1


def test_weights_replace_those_that_they_name() -> None:
    assert options(weights="poll=0, create=7").weights["create"] == 7


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"weights": "pol=2"}, "did you mean poll"),
        ({"weights": "nope=2"}, "There is no weight nope; there are poll, results, job, list,"),
        ({"weights": "cancel=2"}, "takes the profile cancel"),
        ({"weights": "poll=often"}, "whole number"),
        ({"weights": ",".join(f"{name}=0" for name in options().weights)}, "nothing to do"),
        ({"pause": "2-1"}, "--pause takes seconds"),
        ({"pause": "soon"}, "--pause takes seconds"),
        ({"files": 0}, "from 1 to 1000"),
        ({"contract_profile": ["cancle"]}, "did you mean cancel"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(WrongUsage, match=sentence):
        options(**values)


# --- limits ---


def granting(grants: Grants, worker: str = "0", workers: int = 1) -> Callable[[str, int, bool], Grant]:
    def ask(what: str, count: int, whole: bool) -> Grant:
        return Grant(grants.grant(what, count) if whole else grants.lease(worker, count, workers), workers)

    return ask


def test_all_workers_together_send_as_much_as_is_allowed() -> None:
    limits = {REQUESTS: 2 * LEASE + 3, FILES: float("inf")}
    grants = Grants(limits)
    workers = [Allowance(limits, None, granting(grants, f"{number}", 3)) for number in range(3)]
    assert sum(map(sent_by, workers)) == limits[REQUESTS]


def test_what_is_left_is_shared_by_all_workers() -> None:
    limits = {REQUESTS: 2 * LEASE, FILES: float("inf")}
    grants = Grants(limits)
    first = {worker: grants.lease(worker, LEASE, 5) for worker in "01234"}
    assert min(first.values()) >= 1
    assert sum(first.values()) <= limits[REQUESTS] / 2


def sent_by(worker: Allowance) -> int:
    sent = 0
    with suppress(NothingLeft):
        while True:
            worker.spend_request()
            sent += 1
    return sent


def test_users_who_find_nothing_left_wait_for_one_who_asks() -> None:
    """All of them come while the first has no answer yet, and there are no more leases than for one user."""
    limits = {REQUESTS: 3 * LEASE, FILES: float("inf")}
    grants, users = Grants(limits), 2 * LEASE
    answer, all_there = granting(grants), threading.Barrier(users + 1)
    leases: list[Grant] = []

    def ask(what: str, count: int, whole: bool) -> Grant:
        if not leases:
            all_there.wait(SECONDS)
        leases.append(answer(what, count, whole))
        return leases[-1]

    allowance = Allowance(limits, None, ask)

    def user(number: int) -> int:
        if number:
            all_there.wait(SECONDS)
        return sent_by(allowance)

    with ThreadPoolExecutor(users + 1) as pool:
        sent = sum(pool.map(user, range(users + 1)))
    assert sent == limits[REQUESTS]
    alone, answered = Grants(limits), len(leases)
    while alone.lease("0", LEASE, 1):
        answered -= 1
    assert answered == 1


def test_a_load_ends_when_all_that_was_leased_is_used_or_lost_with_its_worker() -> None:
    grants = Grants({REQUESTS: 2, FILES: float("inf")})
    assert (grants.lease("0", LEASE, 2), grants.lease("1", LEASE, 2)) == (1, 1)
    assert grants.lease("0", LEASE, 2) == 0
    assert not grants.are_used({"0", "1"})
    assert grants.are_used({"0"})
    assert grants.lease("1", LEASE, 2) == 0
    assert grants.are_used({"0", "1"})


def test_files_are_granted_whole_or_not_at_all() -> None:
    limits = {REQUESTS: float("inf"), FILES: 5}
    allowance = Allowance(limits, None, granting(Grants(limits)))
    assert [allowance.spend_files(2) for _ in range(3)] == [True, True, False]


# --- plans ---


def test_a_plan_stays_within_the_limits() -> None:
    free = plan(settings_for(given()), options(), users=100, spawn_rate=10, seconds=600)
    held = plan(
        settings_for(given(max_requests=500, max_billable_files=10)), options(), users=100, spawn_rate=10, seconds=600
    )
    assert free.requests > 500
    assert held.requests == pytest.approx(500)
    assert held.files <= 10


def test_the_command_takes_its_options_from_the_environment_as_locust_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCUST_MAX_REQUESTS", "123")
    assert load(["--plan"]) == 0
    assert "123" in capsys.readouterr().out
    assert load(["--plan", "--max-requests=45"]) == 0
    assert "123" not in capsys.readouterr().out


def test_more_users_take_more_processes() -> None:
    few, many = (
        plan(settings_for(given()), options(), users=users, spawn_rate=1000, seconds=600) for users in (10, 100_000)
    )
    assert few.processes == 1
    assert "one process with a core," in "\n".join(plan_lines(settings_for(given()), options(), 10, 1000, 600))
    assert many.processes > 100
    assert many.memory > 100 * few.memory


# --- observation ---


def create(at: float, id_: str = "bat-1", caller: str = "main") -> Any:
    body = {"source_directory_id": "dir-1", "config": {"job": {"type": "parse_v2", "configuration_id": "cfg"}}}
    return exchange("POST", BATCHES, 201, batch(id_, "dir-1"), sent=at, received=at + 0.1, body=body, caller=caller)


def listing(at: float, *ids: str) -> Any:
    page = {"items": [batch(id_, "dir-1") for id_ in ids], "next_page_token": None, "total_size": None}
    params = [("source_directory_id", "dir-1")]
    return exchange("GET", BATCHES, 200, page, sent=at, received=at + 0.1, params=params)


def get(at: float, status: int = 200, **changes: Any) -> Any:
    answer = {**batch("bat-1", "dir-1"), **changes} if status == 200 else {"detail": "no"}
    return exchange("GET", f"{BATCHES}/bat-1", status, answer, sent=at, received=at + 0.1)


def seen(at: float, status: str, id_: str = "bat-1") -> Any:
    return exchange("GET", f"{BATCHES}/{id_}", 200, batch(id_, "dir-1", status), sent=at, received=at + 0.1)


def consistency_of(*exchanges: Any, users: str = "") -> dict[str, Any]:
    observed = Consistency()
    for number, each in enumerate(exchanges):
        observed.on_exchange(users[number] if users else "a", call_of(each))
    return observed.take()


def test_it_is_measured_how_long_a_list_takes_to_show_a_batch() -> None:
    found = consistency_of(create(0), listing(1), listing(3, "bat-1"), listing(5, "bat-1"))
    assert found["lags"][LIST_SHOWS] == {"seconds": {"3.0e+00": 1}, "late": 1}


def test_a_list_that_overtook_the_create_was_not_late() -> None:
    found = consistency_of(create(0), listing(0.05), listing(3, "bat-1"))
    assert found["lags"][LIST_SHOWS]["late"] == 0


def test_a_get_that_does_not_find_a_batch_makes_it_late() -> None:
    assert consistency_of(create(0), get(1, 404), get(2))["lags"][GET_FINDS]["late"] == 1


def test_reads_that_go_backwards_are_counted_by_whose_they_are() -> None:
    later, earlier = (f"2030-01-01T00:00:0{second}.000000Z" for second in (5, 2))
    reads = (get(1, updated_at=later), get(2, updated_at=earlier), get(3, updated_at=earlier))
    found = consistency_of(*reads, users="aab")
    assert found["compared"] == found["backwards"] == {ONE_USER: 1, BETWEEN_USERS: 1}


def ends_of(*exchanges: Any) -> dict[str, Any]:
    ends = Ends()
    for each in exchanges:
        ends.on_exchange(call_of(each))
    return ends.take()


def test_a_batch_took_until_the_answer_that_showed_its_end() -> None:
    found = ends_of(create(0), get(1), seen(3, "FAILED"), seen(5, "FAILED"))
    assert found == {"ended": {"FAILED": {"3.0e+00": 1}}, "going_on": {}, "longest": []}


def test_a_batch_went_on_until_the_last_request_whose_answer_did_not_show_its_end() -> None:
    found = ends_of(create(0), seen(4, "RUNNING"), get(9, 404), listing(10, "bat-1"))
    assert found["going_on"] == {"RUNNING": {"3.9e+00": 1}}
    assert found["longest"] == [{"id": "bat-1", "status": "RUNNING", "seconds": 3.9}]


def test_batches_of_others_are_not_followed() -> None:
    assert ends_of(get(1), seen(3, "COMPLETED")) == ends_of()


def test_of_many_violations_of_one_kind_one_is_an_example() -> None:
    watch = Watch(5.0)
    wrong = [watch.on_exchange("a", exchange("GET", BATCHES, 500, {}, sent=at, received=at + 0.1)) for at in range(9)]
    assert wrong == ["no-server-error"] * 9
    [violation] = watch.take()["findings"]["violations"]
    assert violation["count"] == 9
    assert watch.take()["findings"]["violations"] == []


# --- what workers report ---


def record_of(*exchanges: Any) -> dict[str, Any]:
    watch = Watch(5.0)
    for each in exchanges:
        watch.on_exchange("a", each)
    return watch.take()


def test_the_reports_of_all_workers_are_added_up() -> None:
    found = LoadFindings()
    for worker in ("0", "1"):
        found.add(worker, record_of(create(0, f"bat-{worker}"), get(1), get(2, 500)))
    summed = found.load({"0": "reported", "1": "reported", "2": "lost", "3": "failed"}, "its run time")
    assert {name: each.count for name, each in summed.operations.items()} == {"createBatch": 2, "getBatch": 4}
    assert summed.operations["getBatch"].errors == 2
    assert [worker.exchanges for worker in summed.workers] == [3, 3, 0, 0]
    assert [worker.end for worker in summed.workers] == ["reported", "reported", "lost", "failed"]
    assert [each.count for each in found.findings.violations if each.requirement == "no-server-error"] == [2]
    assert "worker 2 was lost" in " ".join(found.findings.errors)


def test_a_worker_counts_its_batches_once_however_often_it_reports() -> None:
    """What goes on is reported anew each time, and stays where the worker is killed before it reports more."""
    found, watch = LoadFindings(), Watch(5.0)
    for each in (create(0, "bat-2"), create(0, "bat-1"), get(1), seen(2, "COMPLETED"), create(3, "bat-3")):
        watch.on_exchange("a", each)
        found.add("0", watch.take())
    found.add("1", record_of(create(0), seen(9, "RUNNING")))
    batches = found.load({"0": "lost", "1": "reported"}, "its run time").batches
    assert (batches.created, batches.ended["COMPLETED"].count, batches.longer) == (4, 1, 1)
    assert {status: each.count for status, each in batches.going_on.items()} == {"PENDING": 2, "RUNNING": 1}
    assert [(each.id, each.seconds) for each in batches.longest] == [("bat-1", 8.9), ("bat-2", 0.0), ("bat-3", 0.0)]


@pytest.mark.parametrize(
    ("exchanges", "sentence"),
    [
        ([], "0 batches created, 0 seen to end, 0 not"),
        ([seen(2, "COMPLETED")], "1 batch created, 1 seen to end, 0 not"),
        ([get(2)], "1 batch created, 0 seen to end, 1 not; watched for up to 1.9 s"),
        (
            [seen(2, "COMPLETED"), create(0, "bat-2")],
            "2 batches created, 1 seen to end, 1 not; none of these watched for longer than any that ended (2.0 s)",
        ),
        (
            [create(0, "bat-2"), seen(2, "COMPLETED"), seen(9, "RUNNING", "bat-2")],
            "2 batches created, 1 seen to end, 1 not; 1 of these watched for longer than any that ended (2.0 s)",
        ),
    ],
)
def test_it_is_said_in_a_line_how_many_batches_ended(exchanges: list[Any], sentence: str) -> None:
    assert describe_ends(load_of(*([create(0)] if exchanges else []), *exchanges).batches) == sentence


def test_an_id_that_two_processes_were_given_is_found_where_they_report() -> None:
    records = [record_of(create(0, "bat-1")), record_of(create(1, "bat-2")), record_of(create(2, "bat-1"))]
    alone = {violation["requirement"] for record in records for violation in record["findings"]["violations"]}
    assert "batch-id-is-unique" not in alone
    creates = Creates()
    found = [creates.look(record["creates"], CAUSE)["violations"] for record in records]
    assert found[:2] == [[], []]
    [violation] = found[2]
    assert (violation["requirement"], violation["actual"], violation["test"]) == ("batch-id-is-unique", "bat-1", CAUSE)
    assert [each["sent_at"] for each in violation["exchanges"]] == [create(at).sent_at.isoformat() for at in (0, 2)]


def test_a_long_load_has_no_more_moments_than_fit_a_curve() -> None:
    found = LoadFindings()
    for second in range(1000):
        entry = {"second": second, "operation": "getBatch", "latencies": {"1.0e-02": 2}, "errors": 0, "too_many": 0}
        found.add("0", {**record_of(), "figures": [entry]})
    summed = found.load({"0": "reported"}, "its run time")
    assert MOST_MOMENTS / 2 < len(summed.moments) <= MOST_MOMENTS
    assert sum(moment.rate for moment in summed.moments) * summed.width == pytest.approx(2000)


def test_users_are_there_in_a_moment_in_which_nobody_counted_them() -> None:
    found = LoadFindings()
    found.add("0", record_of(*(listing(at) for at in range(3))))
    first = int(listing(0).sent_at.timestamp())
    for second in (0, 2):
        found.note_users(first + second, 3)
    assert [moment.users for moment in found.load({"0": "reported"}, "its run time").moments] == [3, 3, 3]


def test_problems_of_users_are_counted_and_not_repeated() -> None:
    watch, found = Watch(5.0), LoadFindings()
    for number in range(3):
        watch.problem(ValueError(f"no answer to request {number}"))
    found.add("0", watch.take())
    found.load({"0": "reported"}, "its run time")
    assert found.findings.errors == ("3 times: no answer to request 0",)


def test_refusals_as_too_many_are_no_errors() -> None:
    figures = Figures()
    figures.on_exchange(exchange("GET", BATCHES, 429, {}, sent=0, received=0.1), "listBatches")
    assert [(each["errors"], each["too_many"]) for each in figures.take()] == [(0, 1)]


# --- outputs ---


def load_of(*exchanges: Any) -> Load:
    found = LoadFindings()
    found.note_users(int(create(0).sent_at.timestamp()), 3)
    delivered = {"batch.success": {"counts": {"count": 2, "missing": 1}, "seconds": {"1.0e-02": 2}}}
    found.add("0", {**record_of(*exchanges), "webhooks": delivered})
    return found.load({"0": "reported"}, "its run time")


def test_every_output_shows_the_load() -> None:
    report = samples.report(
        in_run=replace(samples.run(), load=load_of(create(0), listing(1, "bat-1"), get(2), get(3, 500)))
    )
    lines = ["".join(span.text for span in line) for line in report_lines(report, width=80, files=())]
    assert "LOAD" in lines
    assert any("1 batch created, 0 seen to end, 1 not" in line for line in lines)
    assert any(line.split() == ["PENDING", "1.9", "s", "bat-1"] for line in lines)
    assert all(len(line) < 80 for line in lines)
    assert any(line.split() == ["batch.success", "2", "0", "1", "10", "ms", "10", "ms", "10", "ms"] for line in lines)
    assert "| createBatch | 1 |" in render_summary(report)
    assert "| batch.success | 2 | 0 | 1 |" in render_summary(report)
    assert "1 batch created, 0 seen to end, 1 not" in render_summary(report)
    assert "| PENDING | 1.9 s | bat-1 |" in render_summary(report)
    page = render_html(report)
    assert 'id="load"' in page
    assert page.count('class="load"') > 3
    assert page.count("1 batch created, 0 seen to end, 1 not") == 2
    assert "What webhooks received" in page


def test_fidelity_shows_what_is_late_with_one_alone() -> None:
    late, prompt = (
        replace(samples.run(), load=load_of(create(0), *lists, listing(3, "bat-1"))) for lists in ([listing(1)], [])
    )
    of_mock = samples.report(in_run=prompt)
    of_service = samples.report(in_run=late, of=replace(samples.target(), kind="url"))
    [difference] = compare(of_mock, of_service)
    assert (difference.sort, difference.what) == ("consistency", LIST_SHOWS)
    assert difference.service.startswith("late for 1 of 1")
    assert "CONSISTENCY" in list(fidelity_lines((difference,)))


# --- the proof ---


def test_the_proof_under_load_knows_its_variants() -> None:
    assert set(load_proof.VARIATIONS) <= VARIATIONS.keys()
    assert sum(bool(each.needs_load) for each in FAULTS.values()) >= 20


# --- the command ---


def test_a_plan_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert load(["--plan", "--users=100000", "--spawn-rate=1000", "--run-time=1h"]) == 0
    shown = capsys.readouterr().out
    assert "100,000 of 100,000 users for 3600 s" in shown
    assert "20 requests a minute are taken, the same takes at least" in shown


def test_the_page_says_what_the_plan_calculates_with() -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    for said in (
        f"{CPU_OF_EXCHANGE * 1000:g} ms of a core for an exchange and its judgement, {MARGIN - 1:.0%} more",
        f"{SHARE_OF_CORE:.0%} of a core for a process",
        f"{MEMORY_OF_PROCESS:g} MB for a process, {MEMORY_OF_USER:g} MB for a user",
        f"an answer, which is assumed to take {SECONDS_OF_ANSWER:g} s",
        f"{LIMITED.most} requests within any minute, and {UPLOADS.most} uploads within any five seconds",
    ):
        assert said.replace("%", " %") in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "by each process, at a free port of its loopback"),
        (("--target=https://your-service.example",), "No webhooks are received: they need a target on loopback, or"),
        (
            ("--target=https://your-service.example", "--webhook-url=https://a.example", "--webhook-port=8099"),
            "by the first process, at port 8099: https://a.example has to lead there",
        ),
    ],
)
def test_a_plan_says_what_webhooks_need(
    words: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-a-key-of-somebody")
    assert load(["--plan", "--profile=webhooks", *words]) == 0
    shown = capsys.readouterr().out
    assert sentence in shown
    assert ("deliveries to webhooks" in shown) is not shown.endswith("(--webhook-url).\n")


def test_a_variable_of_locust_gives_an_option_of_the_command_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"USERS": "3", "SPAWN_RATE": "0.5", "RUN_TIME": "4s"}.items():
        monkeypatch.setenv(f"LOCUST_{name}", value)
    assert load(["--plan"]) == 0
    assert load(["--plan", "--users=4", "--spawn-rate=1"]) == 0
    assert re.findall(r"(\d of \d) users for 4 s", capsys.readouterr().out) == ["2 of 3", "4 of 4"]
    monkeypatch.setenv("LOCUST_PROCESSES", "none")
    assert load(["--plan"]) == WRONG_USAGE


def test_without_locust_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "locust" else real(name))
    assert load([]) == WRONG_USAGE
    assert "pip install 'batches-conformance[load]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--run-time=soon"], "--run-time takes a time"),
        (["--weights=pol=1"], "did you mean poll"),
        (["--target=https://your-service.example"], "LLAMA_CLOUD_API_KEY"),
        (["--target=http://127.0.0.1:1", "--fault=status-filter-ignored"], "only the mock takes --fault: leave"),
    ],
)
def test_wrong_usage_is_one_sentence(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LLAMA_CLOUD_API_KEY", raising=False)
    assert load(words) == WRONG_USAGE
    assert sentence in capsys.readouterr().err


def test_a_service_beyond_loopback_is_confirmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-a-key-of-somebody")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert load(["--target=https://your-service.example"]) == WRONG_USAGE
    assert "confirm that with --yes" in capsys.readouterr().err
