"""What a user does, as the guide says: a directory, files, a batch, polls, results, lists and walks over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from fixtures.batches import Batches
from fixtures.client import Client, segment
from fixtures.directories import Directories, Directory
from suites.products import PRODUCTS
from suites.traffic import TERMINAL, as_list, call_of, entries, reference_of, status_of

OPEN_AT_ONCE: Final = 5
"""Batches of one user that have not ended, after which it creates no more."""
REMEMBERED: Final = 20
"""Batches that a user remembers, the latest."""
DIRECTORIES_AT_ONCE: Final = 3
"""Directories of one user, over which it creates batches in turn."""
PAGE_SIZE: Final = 5
LONGEST_WALK: Final = 10
"""Pages after which a user leaves a walk."""


@dataclass
class Known:
    """A batch that a user knows, and the status that it saw last."""

    id: str
    directory_id: str
    caller: str
    job_type: str
    created_at: Any
    status: str | None
    job_ids: tuple[str, ...] = ()

    @property
    def has_ended(self) -> bool:
        """Whether a terminal status was seen."""
        return self.status in TERMINAL


@dataclass
class Shared:
    """The batches that the users of one process know of each other."""

    by_caller: dict[str, list[Known]] = field(default_factory=dict)

    def add(self, known: Known) -> None:
        """Let everybody know a batch."""
        batches = self.by_caller.setdefault(known.caller, [])
        batches.append(known)
        del batches[:-REMEMBERED]

    def of_others(self, caller: str) -> list[Known]:
        """Return the batches of other projects."""
        return [known for other, batches in self.by_caller.items() if other != caller for known in batches]


class Guide:
    """One user: what it does is a method each, and what it gets is the oracles' matter.

    `jobs` are the job types with the configuration of each, `may_bill` says whether so many files may be billed, and
    `webhooks` returns the fields of a create that name endpoints.
    """

    def __init__(
        self,
        client: Client,
        directories: Directories,
        caller: str,
        jobs: Sequence[tuple[str, str]],
        files: int,
        may_bill: Callable[[int], bool],
        webhooks: Callable[[], Mapping[str, Any]],
        shared: Shared,
        random: Random,
    ) -> None:
        self._client = client
        self._directories = directories
        self._batches = Batches(client)
        self._caller = caller
        self._jobs = jobs
        self._files = files
        self._may_bill = may_bill
        self._webhooks = webhooks
        self._shared = shared
        self._random = random
        self._own: list[Directory] = []
        self._known: list[Known] = []

    def upload(self) -> None:
        """Fill a new directory, unless there are enough."""
        if len(self._own) < DIRECTORIES_AT_ONCE:
            self._own.append(self._directories.holding(self._files, "load", self._caller))
        else:
            self.list()

    def create(self) -> None:
        """Create a batch, unless too many go on already."""
        if not self._own:
            self.upload()
        if len(self._going_on) >= OPEN_AT_ONCE or not self._may_bill(self._files):
            self.poll()
            return
        directory = self._random.choice(self._own)
        job_type, configuration_id = self._random.choice(self._jobs)
        fields = self._webhooks()
        exchange = self._batches.create(directory.id, job_type, configuration_id, caller=self._caller, **fields)
        for batch in call_of(exchange).batches:
            known = Known(batch["id"], directory.id, self._caller, job_type, batch.get("created_at"), status_of(batch))
            self._known.append(known)
            del self._known[:-REMEMBERED]
            self._shared.add(known)

    def poll(self) -> None:
        """Get a batch that has not ended, or one of another user of the project now and then."""
        going_on = self._going_on
        others = self._shared.by_caller.get(self._caller, [])
        if others and (not going_on or self._random.random() < 0.2):
            self._get(self._random.choice(others))
        elif going_on:
            self._get(self._random.choice(going_on))
        else:
            self.list()

    def results(self) -> None:
        """Get a batch with its results."""
        if self._known:
            ended = [known for known in self._known if known.has_ended]
            self._get(self._random.choice(ended or self._known), expand=["results"])

    def job(self) -> None:
        """Get a job that results have named."""
        with_jobs = [known for known in self._known if known.job_ids]
        if with_jobs:
            known = self._random.choice(with_jobs)
            path = f"{PRODUCTS[known.job_type].jobs_path}/{segment(self._random.choice(known.job_ids))}"
            self._client.send("GET", path, caller=self._caller)
        else:
            self.results()

    def list(self) -> None:
        """List batches: by directory, by status, by time, or all that there are."""
        chosen = self._random.choice(self._known) if self._known else None
        filters: list[dict[str, Any]] = [{}, {"page_size": PAGE_SIZE}]
        if chosen:
            filters += [
                {"source_directory_id": chosen.directory_id},
                {"source_directory_id": chosen.directory_id, "page_size": 100},
                {"status": chosen.status},
                {"created_at_on_or_after": chosen.created_at, "page_size": 50},
                {"created_at_on_or_before": datetime.now(UTC).isoformat(), "page_size": 50},
                {"source_directory_id": chosen.directory_id, "status": chosen.status},
            ]
        self._batches.list(self._caller, **self._random.choice(filters))

    def walk(self) -> None:
        """Follow the pages of a list over a directory, or over all there is for a while."""
        chosen = self._random.choice(self._known) if self._known else None
        by_directory = chosen is not None and self._random.random() < 0.7
        filters = {"source_directory_id": chosen.directory_id} if chosen and by_directory else {}
        size = 1 + self._random.randrange(PAGE_SIZE) if by_directory else 50
        token: str | None = None
        for _ in range(LONGEST_WALK):
            exchange = self._batches.list(self._caller, **filters, page_size=size, page_token=token)
            answer = call_of(exchange).answer
            token = answer.get("next_page_token")
            if not isinstance(token, str) or not token or not as_list(answer.get("items")):
                return

    def cancel(self) -> None:
        """Cancel a batch that has not ended."""
        if going_on := self._going_on:
            self._batches.cancel(self._random.choice(going_on).id, caller=self._caller)

    def hide(self) -> None:
        """Ask for a batch of another project, which is not to be shown."""
        foreign = self._shared.of_others(self._caller)
        if foreign:
            self._batches.get(self._random.choice(foreign).id, caller=self._caller)

    @property
    def _going_on(self) -> Sequence[Known]:
        """The batches of this user of which no end was seen."""
        return [known for known in self._known if not known.has_ended]

    def _get(self, known: Known, expand: Sequence[str] = ()) -> None:
        exchange = self._batches.get(known.id, expand=expand, caller=self._caller)
        for batch in call_of(exchange).batches:
            if batch["id"] == known.id:
                known.status = status_of(batch)
                found = filter(None, map(reference_of, entries(batch) or ()))
                known.job_ids = tuple(id_ for _, id_ in found) or known.job_ids
