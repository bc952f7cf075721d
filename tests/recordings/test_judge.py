"""Order, callers, hosts and keys: what may be concluded from a recording, and what must not be shown."""

import json
from collections.abc import Callable
from copy import deepcopy
from math import inf
from typing import Any

import pytest

from tests.oracles.history import FOREIGN_PROJECT, History, Json, batch, page
from tests.oracles.timeline import BATCHES, DIRECTORIES, exchange
from tests.recordings.recordings import KEYS, document, entry, judged

HISTORY = History().exchanges
BODY = {
    "source_directory_id": "dir-1",
    "config": {"job": {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}},
}


def get(status: str, sent: float, seconds: float = 0.5, **more: Any) -> Json:
    path = f"{BATCHES}/bat-1"
    answer = batch("bat-1", "dir-1", status)
    return entry(exchange("GET", path, 200, answer, sent=sent, received=sent + seconds, **more))


def listed(*projects: str, sent: float = 1, **more: Any) -> Json:
    items = [batch(f"bat-of-{project}", "dir-1", project=project) for project in projects]
    return entry(exchange("GET", BATCHES, 200, page(*items), sent=sent, received=sent + 0.5, **more))


def at(raw: Json, host: str) -> Json:
    moved = deepcopy(raw)
    moved["request"]["url"] = moved["request"]["url"].replace("http://127.0.0.1:1", host)
    return moved


def without_key(raw: Json) -> Json:
    bare = deepcopy(raw)
    bare["request"]["headers"] = [each for each in bare["request"]["headers"] if each["name"] != "Authorization"]
    return bare


def with_key(raw: Json, value: str) -> Json:
    bare = without_key(raw)
    bare["request"]["headers"].append({"name": "authorization", "value": value})
    return bare


def test_the_whole_history_is_legal() -> None:
    said = judged(document(map(entry, HISTORY.values())), lag=inf)
    assert said.errors == []
    assert said.accused == set()
    assert said.counts.judged == len(HISTORY)


def test_entries_are_observed_in_the_order_of_their_answers() -> None:
    """The first was sent before the second, and answered after it."""
    slow = get("RUNNING", 1, 10)
    assert judged(document([slow, get("COMPLETED", 2)])).accused == set()
    assert judged(document([slow, get("COMPLETED", 2), get("RUNNING", 12)])).accused == {"terminal-status-is-final"}


@pytest.mark.parametrize("statuses", [("COMPLETED", "RUNNING"), ("RUNNING", "COMPLETED")])
def test_what_the_order_of_the_entries_and_their_times_contradict_has_no_order(statuses: tuple[str, str]) -> None:
    first, second = statuses
    assert judged(document([get(first, 10), get(second, 1)])).accused == set()


def test_where_several_clocks_were_at_work_their_distance_counts() -> None:
    """By the service's own date the second answer was the first."""
    raw = [get("COMPLETED", 1), get("RUNNING", 10)]
    for each, date in zip(raw, ("00:00:20", "00:00:02"), strict=True):
        each["response"]["headers"].append({"name": "Date", "value": f"Tue, 01 Jan 2030 {date} GMT"})
    assert judged(document(raw)).accused == set()
    raw[0]["response"]["headers"][-1]["value"] = "Tue, 01 Jan 2030 00:00:01 GMT"
    raw[1]["response"]["headers"][-1]["value"] = "Tue, 01 Jan 2030 00:00:10 GMT"
    assert judged(document(raw)).accused == {"terminal-status-is-final"}


def test_what_overlaps_has_no_order() -> None:
    assert judged(document([get("COMPLETED", 1, 5), get("RUNNING", 3, 5)])).accused == set()


def test_what_is_closer_than_the_clock_is_fine_has_no_order() -> None:
    first, second = get("COMPLETED", 1, 0.4997), get("RUNNING", 1.4999, 0.4997)
    assert judged(document([first, second])).accused == {"terminal-status-is-final"}
    for raw in (first, second):
        raw["startedDateTime"] = raw["startedDateTime"][:23] + "+00:00"
    assert judged(document([first, second])).accused == set()


@pytest.mark.parametrize("field", ["time", "startedDateTime"])
def test_what_has_no_time_has_no_order(field: str) -> None:
    raw = [get("COMPLETED", 1), get("RUNNING", 10)]
    for each in raw:
        del each[field]
        each["timings"] = {}
    assert judged(document(raw)).accused == set()


def test_two_hosts_know_nothing_of_each_other() -> None:
    raw = [at(get("COMPLETED", 1), "https://a.test"), at(get("RUNNING", 10), "https://b.test/prefix")]
    said = judged(document(raw))
    assert said.accused == set()
    assert set(said.counts.bases) == {"https://a.test", "https://b.test/prefix"}


def test_a_base_url_leaves_the_others_out() -> None:
    broken = at(get("LOST", 1), "https://b.test")
    said = judged(document([at(get("RUNNING", 1), "https://a.test"), broken]), "https://a.test")
    assert (said.accused, said.counts.judged, said.counts.other) == (set(), 1, 1)


CREDENTIALS: dict[str, Callable[[Json], Json]] = {
    "no header": without_key,
    "stars": lambda raw: with_key(raw, "Bearer ********************"),
    "a word": lambda raw: with_key(raw, "Bearer [REDACTED-BY-TOOL]"),
    "a word that could be a key": lambda raw: with_key(raw, "Bearer removed-by-a-tool-1"),
    "a login's token": lambda raw: with_key(raw, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh"),
}


@pytest.mark.parametrize("strike", CREDENTIALS.values(), ids=CREDENTIALS)
def test_callers_whose_keys_are_not_recorded_are_never_the_same(strike: Callable[[Json], Json]) -> None:
    """Two projects in two lists are two callers; in the lists of one key they are not."""
    raw = [listed("prj-1"), listed("prj-2", sent=5)]
    assert judged(document(raw)).accused == {"list-shows-one-project"}
    assert judged(document(map(strike, raw))).accused == set()


def test_a_key_and_a_scope_are_another_caller() -> None:
    named = listed("prj-2", sent=5, params=[("project_id", "prj-2")])
    assert judged(document([listed("prj-1"), named])).accused == set()


def test_two_keys_may_be_of_one_project() -> None:
    created = entry(exchange("POST", BATCHES, 200, batch("bat-1", "dir-1"), sent=0, received=0.5, body=BODY))
    read = get("PENDING", 3, caller="other")
    assert judged(document([created, read, listed(FOREIGN_PROJECT, sent=9, caller="other")])).accused == set()


def test_a_request_without_a_key_is_anonymous_where_the_recorder_shows_keys() -> None:
    """And in a recording without any key it may have been taken out."""
    bare = without_key(get("RUNNING", 5))
    assert judged(document([get("RUNNING", 1), bare])).accused == {"anonymous-request-refused"}
    assert judged(document([without_key(get("RUNNING", 1)), bare])).accused == set()
    bare["request"]["headers"].append({"name": "Cookie", "value": "session=abc"})
    assert judged(document([get("RUNNING", 1), bare])).accused == set()


def created(sent: float, batch_id: str = "bat-1", **headers: str) -> Json:
    raw = entry(exchange("POST", BATCHES, 200, batch(batch_id, "dir-1"), sent=sent, received=sent + 0.5, body=BODY))
    raw["request"]["headers"] += [{"name": name, "value": value} for name, value in headers.items()]
    return raw


def test_a_create_that_two_recorders_wrote_down_is_one() -> None:
    said = judged(document([created(1), created(1.1)]))
    assert (said.accused, said.counts.judged, said.counts.set_aside.total()) == (set(), 1, 1)
    assert "batch-id-is-unique" in judged(document([created(1), created(5)])).accused
    assert judged(document([created(5), created(1)])).accused == set()


def test_a_create_explains_what_a_page_repeats_before_its_answer() -> None:
    def walked(sent: float, token: str | None, *ids: str) -> Json:
        answer = page(*(batch(id_, "dir-1") for id_ in ids), token=token)
        params = [("source_directory_id", "dir-1"), *([("page_token", "2")] if token is None else [])]
        return entry(exchange("GET", BATCHES, 200, answer, params=params, sent=sent, received=sent + 0.5))

    shown = entry(
        exchange(
            "GET", BATCHES, 200, page(*(batch(f"bat-{number}", "dir-1") for number in range(3))), sent=0, received=0.5
        )
    )
    first, second, slow = walked(1, "2", "bat-2", "bat-1"), walked(4, None, "bat-1", "bat-0"), created(2, "bat-3")
    slow["time"] = 5_000
    assert judged(document([shown, first, second])).accused == {"pages-repeat-nothing"}
    assert judged(document([shown, first, slow, second])).accused == {"pages-survive-insertions"}
    del slow["startedDateTime"]
    assert judged(document([shown, first, slow, second])).accused == {"pages-survive-insertions"}


def test_the_deletion_of_a_directory_explains_what_is_not_found_before_its_answer() -> None:
    directory = f"{DIRECTORIES}/dir-1"
    slow = entry(exchange("DELETE", directory, 204, None, sent=20, received=25))
    missing = entry(exchange("GET", f"{BATCHES}/bat-1", 404, {"detail": "no"}, sent=22, received=22.5))
    assert judged(document([created(1), missing])).accused == {"get-returns-requested-batch"}
    assert judged(document([created(1), slow, missing])).accused == set()


def test_a_create_that_was_sent_again_under_one_key_is_one() -> None:
    retry = {"Idempotency-Key": "one"}
    assert judged(document([created(1, **retry), created(5, **retry)])).accused == set()


SECRET = "s3cr3t-in-a-cookie-00112233"


def test_no_key_is_shown() -> None:
    """Not in headers, URLs, or the texts of a service that repeats what it was sent."""
    broken = get("LOST", 1)
    broken["request"]["url"] += f"?api_key={SECRET}"
    broken["request"]["headers"] += [{"name": "Cookie", "value": f"a=1; sid={SECRET}x"}]
    broken["response"]["headers"].append({"name": "X-Echo", "value": KEYS["main"]})
    text = broken["response"]["content"]["text"].replace('"LOST"', json.dumps(f"LOST {KEYS['main']} {SECRET}"))
    broken["response"]["content"].update(text=text, size=len(text))
    said = judged(document([broken]))
    assert "status-is-documented" in said.accused
    raw = json.dumps(said.records)
    assert SECRET not in raw
    assert KEYS["main"] not in raw
    assert "***" in raw


def test_the_judgement_itself_sees_what_was_sent() -> None:
    """A cookie whose value is a word of the contract changes nothing."""
    raw = get("COMPLETED", 1)
    raw["request"]["headers"].append({"name": "Cookie", "value": "filter=COMPLETED"})
    assert judged(document([raw])).accused == set()
