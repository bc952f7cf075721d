"""Reports whose pages are looked at."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from fixtures.exchange import BODY_LIMIT
from reports.findings import Findings
from reports.history.model import Unread
from reports.history.page import render_page
from reports.history.past import past_requirements, past_run
from reports.history.tracking import track
from reports.html.page import render_html
from reports.model import Report
from reports.release.page import render_page as render_release
from reports.verdicts import judge
from spec import requirements
from tests.reports import samples
from tests.reports.history import months
from tests.reports.release import made

EVIL = (
    '"><script>document.title="owned"</script><img src=x onerror="owned=1">\x1b[31m\u202e]]>--><svg onload="owned=1">'
)


def batch(created: int, *sightings: tuple[str, float, float], id_: str = "bat") -> dict[str, Any]:
    return {
        "id": f"{id_}-{created}",
        "job_type": "parse_v2",
        "worker": "main",
        "created": created,
        "sightings": [
            {"status": status, "first": first, "last": last, "times": 2, "exchange": created + 1}
            for status, first, last in sightings
        ],
    }


def traffic() -> dict[str, Any]:
    return {
        "exchanges": {"count": 9, "seconds": 1.0, "by_operation": {"getBatch": 9}},
        "latencies": {
            "getBatch": {"1.0e-03": 8, "2.0e+00": 1},
            "createConfiguration": {"1.5e-02": 1000, "4.5e+01": 234},
        },
        "coverage": {"sent": {"getBatch": 9, "BatchStatus=PENDING": 40}, "seen": {"getBatch": 9, "Batch.id": 12345}},
        "batches": [
            batch(1, ("PENDING", 0, 1), ("RUNNING", 2, 5), ("COMPLETED", 9, 4000)),
            batch(2, ("PENDING", 0, 1), ("RUNNING", 2, 5), ("COMPLETED", 9, 11)),
            batch(3, ("FAILED", 0, 0)),
        ],
    }


def _judged(*records: dict[str, Any]) -> Report:
    found = Findings()
    for record in records:
        found.add(record)
    run = samples.run(exchanges=found.traffic())
    return judge(requirements.load(), found, target=samples.target(), run=run)


@cache
def conformant() -> Report:
    return _judged({"held": dict.fromkeys(requirements.load(), 100)}, traffic())


@cache
def failing() -> Report:
    names = list(requirements.load())
    exchanges = [samples.exchange(number=number) for number in range(6)]
    broken = [
        samples.violation("results-cover-every-file", exchanges=exchanges),
        samples.violation(
            "results-cover-every-file", test="suites/test_other.py::test_other", actual="\n".join("lines")
        ),
        samples.violation("expand-accepts-repetition", exchanges=[]),
    ]
    skipped = [{"requirement": name, "reason": "no second key was given"} for name in names[4:6]]
    held = dict.fromkeys(names[10:], 3)
    return _judged({"held": held, "violations": broken, "unexercised": skipped}, traffic())


@cache
def inconclusive() -> Report:
    return _judged({"errors": ["The target did not answer."]})


@cache
def hostile(amount: int = 1) -> Report:
    """A report in which everything that a service can choose is hostile, and there is as much of it as one asks for."""
    exchange = samples.exchange(
        request=samples.request(url=f"http://127.0.0.1/{EVIL}", body=(EVIL * 40)[:BODY_LIMIT]),
        response={"status": 500, "headers": [["x", (EVIL * 40)[:BODY_LIMIT]]] * 3, "body": (EVIL * 40)[:BODY_LIMIT]},
        error=EVIL,
    )
    records: list[dict[str, Any]] = [traffic()]
    for name in requirements.load():
        some = [
            samples.violation(
                name,
                expected=EVIL * amount,
                actual=EVIL * amount,
                case=EVIL * amount,
                test=f"suites/test_a.py::test[{number}{EVIL}]",
                exchanges=[exchange] * 4,
            )
            for number in range(min(amount, 10))
        ]
        records.append({"violations": some})
    for number in range(4, 4 + 20 * amount):
        ways = [(f"{EVIL[:60]}{step}", step * 10.0, step * 10.0 + 5) for step in range(min(amount, 9) * 3)]
        records.append({"errors": [f"{number}{EVIL * amount}"], "batches": [batch(number, *ways, id_=EVIL[:70])]})
    return _judged(*records)


def history() -> str:
    """Render the page of a history, in which faults come and go and one file could not be read."""
    planned = months.plan(50, seed=3)
    reports = [months.report(number, cells, target_version="1.0") for number, cells in enumerate(planned)]
    known = past_requirements(reports[0])
    return render_page(track(map(past_run, reports), known, [Unread("a/report.json", f"a/report.json {EVIL}")]))


ALL: dict[str, Callable[[], Report]] = {
    "conformant": conformant,
    "failing": failing,
    "inconclusive": inconclusive,
    "hostile": hostile,
    "bare": samples.report,
}
RENDERED: dict[str, Callable[[], str]] = {
    **{name: partial(lambda make: render_html(make()), make) for name, make in ALL.items()},
    "history": history,
    "release": lambda: render_release(made.not_ready(EVIL)),
}
"""Every kind of page, as HTML."""
