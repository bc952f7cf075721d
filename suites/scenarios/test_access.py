"""Who may do what: no key, a key that was never issued, and the key of another project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations
from fixtures.directories import Directories, Directory
from fixtures.exchange import Exchange
from fixtures.projects import NEEDS_PROJECT, Projects
from fixtures.target import ANONYMOUS, MAIN, NEVER_ISSUED, Target
from suites.differences import first_few
from suites.oracles.access import STRANGERS
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps
from suites.traffic import call_of
from suites.verify import Verify
from suites.walks import Walk, Walks

AFTER, BEFORE = "created_at_on_or_after", "created_at_on_or_before"
DIRECTORY, STATUS = "source_directory_id", "status"
FIRST_PAGES = 5
"""Pages of a list on which a foreign batch is looked for."""


@pytest.mark.requirement("anonymous-request-refused", "unknown-key-refused")
@pytest.mark.parametrize("stranger", [ANONYMOUS, *NEVER_ISSUED])
def test_a_stranger_is_refused(stranger: str, series: Series, idle: Directory, steps: Steps, batches: Batches) -> None:
    """Create, list, get and an expanded get are closed to a request without a key that was issued."""
    known = series.batches[0]["id"]
    asked: tuple[Callable[[str], Exchange], ...] = (
        lambda caller: batches.list(caller),
        lambda caller: batches.list(caller, source_directory_id=series.directory.id),
        lambda caller: batches.get(known, caller=caller),
        lambda caller: batches.get(known, expand=["results"], caller=caller),
    )
    answered = []
    for ask in asked:
        ask(MAIN)
        answered.append(ask(stranger))
    created = batches.create(idle.id, "parse_v2", steps.configuration_id("parse_v2"), caller=stranger)
    batches.list(source_directory_id=idle.id)
    for exchange in answered:
        steps.refused(STRANGERS[stranger], exchange, f"a key that is {stranger}, just after a key that is good")
    steps.refused(STRANGERS[stranger], created, f"a key that is {stranger}")


@pytest.fixture(scope="module")
def foreign_directory(directories: Directories, other_key: str) -> Directory:
    """Return a directory of one file in the other project."""
    return directories.holding(1, "foreign", other_key)


@dataclass(frozen=True)
class HiddenBatch:
    """A batch that is hidden from a caller, its owner, and the ids by which a query names the projects of both."""

    caller: str
    owner: str
    hidden: Batch
    window: Mapping[str, str | int | None]
    own_project: str | None
    owners_project: str | None

    @property
    def scopes(self) -> list[dict[str, str]]:
        """The projects that the caller can name: none, its own, and the owner's, as far as they are known."""
        known = dict.fromkeys(filter(None, (self.own_project, self.owners_project)))
        return [{}, *({"project_id": project_id} for project_id in known)]


@pytest.fixture(scope="module")
def sides(
    foreign_directory: Directory, directories: Directories, steps: Steps, other_key: str, projects: Projects
) -> list[HiddenBatch]:
    """Return both sides of three batches in a row that have ended: ours, one of the other project, and ours again.

    The window of time begins with the first of them and ends with the last.
    """
    if not steps.configuration_id("parse_v2").startswith("cfg-PARSE_"):
        pytest.skip("needs a built-in preset as --parse-configuration-id, for use in two projects")
    own = directories.holding(1, "neighbours")
    created = [steps.create(directory) for directory in (own, foreign_directory, own)]
    callers = (MAIN, other_key, MAIN)
    before, foreign, after = (steps.finish(batch, caller) for batch, caller in zip(created, callers, strict=True))
    window = {AFTER: before.get("created_at"), BEFORE: after.get("created_at")}
    ours = projects.id_for_query(MAIN, before.get("project_id"))
    theirs = projects.id_for_query(other_key, foreign.get("project_id"))
    return [
        HiddenBatch(MAIN, other_key, foreign, window, ours, theirs),
        HiddenBatch(other_key, MAIN, before, window, theirs, ours),
    ]


@pytest.mark.requirement("get-hides-other-projects")
def test_a_batch_of_another_project_cannot_be_read(sides: list[HiddenBatch], batches: Batches) -> None:
    """Neither project reads the other's batch just after its owner did, plain or expanded, whichever it names."""
    for side, expand in product(sides, ((), ("results",))):
        for scope in side.scopes:
            params = list(scope.items())
            batches.get(side.hidden["id"], expand=expand, caller=side.owner, params=params)
            batches.get(side.hidden["id"], expand=expand, caller=side.caller, params=params)


@pytest.mark.requirement("list-hides-other-projects", "list-shows-one-project")
def test_a_list_shows_nothing_of_another_project(
    sides: list[HiddenBatch], batches: Batches, verify: Verify, walks: Walks
) -> None:
    """Not by directory, status or time, alone and together, just after its owner has listed it, and on no page.

    Not by naming one of the projects either. A list that is refused for the form of a project proves nothing.
    """
    for side in sides:
        directory = {DIRECTORY: side.hidden[DIRECTORY]}
        status = {STATUS: side.hidden["status"]}
        alone: list[dict[str, str | int | None]] = [
            *[{name: value} for name, value in side.window.items()],
            {**status, **directory},
            {**side.window, **directory},
            {**side.window, "page_size": 1},
        ]
        with_projects: list[dict[str, str | int | None]] = [{}, directory, {**status, **side.window}]
        asked = [*product(alone, [dict[str, str]()]), *product(with_projects, side.scopes)]
        for filters, scope in asked:
            batches.list(side.owner, **filters, **scope)
            walk = walks.follow(FIRST_PAGES, side.caller, **filters, **scope)
            if scope and walk.pages[-1].refuses_form:
                continue
            _hides(side, walk, walk.items, verify, [side.hidden["id"]], f"{filters}, {scope}")


@pytest.mark.requirement("list-hides-other-projects")
def test_a_page_token_opens_no_page_of_another_project(
    sides: list[HiddenBatch], batches: Batches, verify: Verify, walks: Walks
) -> None:
    """The token of an owner's page does not lead to the page after it with the key of another project.

    The page may show what the other project has there.
    """
    exercised = False
    for side, by_directory in product(sides, (True, False)):
        narrowed = {DIRECTORY: side.hidden[DIRECTORY] if by_directory else None, "page_size": 1}
        owned = walks.follow(2, side.owner, **narrowed)
        token = owned.pages[0].answer.get("next_page_token")
        hidden = [batch["id"] for page in owned.pages[1:] for batch in page.batches]
        for scope in side.scopes if token and hidden else ():
            call = call_of(batches.list(side.caller, **narrowed, **scope, page_token=token))
            if scope and call.refuses_form:
                continue
            case = f"the token of a page of the {side.owner} project, {scope}"
            _hides(side, Walk([*owned.pages, call]), call.batches, verify, hidden, case)
            exercised = True
    if not exercised:
        pytest.skip("needs a list of two pages in one of the projects")


def _hides(side: HiddenBatch, walk: Walk, listed: list[Batch], verify: Verify, hidden: list[str], case: str) -> None:
    """Verify that a caller's list, which a walk has led to, has none of the batches that are hidden from it."""
    shown = [batch["id"] for batch in listed if batch["id"] in hidden]
    verify(
        "list-hides-other-projects",
        not shown,
        check="list-hides-foreign-batches",
        kind="disclosed",
        expected=[],
        actual=shown,
        difference=f"{first_few(shown)} of the {side.owner} project is in the list",
        exchanges=walk.exchanges,
        case=f"the key of the {side.caller} project, {case}",
    )


@pytest.mark.requirement("create-refuses-foreign-directory")
def test_a_directory_of_another_project_is_not_processed(
    sides: list[HiddenBatch], steps: Steps, batches: Batches
) -> None:
    """A create over a directory of another project is refused, or its batch does not complete, whichever it names."""
    configuration_id = steps.configuration_id("parse_v2")
    for side in sides:
        for scope in side.scopes:
            exchange = batches.create(
                side.hidden[DIRECTORY], "parse_v2", configuration_id, caller=side.caller, params=list(scope.items())
            )
            _is_refused("create-refuses-foreign-directory", exchange, scope, "a directory of another project", steps)


@pytest.mark.requirement("create-refuses-foreign-configuration")
def test_a_configuration_of_another_project_is_not_used(
    sides: list[HiddenBatch], idle: Directory, configurations: Configurations, steps: Steps, batches: Batches
) -> None:
    """A create with a configuration that another project saved is refused, or yields no job, whichever it names."""
    side = sides[0]
    saved = configurations.save("parse_v2", "foreign", side.owner)
    for scope in side.scopes:
        exchange = batches.create(idle.id, "parse_v2", saved, params=list(scope.items()))
        case = "a configuration of another project"
        _is_refused("create-refuses-foreign-configuration", exchange, scope, case, steps)
    batches.list(source_directory_id=idle.id)


def _is_refused(requirement: str, exchange: Exchange, scope: Mapping[str, str], case: str, steps: Steps) -> None:
    """Verify that a create was not refused for the form of the project that it names, but for what is foreign in it."""
    if scope and call_of(exchange).refuses_form:
        steps.verify.could_not_ask(requirement, f"a project that was refused for its form says nothing: {exchange}")
    else:
        steps.refused_or_fruitless(requirement, exchange, f"{case}, {dict(scope)}")


@pytest.mark.requirement("list-hides-other-projects")
def test_a_create_makes_no_batch_in_another_project(
    sides: list[HiddenBatch],
    directories: Directories,
    steps: Steps,
    batches: Batches,
    verify: Verify,
    walks: Walks,
    target: Target,
) -> None:
    """A create that names another project is refused, or its batch is not in the lists of that project."""
    side = sides[0]
    if not side.owners_project:
        pytest.skip(NEEDS_PROJECT)
    directory = directories.holding(1, "for a foreign project")
    steps.ledger.spend_files(1)
    exchange = batches.create(
        directory.id, "parse_v2", steps.configuration_id("parse_v2"), params=[("project_id", side.owners_project)]
    )
    call = call_of(exchange)
    if call.refuses_form:
        pytest.skip(f"needs the id of another project in the right form ({exchange})")
    for batch in call.batches:
        look = partial(walks.follow, FIRST_PAGES, side.owner, **{DIRECTORY: directory.id})
        is_ours = batch.get("project_id") == sides[1].hidden["project_id"]
        walk = look() if is_ours else target.eventually(look, lambda walk: batch["id"] in walk.ids)  # noqa: B023
        others = replace(side, caller=side.owner, owner=side.caller)
        _hides(others, walk, walk.items, verify, [batch["id"]], f"a create with project_id={side.owners_project}")
