"""A pure simulator of legal histories: a service with manners of its own, and what clients ask of it.

Time is counted in microseconds. Each request takes effect at an instant between being sent and being answered; the
effects follow each other, the spans around them may overlap. What a history may vary is what the contract leaves open.
Only what a read shows is always known by then: it is sent when the creates and uploads before it have been answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from fixtures.exchange import Exchange
from fixtures.target import ANONYMOUS, MAIN, OTHER, UNKNOWN
from tests.oracles.timeline import BATCHES, DIRECTORIES, EPOCH, exchange, in_order_of_answers

Json = dict[str, Any]

SECOND = 1_000_000
PROJECTS = {MAIN: "prj-1", OTHER: "prj-2"}
STATUSES = ("PENDING", "THROTTLED", "RUNNING")
ENDS = ("COMPLETED", "FAILED", "CANCELLED")
JOB_TYPES = ("parse_v2", "extract_v2")
REFUSALS = (400, 401, 402, 403, 404, 405, 409, 410, 413, 414, 415, 422, 451)
SUCCESSES = (200, 201, 202)
MEDIA_TYPES = ("application/json", "application/json; charset=utf-8", "Application/Hal+JSON")


@dataclass(frozen=True)
class Manners:
    """What a service does in its own way."""

    leaves_nulls_out: bool
    adds_fields: bool
    tells_created_at: bool
    tells_updated_at: bool
    digits: int
    rounds: bool
    offset_minutes: int
    list_digits: int
    order: int
    list_lag: int
    largest_page: int | None
    tells_total: bool
    shows_early_results: bool
    tells_partial_results_of_failures: bool
    ignores_unusable_values: bool
    counts_files_at: str
    moves_updated_at: bool


MANNERS = st.builds(
    Manners,
    leaves_nulls_out=st.booleans(),
    adds_fields=st.booleans(),
    tells_created_at=st.booleans(),
    tells_updated_at=st.booleans(),
    digits=st.sampled_from([0, 1, 3, 6]),
    rounds=st.booleans(),
    offset_minutes=st.sampled_from([0, 330, -720, 840]),
    list_digits=st.sampled_from([0, 3, 6]),
    order=st.sampled_from([1, -1, 0]),
    list_lag=st.sampled_from([0, 0, SECOND // 2, 5 * SECOND]),
    largest_page=st.sampled_from([None, 1, 2]),
    tells_total=st.booleans(),
    shows_early_results=st.booleans(),
    tells_partial_results_of_failures=st.booleans(),
    ignores_unusable_values=st.booleans(),
    counts_files_at=st.sampled_from(["create", "start", "end"]),
    moves_updated_at=st.booleans(),
)


@dataclass
class Folder:
    id: str
    owner: str
    known_from: int
    files: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Work:
    """A batch with the script it will take: statuses with the instants at which they begin."""

    id: str
    owner: str
    folder: Folder
    job: Json
    born: int
    known_from: int
    script: list[tuple[int, str]]
    results_lag: int
    job_lag: int
    broken: frozenset[int]

    @property
    def ended(self) -> int:
        return self.script[-1][0]

    def stop(self, instant: int) -> None:
        """It is CANCELLED from then on, unless it has ended before."""
        if instant < self.ended:
            self.script = [*(step for step in self.script if step[0] < instant), (instant, "CANCELLED")]

    def status(self, now: int) -> str:
        return next(status for begins, status in reversed(self.script) if begins <= now)


def moment_text(instant: int, digits: int, rounds: bool, offset_minutes: int) -> str:
    """The instant as a date-time with so many digits after the second, cut or rounded."""
    unit = 10 ** (6 - digits)
    shown = (instant + (unit // 2 if rounds else 0)) // unit * unit
    zone = timezone(timedelta(minutes=offset_minutes))
    text = (EPOCH + timedelta(microseconds=shown)).astimezone(zone).isoformat(timespec="microseconds")
    fraction = text[19:26] if digits == 0 else text[19 : 20 + digits]
    kept = "" if digits == 0 else fraction
    offset = "Z" if offset_minutes == 0 else text[26:]
    return f"{text[:19]}{kept}{offset}"


class History:
    """Draws what is asked for, answers it, and writes both down."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw
        self.manners: Manners = draw(MANNERS)
        self.now = SECOND
        self.exchanges: list[Exchange] = []
        self.folders: list[Folder] = []
        self.works: list[Work] = []
        self._ids = 0
        self._pages: dict[str, list[str]] = {}
        self._creating_until = 0
        self._uploading_until = 0

    # --- what a history consists of ---

    def steps(self) -> dict[str, Callable[[], None]]:
        return {
            "folder": self.make_folder,
            "upload": self.upload,
            "create": self.create,
            "get": self.get,
            "list": self.list_page,
            "walk": self.walk,
            "odd list": self.odd_list,
            "odd get": self.odd_get,
            "refused create": self.refused_create,
            "stranger": self.stranger,
            "neighbour": self.neighbour,
            "cancel": self.cancel,
            "cancel by another": self.cancel_by_another,
            "limit": self.limit,
            "wait": self.wait,
        }

    def wait(self) -> None:
        self.now += self._int(0, 20) * SECOND

    def make_folder(self) -> None:
        owner = self._choice([MAIN, MAIN, OTHER])
        folder = Folder(self._id("dir"), owner, 0)
        folder.known_from = self._say("POST", DIRECTORIES, 201, {"id": folder.id}, caller=owner)
        self.folders.append(folder)

    def upload(self) -> None:
        folder = self._known(self.folders)
        if folder is not None:
            file_id = self._id("dfl")
            path = f"{DIRECTORIES}/{folder.id}/files/upload"
            received = self._say("POST", path, 200, {"id": file_id}, caller=folder.owner, after=folder.known_from)
            folder.files.append((file_id, self._effect))
            self._uploading_until = max(self._uploading_until, received)
            folder.known_from = max(folder.known_from, received if self._flip() else 0)

    def create(self) -> None:
        folder = self._known(self.folders)
        if folder is None:
            return
        job = {"type": self._choice(JOB_TYPES), "configuration_id": self._id("cfg")}
        body = {"source_directory_id": folder.id, "config": {"job": job}}
        self._begin(folder.known_from)
        work = self._work(folder, job)
        params = self._choice([(), (("project_id", PROJECTS[folder.owner]),)])
        work.known_from = self._end(
            "POST",
            BATCHES,
            self._choice(SUCCESSES),
            self._shown(work),
            caller=folder.owner,
            body=body,
            params=params,
        )
        self._creating_until = max(self._creating_until, work.known_from)
        self.works.append(work)

    def get(self) -> None:
        work = self._known(self.works)
        if work is not None:
            expands = self._flip()
            self._begin(max(work.known_from, self._uploading_until))
            shown = self._shown(work, with_results=expands)
            times = self._choice([1, 1, 2]) if expands else 0
            self._end(
                "GET",
                f"{BATCHES}/{work.id}",
                200,
                shown,
                caller=work.owner,
                params=(("expand", "results"),) * times,
            )

    def list_page(self) -> None:
        caller = self._choice([MAIN, MAIN, OTHER])
        self._list(caller, self._filters())

    def walk(self) -> None:
        caller = self._choice([MAIN, MAIN, OTHER])
        params = [*self._filters(), ("page_size", str(self._int(1, 3)))]
        token: str | None = None
        for _ in range(4):
            token = self._list(caller, [*params, *([("page_token", token)] if token else [])])
            if not token:
                break

    def odd_list(self) -> None:
        query = self._choice(
            [
                ("page_size", "0"),
                ("page_size", "-1"),
                ("page_size", "many"),
                ("created_at_on_or_after", "yesterday"),
                ("created_at_on_or_before", "2030-01-01"),
                ("created_at_on_or_before", ""),
                ("page_token", "forged"),
                ("no_such_parameter", "1"),
            ]
        )
        if self.manners.ignores_unusable_values:
            self._list(MAIN, [query], ignored={query[0]})
        else:
            self._say("GET", BATCHES, self._refusal(), {"detail": "?"}, params=[query])

    def odd_get(self) -> None:
        work = self._known(self.works)
        if work is None:
            return
        self._begin(work.known_from)
        path, value = f"{BATCHES}/{work.id}", self._choice(["", "config", "Results"])
        if self.manners.ignores_unusable_values:
            self._end("GET", path, 200, self._shown(work), caller=work.owner, params=[("expand", value)])
        else:
            self._end(
                "GET",
                path,
                self._choice((400, 422)),
                {"detail": "?"},
                caller=work.owner,
                params=[("expand", value)],
            )

    def refused_create(self) -> None:
        folder = self._known(self.folders)
        if folder is not None:
            job = {"type": self._choice([*JOB_TYPES, "parse_v9"]), "configuration_id": "cfg-none"}
            body: Any = {"source_directory_id": folder.id, "config": {"job": job}}
            caller = self._choice([folder.owner, MAIN, OTHER, ANONYMOUS, UNKNOWN])
            body = self._choice([body, body, {}, [body], None])
            self._say("POST", BATCHES, self._refusal(), {"detail": "?"}, caller=caller, body=body)

    def stranger(self) -> None:
        caller = self._choice([ANONYMOUS, UNKNOWN])
        work = self._known(self.works)
        path = f"{BATCHES}/{work.id}" if work and self._flip() else BATCHES
        self._say("GET", path, self._refusal(), b"go away", caller=caller, media_type="text/plain")

    def neighbour(self) -> None:
        """Somebody reads another project's batch, or names another project in a list."""
        work = self._known(self.works)
        if work is None:
            return
        caller = OTHER if work.owner == MAIN else MAIN
        if self._flip():
            self._say("GET", f"{BATCHES}/{work.id}", 404, {"detail": "?"}, caller=caller, after=work.known_from)
        elif self.manners.ignores_unusable_values:
            self._list(caller, [("project_id", PROJECTS[work.owner])], ignored={"project_id"})
        else:
            foreign = [("project_id", PROJECTS[work.owner])]
            self._say("GET", BATCHES, self._choice((403, 404)), {}, caller=caller, params=foreign)

    def cancel(self) -> None:
        """Somebody cancels a batch of theirs, which may be over, refuse until it is RUNNING, or end before it stops."""
        work = self._known(self.works)
        if work is None:
            return
        self._begin(work.known_from)
        status = work.status(self._effect)
        path = f"{BATCHES}/{work.id}/cancel"
        if status in ENDS or (status != "RUNNING" and self._flip()):
            self._end("POST", path, self._choice((400, 404, 405, 409, 422)), {"id": work.id}, caller=work.owner)
            return
        work.stop(self._effect + self._int(0, 3) * SECOND)
        shown = self._shown(work)
        self._end("POST", path, self._choice(SUCCESSES), shown, caller=work.owner)

    def cancel_by_another(self) -> None:
        """Somebody cancels what is not theirs, or not there."""
        work = self._known(self.works)
        if work is not None:
            path = f"{BATCHES}/{self._choice([work.id, 'bat-none'])}/cancel"
            callers = [ANONYMOUS, UNKNOWN, OTHER if work.owner == MAIN else MAIN]
            self._say("POST", path, self._refusal(), {"detail": "?"}, caller=self._choice(callers))

    def limit(self) -> None:
        path = self._choice([BATCHES, f"{BATCHES}/bat-1", f"{BATCHES}/bat-1/cancel", DIRECTORIES])
        status, headers = self._choice([(429, ()), (503, (("Retry-After", "2"),))])
        self._say("POST" if path != f"{BATCHES}/bat-1" else "GET", path, status, b"", headers=headers)

    # --- how the service answers ---

    def _work(self, folder: Folder, job: Json) -> Work:
        instant = self._effect
        script, begins = [], instant
        for status in self._draw(st.lists(st.sampled_from(STATUSES), max_size=3)):
            script.append((begins, status))
            begins += self._int(0, 8) * SECOND // 2
        script.append((begins, self._choice(["COMPLETED", "COMPLETED", *ENDS])))
        return Work(
            self._id("bat"),
            folder.owner,
            folder,
            job,
            instant,
            0,
            script,
            self._int(0, 4) * SECOND,
            self._int(0, 4) * SECOND,
            frozenset(self._draw(st.sets(st.integers(0, 3), max_size=2))),
        )

    def _shown(self, work: Work, *, with_results: bool = False, listed: bool = False) -> Json:
        manners = self.manners
        now = self._effect - (manners.list_lag if listed else 0)
        digits = manners.list_digits if listed else manners.digits
        changed = max(begins for begins, _ in work.script if begins <= now)

        def time(instant: int, is_shown: bool) -> str | None:
            text = moment_text(instant, digits, manners.rounds, manners.offset_minutes)
            return text if is_shown else None

        shown: Json = {
            "id": work.id,
            "project_id": PROJECTS[work.owner],
            "source_directory_id": work.folder.id,
            "config": {"job": work.job},
            "status": work.status(now),
            "results": self._results(work, now) if with_results else None,
            "created_at": time(work.born, manners.tells_created_at),
            "updated_at": time(changed if manners.moves_updated_at else work.born, manners.tells_updated_at),
        }
        if manners.adds_fields:
            shown |= {"cancelled_by": None, "progress": {"done": 1}, "results_url": "https://x.test"}
            shown["config"] = {**shown["config"], "webhooks": []}
        return self._tidy(shown)

    def _results(self, work: Work, now: int) -> list[Json] | None:
        status = work.status(now)
        if status in ENDS:
            if status == "FAILED":
                entries = self._entries(work, now)
                return entries[:1] if self.manners.tells_partial_results_of_failures else None
            return None if now < work.ended + work.results_lag else self._entries(work, now)
        return self._entries(work, now) if self.manners.shows_early_results else None

    def _entries(self, work: Work, now: int) -> list[Json]:
        counted = {"create": work.born, "start": work.script[-1][0], "end": work.ended}
        until = counted[self.manners.counts_files_at]
        entries = []
        for number, (file_id, uploaded) in enumerate(work.folder.files):
            if uploaded > until or uploaded > now:
                continue
            has_job = number not in work.broken and now >= work.born + work.job_lag
            reference = {"type": work.job["type"], "id": f"job-{work.id}-{file_id}"}
            error = "It could not be mapped." if number in work.broken else None
            entries.append(
                self._tidy(
                    {
                        "source_directory_file_id": file_id,
                        "job_reference": reference if has_job else None,
                        "error_message": error,
                    }
                )
            )
        return entries

    def _tidy(self, shown: Json) -> Json:
        if self.manners.leaves_nulls_out:
            return {name: value for name, value in shown.items() if value is not None}
        return shown

    def _filters(self) -> list[tuple[str, str]]:
        filters: list[tuple[str, str]] = []
        if self._flip():
            filters.append(("status", self._choice([*STATUSES, *ENDS])))
        if self.folders and self._flip():
            filters.append(("source_directory_id", self._choice(self.folders).id))
        for name in ("created_at_on_or_after", "created_at_on_or_before"):
            if self.works and self._int(0, 2) == 0:
                filters.append((name, self._bound()))
        return filters

    def _bound(self) -> str:
        """A creation time as the service shows it, as it keeps it, or one beside it, in any offset."""
        instant = self._choice(self.works).born + self._choice([0, -1, 1, -SECOND, SECOND // 2])
        offset = self._choice([0, 840, -720])
        digits = self._choice([self.manners.digits, 6])
        return moment_text(instant, digits, self.manners.rounds, offset)

    def _list(self, caller: str, params: list[tuple[str, str]], ignored: set[str] | None = None) -> str | None:
        """Answers a list and gives the token of the next page."""
        self._begin(self._creating_until)
        asked = {name: value for name, value in params if name not in (ignored or set())}
        now = self._effect - self.manners.list_lag
        matching = [work for work in self.works if work.born <= now and self._matches(work, caller, asked, now)]
        if self.manners.order:
            matching.sort(key=lambda work: work.born, reverse=self.manners.order < 0)
        else:
            matching.sort(key=lambda work: work.id[::-1])
        met = self._pages.get(asked.get("page_token", ""), [])
        rest = [work for work in matching if work.id not in met]
        size = int(asked.get("page_size", 10))
        size = min(size, self.manners.largest_page or size, self._choice([size, size, size, 0]))
        token = None
        if len(rest) > size:
            token = self._id("token")
            self._pages[token] = [*met, *(work.id for work in rest[:size])]
        answer = {
            "items": [self._shown(work, listed=True) for work in rest[:size]],
            "next_page_token": token if token or self._flip() else "",
            "total_size": len(matching) if self.manners.tells_total else None,
        }
        self._end("GET", BATCHES, 200, self._tidy(answer), caller=caller, params=params)
        return token

    def _matches(self, work: Work, caller: str, asked: dict[str, str], now: int) -> bool:
        def instant(name: str) -> int | None:
            if name not in asked:
                return None
            return (datetime.fromisoformat(asked[name]) - EPOCH) // timedelta(microseconds=1)

        after, before = instant("created_at_on_or_after"), instant("created_at_on_or_before")
        return (
            work.owner == caller
            and asked.get("status", work.status(now)) == work.status(now)
            and asked.get("source_directory_id", work.folder.id) == work.folder.id
            and (after is None or work.born >= after)
            and (before is None or work.born <= before)
        )

    # --- how it is written down ---

    def _begin(self, after: int) -> None:
        """A request is sent, after what it knows of was answered, and takes effect."""
        self._sent = max(after, self.now - self._int(0, 3) * SECOND // 3)
        self.now = max(self.now, self._sent) + self._choice([1, 1000, SECOND // 3, SECOND])
        self._effect = self.now

    def _end(self, method: str, path: str, status: int, answer: Any, **more: Any) -> int:
        """It is answered, perhaps later; gives the instant."""
        received: int = self._effect + self._choice([1, 1000, SECOND, 3 * SECOND])
        media_type = more.pop("media_type", None) or self._choice(MEDIA_TYPES)
        self.exchanges.append(
            exchange(
                method,
                path,
                status,
                answer,
                sent=self._sent / SECOND,
                received=received / SECOND,
                media_type=media_type,
                **more,
            )
        )
        return received

    def _say(self, method: str, path: str, status: int, answer: Any, *, after: int = 0, **more: Any) -> int:
        self._begin(after)
        return self._end(method, path, status, answer, **more)

    def _refusal(self) -> int:
        refusal: int = self._choice(REFUSALS)
        return refusal

    def _id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}-{self._ids}"

    def _known(self, among: list[Any]) -> Any:
        return self._choice(among) if among else None

    def _choice(self, among: Any) -> Any:
        return self._draw(st.sampled_from(among))

    def _flip(self) -> bool:
        return bool(self._draw(st.booleans()))

    def _int(self, least: int, most: int) -> int:
        return int(self._draw(st.integers(least, most)))


@st.composite
def histories(draw: Callable[[st.SearchStrategy[Any]], Any], most_steps: int = 30) -> list[Exchange]:
    """Legal histories, in the order of the answers."""
    history = History(draw)
    history.make_folder()
    history.upload()
    history.upload()
    history.create()
    steps = history.steps()
    names = [*steps, "upload", "get", "get", "get", "list", "list", "walk", "wait", "wait"]
    for name in draw(st.lists(st.sampled_from(names), min_size=most_steps // 3, max_size=most_steps)):
        steps[name]()
    return in_order_of_answers(history.exchanges)
