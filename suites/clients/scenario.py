"""What each client is made to do: the flow of the guide, then lists, pages and errors, then what only newer ones have.

The exchanges of the client are judged by the oracles, as all traffic is, so that a failure stands in the words of a
requirement. What the client itself makes of a good answer is its own affair: if it cannot cope, that is its limit.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from fixtures.configurations import PARAMETERS
from fixtures.directories import LIFETIME
from fixtures.documents import SourceFile, damaged_document, good_documents
from fixtures.errors import RunError
from fixtures.projects import NEEDS_PROJECT, given_id, listed_ids, own_id
from fixtures.settings import Settings
from fixtures.target import MAIN, UNKNOWN, Target
from spec import requirements
from spec.text import shortened
from suites.clients.driver import Driver, Reply
from suites.clients.findings import ClientFinding, Ended
from suites.clients.models import Description, unfit
from suites.clients.table import Registry
from suites.moments import SECOND, Moment, moment
from suites.oracles import of_run
from suites.oracles.panel import Panel
from suites.products import PRODUCTS
from suites.traffic import ABOUT_KEY, COMPLETED, TERMINAL, repeated
from suites.unknown import unknown_id
from suites.verify import Observation, Verify

FILES: Final = 2
BATCHES: Final = 3
BILLABLE_FILES: Final = FILES * BATCHES
"""Files of accepted batches that one client spends."""
MOST_PAGES: Final = 200
"""Pages of a list after which a client is not followed any further."""
SPARE_PAGES: Final = 10
"""Empty pages that a walk over our own batches may meet beyond three for each."""
MARGIN: Final = SECOND
"""Nanoseconds by which a time filter is wider than the time that a batch shows, which may be rounded."""
LONG: Final = 3600 * SECOND
ABROAD: Final = timedelta(hours=5, minutes=30)
NEVER_DELIVERED: Final = "https://batches-conformance.invalid/"
"""A webhook beyond loopback that does not exist."""
NOBODY_LISTENS: Final = "http://127.0.0.1:9/batches"
"""A webhook on loopback where nobody listens, for a service that is there too."""
PAYMENT_REQUIRED: Final = 402
NO_SUCH_TYPE: Final = "batches-conformance"
ENDS_EARLY: Final = "the client ends its walk at a page without items, although the page has a token"
SHOWN: Final = 240
"""Characters of a client's message that are shown."""

Batch = dict[str, Any]


@dataclass(frozen=True)
class ClientWalk:
    """The pages of a list that a client has met. `gave_up` is whether it stopped although there was a further page."""

    pages: list[list[Batch]]
    gave_up: bool
    goes_on: bool

    @property
    def items(self) -> list[Batch]:
        """The batches in the order in which they were received."""
        return [batch for page in self.pages for batch in page]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [batch["id"] for batch in self.items]


@dataclass
class ClientScenario:
    """One client on one target; what an operation has made is there for those that follow."""

    driver: Driver
    target: Target
    settings: Settings
    run_id: str
    description: Description
    registry: Registry
    directory: str | None = None
    empty: str | None = None
    configuration: str | None = None
    batches: dict[str, Batch] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """What the client could not read in the set-up of the present operation, which went on without it."""

    # --- what an answer means ---

    def misfit(self, method: str, value: Any) -> str | None:
        """Return what is wrong with a value by the client's own types."""
        return unfit(self.description, self.registry, method, value)

    def given(self, reply: Reply, requirement: str | None = None, *, method: str = "") -> Any:
        """Return the value of a call that has to succeed, as a requirement says, or as the set-up needs."""
        if reply.answered:
            wrong = "text in place of an object" if isinstance(reply.value, str) else self.misfit(method, reply.value)
            if wrong:
                raise Ended("limit" if requirement else "error", f"the client's own types do not fit: {wrong}")
            return reply.value
        shown = shortened(str(reply), SHOWN)
        if reply.is_unsupported:
            raise Ended("not-exercised", f"the client does not have it ({shown})")
        if reply.status is None or "APIConnectionError" in reply.classes:
            raise Ended("error", f"no answer from the target ({shown})")
        if reply.status in ABOUT_KEY or reply.status == PAYMENT_REQUIRED:
            raise Ended("error", f"the key, or what it may do, was refused ({shown}): check the key and its plan")
        if reply.is_refused:
            raise Ended("fail" if requirement else "error", f"refused where it has to succeed ({shown})", requirement)
        if reply.status >= 300:
            raise Ended("error", f"the target was busy or broken ({shown})")
        raise Ended("limit" if requirement else "error", f"the client cannot read a successful answer ({shown})")

    def set_up(self, reply: Reply) -> Batch:
        """Return the object that a call of the set-up gives; where the client cannot read it, as it was received."""
        if reply.succeeded and not isinstance(reply.value, dict):
            self.unreadable.append(shortened(f"{reply} in place of an object", SHOWN))
            return reply.body
        found: Batch = self.given(reply)
        return found

    def refused(self, reply: Reply, requirement: str) -> str:
        """Say as which class of the client's a refusal was raised; the contract leaves open which 4xx it is."""
        if reply.answered:
            raise Ended("fail", "it succeeded where it has to be refused", requirement)
        if not reply.is_refused:
            self.given(reply, requirement)
        if "APIError" not in reply.classes:
            raise Ended("limit", f"the client raised {shortened(str(reply), SHOWN)} for a {reply.status}")
        return f"{reply.classes[0]} for {reply.status}"

    def made(self, name: str) -> Batch:
        """Return a batch that an earlier operation has made."""
        if name not in self.batches:
            raise Ended("not-exercised", f"needs the {name} batch, which was not made")
        return self.batches[name]

    def over(self) -> str:
        """Return the directory with the source files."""
        if self.directory is None:
            raise Ended("not-exercised", "needs a directory with files, which was not made")
        return self.directory

    def expect(self, requirement: str, holds: bool, otherwise: str) -> None:
        """End the operation as failed unless something holds."""
        if not holds:
            raise Ended("fail", otherwise, requirement)

    # --- set-up ---

    def make_directories(self) -> str:
        """Create a directory with a good and a damaged file, and one that stays empty; list the files."""
        name = f"batches-conformance {self.run_id}"
        directory = self._directory(f"{name} client")
        self.empty = self._directory(f"{name} empty")
        good = good_documents(self.run_id)
        self._upload(directory, next(good))
        # A target may refuse what cannot be processed.
        if not self._upload(directory, damaged_document(self.run_id)):
            self._upload(directory, next(good))
        self.directory = directory
        if self.unreadable:
            raise Ended("limit", f"the client cannot read a successful answer ({self.unreadable[0]})")
        listed = self.given(self.driver.call("beta.directories.files.list", directory, style="async", pages=MOST_PAGES))
        files = sum(len(page.get("items") or ()) for page in listed["pages"])
        if files < FILES and listed["pages"][-1]["next_page_token"]:
            raise Ended("limit", f"{ENDS_EARLY}, and misses {FILES - files} files")
        if files != FILES:
            raise Ended("error", f"the directory lists {files} files of {FILES} that were uploaded")
        return f"{FILES} files"

    def _upload(self, directory: str, document: SourceFile) -> bool:
        """Whether the target takes a file."""
        file = {"$file": document.name, "text": document.content.decode("ascii")}
        reply = self.driver.call(
            "beta.directories.files.upload", directory, style="async", upload_file=file, display_name=document.name
        )
        if reply.is_refused and reply.status not in ABOUT_KEY:
            return False
        self.set_up(reply)
        return True

    def _directory(self, name: str) -> str:
        ask: dict[str, Any] = {"name": name, "type": "ephemeral"}
        until = (datetime.now(UTC) + LIFETIME).isoformat()
        reply = self.driver.call("beta.directories.create", style="async", **ask, expires_at=until)
        if reply.is_unsupported or reply.is_refused:
            reply = self.driver.call("beta.directories.create", style="async", **ask)
        return str(self.set_up(reply)["id"])

    def extract_configuration(self) -> str:
        """Return the configuration for extract batches: the user's, or one that the client saves."""
        if self.settings.extract_configuration_id:
            return self.settings.extract_configuration_id
        reply = self.driver.call(
            "configurations.create", name=f"batches-conformance {self.run_id}", parameters=PARAMETERS["extract_v2"]
        )
        if reply.is_refused:
            raise Ended(
                "not-exercised", f"needs an extract configuration that can be saved ({shortened(str(reply), SHOWN)})"
            )
        self.configuration = str(self.set_up(reply)["id"])
        return self.configuration

    def delete_all(self) -> str:
        """Delete what was made; a target need not know how."""
        doomed = [("beta.directories.delete", self.directory), ("beta.directories.delete", self.empty)]
        doomed.append(("configurations.delete", self.configuration))
        if not any(made for _, made in doomed):
            raise Ended("not-exercised", "needs something to delete, and nothing was made")
        replies = [self.driver.call(name, made) for name, made in doomed if made]
        if left := [reply for reply in replies if not reply.answered]:
            raise Ended("not-exercised", f"{len(left)} things are left behind ({shortened(str(left[0]), SHOWN)})")
        return f"{len(replies)} things deleted"

    # --- the guide ---

    def create_parse(self) -> str:
        """Create a batch of parse jobs with a preset."""
        return self._create("parse", "parse_v2", self.settings.parse_configuration_id)

    def create_extract(self) -> str:
        """Create a batch of extract jobs with a saved configuration."""
        self.unreadable.clear()
        status = self._create("extract", "extract_v2", self.extract_configuration())
        if self.unreadable:
            raise Ended("limit", f"the client cannot read the configuration that it saved ({self.unreadable[0]})")
        return status

    def _create(self, name: str, job_type: str, configuration: str, **more: Any) -> str:
        job = {"type": job_type, "configuration_id": configuration}
        reply = self.driver.call(
            "batches.create", style="async", source_directory_id=self.over(), config={"job": job}, **more
        )
        if more and reply.is_refused:
            raise Ended("not-exercised", f"the target takes no {', '.join(more)} ({shortened(str(reply), SHOWN)})")
        self.batches[name] = self.given(reply, PRODUCTS[job_type].accepted, method="batches.create")
        return str(self.batches[name]["status"])

    def poll(self) -> str:
        """Get both batches until they have ended."""
        ends = [self._ended(name) for name in ("parse", "extract") if name in self.batches]
        if not ends:
            raise Ended("not-exercised", "needs a batch, and none was made")
        return ", ".join(ends)

    def _ended(self, name: str) -> str:
        batch = self.batches[name]
        for _ in self.target.pauses(self.target.poll_timeout):
            batch = self._get(batch)
            if batch["status"] in TERMINAL:
                self.batches[name] = batch
                return str(batch["status"])
        raise Ended("error", f"the {name} batch was still {batch['status']} after {self.target.poll_timeout:g} s")

    def _get(self, batch: Batch, **more: Any) -> Batch:
        """Return a batch as it is now; it may not be found for a moment after its create."""
        reply = self.target.eventually(
            partial(self.driver.call, "batches.get", batch["id"], style="async", **more),
            lambda reply: not reply.is_refused,
        )
        found: Batch = self.given(reply, "get-returns-requested-batch", method="batches.get")
        return found

    def expand_results(self) -> str:
        """Read the results of each completed batch, until there is an outcome for every file."""
        described = []
        for name in ("parse", "extract"):
            batch = self.batches.get(name)
            if batch is None or batch["status"] != COMPLETED:
                continue
            asked = batch
            entries = self.target.eventually(
                lambda asked=asked: self._get(asked, expand=["results"]).get("results") or [],  # type: ignore[misc]
                lambda entries: (
                    len(entries) == FILES
                    and all(entry.get("job_reference") or entry.get("error_message") for entry in entries)
                ),
            )
            self.expect("results-delivered-when-expanded", bool(entries), f"the {name} batch shows no results")
            self.expect(
                "results-cover-every-file",
                len(entries) == FILES,
                f"the {name} batch of {FILES} files shows {len(entries)} results",
            )
            found = [entry["job_reference"]["id"] for entry in entries if entry.get("job_reference")]
            self.jobs.update({name: found[0]} if found else {})
            described.append(f"{len(entries)} results, {len(found)} with a job")
        if not described:
            raise Ended("not-exercised", "needs a batch that was COMPLETED, and none was")
        return "; ".join(described)

    def read_parse_job(self) -> str:
        """Read the job of a parsed file."""
        return self._read_job("parse", "parsing.get", "parse-jobs-resolve")

    def read_extract_job(self) -> str:
        """Read the job of an extracted file."""
        return self._read_job("extract", "extract.get", "extract-jobs-resolve")

    def _read_job(self, name: str, method: str, requirement: str) -> str:
        if name not in self.jobs:
            raise Ended("not-exercised", f"needs a job of the {name} batch, and none is known")
        reply = self.target.eventually(
            lambda: self.driver.call(method, self.jobs[name], style="async"), lambda reply: not reply.is_refused
        )
        value = self.given(reply, requirement)
        return str(value.get("job", value).get("status"))

    # --- lists ---

    def walk(self, requirement: str, most: int = MOST_PAGES, **filters: Any) -> ClientWalk:
        """Follow a list as far as the client does."""
        reply = self.driver.call("batches.list", pages=most, **filters)
        value = self.given(reply, requirement, method="batches.list")
        pages = value["pages"]
        return ClientWalk(
            [page["items"] for page in pages],
            gave_up=bool(pages[-1]["next_page_token"]) and not value["goes_on"],
            goes_on=value["goes_on"],
        )

    def _holds(self, requirement: str, *names: str, **filters: Any) -> str:
        """See that a list comes to hold some of our batches."""
        ids = {self.made(name)["id"] for name in names}
        walk = self.target.eventually(lambda: self.walk(requirement, **filters), lambda walk: ids <= set(walk.ids))
        if missing := ids - set(walk.ids):
            if walk.gave_up:
                raise Ended("limit", f"{ENDS_EARLY}, and misses {len(missing)} batches")
            if walk.goes_on:
                raise Ended("not-exercised", f"needs a list of at most {MOST_PAGES} pages")
            raise Ended("fail", f"{len(missing)} of {len(ids)} batches are not in the list", requirement)
        return f"{len(walk.items)} on {len(walk.pages)} pages"

    def _lacks(self, requirement: str, *names: str, **filters: Any) -> None:
        """See that a list holds none of some batches."""
        ids = {self.made(name)["id"] for name in names}
        walk = self.walk(requirement, **filters)
        self.expect(requirement, not ids & set(walk.ids), "a batch is in the list that does not match the filter")

    def list_all(self) -> str:
        """List without a filter, over as many pages as there are."""
        return self._holds("list-shows-created-batch", "parse")

    def list_asynchronously(self) -> str:
        """List with the asynchronous client, as the guide does; the other client has no two kinds."""
        reply = self.driver.call("batches.list", style="async", pages=MOST_PAGES, source_directory_id=self.over())
        value = self.given(reply, "list-filters-by-directory", method="batches.list")
        return f"{len(value['pages'])} pages"

    def list_by_status(self) -> str:
        """List by the status of the parse batch, and by another one."""
        status = self._end("parse")
        other = next(each for each in sorted(TERMINAL) if each != status)
        self._lacks("list-filters-by-status", "parse", status=other)
        return self._holds("list-filters-by-status", "parse", status=status)

    def list_by_directory(self) -> str:
        """List by the directory, and by the empty one."""
        if self.empty:
            self._lacks("list-filters-by-directory", "parse", source_directory_id=self.empty)
        return self._holds("list-filters-by-directory", "parse", source_directory_id=self.over())

    def list_by_earliest(self) -> str:
        """List from the creation on, and from long after it."""
        created = self._created("parse")
        self._lacks("list-filters-by-earliest-creation", "parse", created_at_on_or_after=_instant(created, LONG))
        self._holds("list-compares-instants", "parse", created_at_on_or_after=_instant(created, -MARGIN, ABROAD))
        return self._holds(
            "list-filters-by-earliest-creation", "parse", created_at_on_or_after=_instant(created, -MARGIN)
        )

    def list_by_latest(self) -> str:
        """List up to the creation, and up to long before it."""
        created = self._created("parse")
        mine = {"source_directory_id": self.over()}
        requirement = "list-filters-by-latest-creation"
        self._lacks(requirement, "parse", created_at_on_or_before=_instant(created, -LONG), **mine)
        return self._holds(requirement, "parse", created_at_on_or_before=_instant(created, MARGIN), **mine)

    def list_by_all(self) -> str:
        """List with all filters at once, of which the last does not match, and then with four that do."""
        created = self._created("parse")
        most = {
            "status": self._end("parse"),
            "source_directory_id": self.over(),
            "created_at_on_or_after": _instant(created, -2 * LONG),
        }
        self._lacks("list-filters-combine", "parse", created_at_on_or_before=_instant(created, -LONG), **most)
        return self._holds("list-filters-combine", "parse", created_at_on_or_before=_instant(created, MARGIN), **most)

    def _end(self, name: str) -> str:
        """Return the status that a batch keeps; any other may have passed by the time of a list."""
        status = str(self.made(name)["status"])
        if status not in TERMINAL:
            raise Ended("not-exercised", "needs a batch that has ended")
        return status

    def _created(self, name: str) -> Moment:
        created = moment(self.made(name).get("created_at"))
        if created is None:
            raise Ended("not-exercised", "needs a batch that shows when it was created")
        return created

    def page_through(self) -> str:
        """Follow pages of one batch and of two, where the target does not refuse so small ones."""
        ids = {batch["id"] for batch in self.batches.values()}
        if len(ids) < 2:
            raise Ended("not-exercised", "needs two batches over the directory")
        self._holds("list-filters-by-directory", *self.batches, source_directory_id=self.over())
        described = [self._page_through(ids, size) for size in (1, 2) if self._takes(size)]
        if not described:
            raise Ended("not-exercised", "needs a small page_size that the target accepts")
        return ", ".join(described)

    def _takes(self, size: int) -> bool:
        """Whether the target accepts a page_size, which it need not."""
        return not self.driver.call("batches.list", pages=1, page_size=size).is_refused

    def _page_through(self, ids: set[str], size: int) -> str:
        most = 3 * len(ids) + SPARE_PAGES
        walk = self.walk("pages-lose-nothing", most, source_directory_id=self.over(), page_size=size)
        missing = len(ids - set(walk.ids))
        if walk.gave_up and missing:
            raise Ended("limit", f"{ENDS_EARLY}, and misses {missing} batches")
        self.expect("walk-over-pages-ends", not walk.goes_on, f"{len(walk.pages)} pages, and no end")
        self.expect("pages-lose-nothing", not missing, f"{missing} of {len(ids)} batches are missing")
        self.expect("pages-repeat-nothing", not repeated(walk.ids), f"several times {repeated(walk.ids)}")
        return f"{len(walk.pages)} pages of {size}"

    # --- the rest of a call ---

    def read_raw(self) -> str:
        """Read a batch with the response behind it."""
        batch = self.made("parse")
        reply = self.driver.call("batches.get", batch["id"], style="raw")
        value = self.given(reply, "get-returns-requested-batch")
        if wrong := self.misfit("batches.get", value["value"]):
            raise Ended("limit", f"the client's own types do not fit: {wrong}")
        self.expect("get-returns-requested-batch", value["value"]["id"] == batch["id"], "another batch was returned")
        return str(value["status"])

    def name_project(self) -> str:
        """Name the key's own project in a get and a list."""
        batch = self.made("parse")
        project: dict[str, Any] = {"project_id": self._own_project(batch)}
        self.given(self.driver.call("batches.get", batch["id"], **project), "project-id-accepted", method="batches.get")
        return self._holds("project-id-accepted", "parse", source_directory_id=self.over(), **project)

    def _own_project(self, batch: Batch) -> str:
        """Return the id of the key's project for queries, from the user or from the list of projects."""
        if given := given_id(self.target, MAIN):
            return given
        exchanges = self.driver.call("projects.list").exchanges
        response = exchanges[-1].response if exchanges else None
        listed = list(listed_ids(response)) if response and response.is_success else []
        own = own_id(listed, batch.get("project_id"))
        if own is None:
            raise Ended("not-exercised", NEEDS_PROJECT)
        return own

    # --- errors ---

    def get_unknown(self) -> str:
        """Get a batch that nobody has made."""
        reply = self.driver.call("batches.get", unknown_id(self.made("parse")["id"]))
        return self.refused(reply, "get-refuses-unknown-batch")

    def create_invalid(self) -> str:
        """Create a batch of jobs of a type that does not exist."""
        job = {"type": NO_SUCH_TYPE, "configuration_id": self.settings.parse_configuration_id}
        reply = self.driver.call("batches.create", source_directory_id=self.over(), config={"job": job})
        return self.refused(reply, "create-refuses-unknown-job-type")

    def use_wrong_key(self) -> str:
        """Get and list with a key that was never issued."""
        if "parse" in self.batches:
            self.refused(
                self.driver.call("batches.get", self.batches["parse"]["id"], caller=UNKNOWN), "unknown-key-refused"
            )
        return self.refused(self.driver.call("batches.list", pages=1, caller=UNKNOWN), "unknown-key-refused")

    # --- what only newer generations have: its absence is no violation ---

    def create_with_webhook(self) -> str:
        """Create the third batch with a webhook, or without one where there is no such thing."""
        job_type, configuration = "parse_v2", self.settings.parse_configuration_id
        url = NOBODY_LISTENS if self.settings.is_mock or self.settings.is_local else NEVER_DELIVERED
        hook = {"webhook_url": url, "webhook_events": ["batch.success"]}
        try:
            if "webhook_configurations" not in self.description["batches.create"]["parameters"]:
                raise Ended("not-exercised", "the client has no webhooks")
            return self._create("third", job_type, configuration, webhook_configurations=[hook])
        except Ended as ended:
            if ended.verdict == "not-exercised":
                self._create("third", job_type, configuration)
            raise

    def cancel(self) -> str:
        """Cancel the third batch."""
        if "batches.cancel" not in self.description:
            raise Ended("not-exercised", "the client has no cancel")
        reply = self.driver.call("batches.cancel", self.made("third")["id"])
        if not reply.answered:
            raise Ended(
                "not-exercised", f"the target has no cancel, or none for this batch ({shortened(str(reply), SHOWN)})"
            )
        if wrong := self.misfit("batches.cancel", reply.value):
            raise Ended("limit", f"the client's own types do not fit: {wrong}")
        return str(reply.value["status"])


def _instant(shown: Moment, later: int, offset: timedelta = timedelta(0)) -> dict[str, str]:
    """Return an instant some nanoseconds later, as it is sent to the drivers."""
    return {"$instant": shown.shifted(later, offset)}


OPERATIONS: Final[dict[str, Callable[[ClientScenario], str]]] = {
    "create directory, upload": ClientScenario.make_directories,
    "create parse batch": ClientScenario.create_parse,
    "create extract batch": ClientScenario.create_extract,
    "get until the end": ClientScenario.poll,
    "get, results expanded": ClientScenario.expand_results,
    "get parse job": ClientScenario.read_parse_job,
    "get extract job": ClientScenario.read_extract_job,
    "create with webhook": ClientScenario.create_with_webhook,
    "cancel": ClientScenario.cancel,
    "list": ClientScenario.list_all,
    "list, asynchronous": ClientScenario.list_asynchronously,
    "list by status": ClientScenario.list_by_status,
    "list by directory": ClientScenario.list_by_directory,
    "list by earliest": ClientScenario.list_by_earliest,
    "list by latest": ClientScenario.list_by_latest,
    "list by all filters": ClientScenario.list_by_all,
    "list, page by page": ClientScenario.page_through,
    "get, raw response": ClientScenario.read_raw,
    "project named": ClientScenario.name_project,
    "unknown batch": ClientScenario.get_unknown,
    "invalid create": ClientScenario.create_invalid,
    "wrong key": ClientScenario.use_wrong_key,
    "delete": ClientScenario.delete_all,
}
"""What a client is made to do, in order; each by the name of its row."""


def findings_of(scenario: ClientScenario, client: str) -> Iterator[ClientFinding]:
    """Let a client do everything, and give what was found as it goes.

    A violation that an oracle sees in what the client exchanged outranks whatever the client makes of it. Only what the
    core demands counts: a profile is checked where it is asked for, and a client's newer methods are tried anyway.
    """
    demanded = {id_ for id_, requirement in requirements.of(()).items() if requirement.level == "must"}
    verify = Verify()
    scenario.driver.observers.append(Panel(of_run(scenario.settings.settle_timeout), verify).on_exchange)
    seen = 0
    for name, operation in OPERATIONS.items():
        try:
            finding = ClientFinding(client, name, "pass", operation(scenario))
        except Ended as ended:
            finding = ClientFinding(client, name, ended.verdict, ended.detail, ended.requirements)
        except RunError as error:
            yield ClientFinding(client, name, "error", str(error))
            return
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            finding = ClientFinding(client, name, "error", f"what the client returned is unusable: {error!r}")
        violated = verify.violated[seen:]
        seen += len(violated)
        broken = [observation for observation in violated if observation.requirement in demanded]
        yield _accused(finding, broken) if broken else finding
    if errors := verify.take("")["errors"]:
        yield ClientFinding(client, "oracles", "error", errors[0])


def _accused(finding: ClientFinding, violated: Sequence[Observation]) -> ClientFinding:
    """Return a finding with what the oracles saw: the client's own failure counts as well, and its excuse does not."""
    ids = [observation.requirement for observation in violated]
    described = str(violated[0])
    if finding.verdict != "pass":
        described = f"{described}; the client: {finding.detail}"
    if finding.verdict == "fail":
        ids = [*finding.requirements, *ids]
    return ClientFinding(finding.client, finding.operation, "fail", described, tuple(dict.fromkeys(ids)))
