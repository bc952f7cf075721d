"""What the types of a client say, held against the contract: every difference has to be explained, or is red.

Names are those of `spec/elements.py`, with `>` before what an operation is sent in a body, and `<` before what it
answers: `createBatch?project_id`, `createBatch > BatchCreate.config`, `listBatches < Batch.status`.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fixtures.errors import ClientFailed
from fixtures.key import Key
from fixtures.route import Route
from fixtures.target import MAIN, Target
from spec import generations
from spec.elements import parameters_of
from spec.openapi import Operation, operations
from spec.text import end_of
from spec.yaml_files import read_yaml
from suites.clients import declarations
from suites.clients.driver import driving
from suites.clients.environments import DRIVERS, Environment
from suites.clients.shapes import PlainType, misfit, of_schema, sample
from suites.clients.stub import stub_server
from suites.clients.table import Registry, Release
from suites.traffic import json_object

EXPLANATIONS: Final = Path(__file__).with_name("differences.yaml")
METHODS: Final = {
    "batches.create": "createBatch",
    "batches.list": "listBatches",
    "batches.get": "getBatch",
    "batches.cancel": "cancelBatch",
}
"""The methods of a client for the operations of the contract and of its profiles."""
DESCRIBE_TIMEOUT: Final = 60.0
ABSENT: Final = "absent"
REQUEST_TIMEOUT: Final = 10.0
TEXT_LIMIT: Final = 300

Description = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Difference:
    """What the contract and a client say differently of one aspect of an element."""

    element: str
    aspect: str
    contract: str
    client: str

    def __str__(self) -> str:
        return f"{self.element}, {self.aspect}: {self.contract} in the contract, {self.client} in the client"


@dataclass(frozen=True)
class ClientExplanation:
    """Why some differences are right: those of these elements, in the clients of some generations.

    `clients` are the names of those of which it holds, where it does not hold of all of these generations.
    """

    elements: tuple[str, ...]
    aspect: str
    contract: str
    client: str
    generations: tuple[str, ...]
    registries: tuple[Registry, ...]
    why: str
    clients: tuple[str, ...] = ()

    def is_about(self, client: Release) -> bool:
        """Whether it is about a client at all."""
        is_named = not self.clients or client.name in self.clients
        return is_named and client.generation in self.generations and client.registry in self.registries

    def explains(self, difference: Difference) -> bool:
        """Whether it is about this difference."""
        said = (difference.aspect, difference.contract, difference.client)
        return said == (self.aspect, self.contract, self.client) and difference.element in self.elements


@cache
def explanations() -> tuple[ClientExplanation, ...]:
    """Return the explanations of `differences.yaml`."""
    return tuple(
        ClientExplanation(
            **{
                **entry,
                "elements": tuple(entry["elements"]),
                "generations": tuple(entry["generations"]),
                "registries": tuple(entry.get("registries", ("pypi", "npm"))),
                "clients": tuple(entry.get("clients", ())),
            }
        )
        for entry in read_yaml(EXPLANATIONS)["differences"]
    )


def describe(environment: Environment) -> Description:
    """Return the methods of an installed client by its types. Raises `ClientFailed` when they cannot be read."""
    try:
        if environment.client.registry == "npm":
            return declarations.operations(environment.package)
        ended = subprocess.run(
            [*environment.command[:-1], str(DRIVERS / "describe.py")],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=DESCRIBE_TIMEOUT,
            check=False,
        )
        if ended.returncode:
            raise ValueError(end_of(ended.stderr, TEXT_LIMIT))
        found: Description = json.loads(ended.stdout)
        return found
    except (OSError, ValueError, LookupError, subprocess.TimeoutExpired) as error:
        raise ClientFailed(f"the types of {environment.client.name} cannot be read; fix the reader ({error})") from None


def unfit(description: Description, registry: Registry, method: str, value: Any) -> str | None:
    """Return what is wrong with a value that a client gave, by its own types; the Python client looks itself."""
    if registry != "npm" or method not in description:
        return None
    answer = description[method]["answer"]
    if method != "batches.list":
        return misfit(answer, value)
    items = answer["fields"]["items"]
    found = (misfit(items, page.get("items"), "items") for page in value["pages"])
    return next((wrong for wrong in found if wrong), None)


# --- requests ---


@dataclass(frozen=True)
class Sent:
    """Where a client puts what a method is given: the request line, and the names in the query and the body."""

    line: str
    query: frozenset[str]
    body: frozenset[str]


def requests(environment: Environment, description: Description) -> dict[str, Sent]:
    """Return what a client sends for each of its methods, seen on the wire. Raises `ClientFailed`."""
    found = {}
    with stub_server() as url, driving(environment, _target(url), REQUEST_TIMEOUT) as driver:
        for method, described in description.items():
            parameters = described["parameters"]
            path = [sample(each) for each in parameters.values() if each["path"]]
            arguments = {name: sample(each) for name, each in parameters.items() if not each["path"]}
            reply = driver.call(method, *path, pages=int(method == "batches.list"), **arguments)
            if not reply.exchanges:
                raise ClientFailed(f"{environment.client.name} sends nothing for {method} ({reply})")
            request = reply.exchanges[0].request
            template = request.path
            for each in path:
                template = template.replace(f"/{each}", "/{}")
            found[method] = Sent(
                f"{request.method} {template}",
                frozenset(name for name, _ in request.params),
                frozenset(json_object(request.body)),
            )
    return found


def _target(url: str) -> Target:
    return Target(
        base_url=url,
        kind="url",
        keys={MAIN: Key("llx-batches-conformance")},
        scopes={},
        control=None,
        clock=None,
        organization_id=None,
        poll_interval=1.0,
        poll_timeout=1.0,
        settle_timeout=1.0,
        route=Route(url),
    )


# --- comparison ---


def differences(
    description: Description, sent: Mapping[str, Sent], registry: Registry, profiles: tuple[str, ...] = ()
) -> list[Difference]:
    """Everything in which a client and the contract with some profiles differ, sorted."""
    found: list[Difference] = []
    promised = methods(profiles)
    for method in sorted({*promised, *description}):
        operation = promised.get(method)
        if operation is None:
            found.append(Difference(METHODS.get(method, method), "presence", ABSENT, sent[method].line))
        elif method not in description:
            found.append(Difference(operation.id, "presence", "there", ABSENT))
        else:
            found += _of_operation(operation, description[method], sent[method], registry, profiles)
    return sorted(set(found))


def methods(profiles: tuple[str, ...]) -> dict[str, Operation]:
    """Return the methods that a client has, each with its operation of the contract with some profiles."""
    return {
        method: operation
        for method, id_ in METHODS.items()
        if (operation := operations()[id_]).is_core or operation.part in profiles
    }


def _of_operation(
    operation: Operation, described: Mapping[str, Any], sent: Sent, registry: Registry, profiles: tuple[str, ...]
) -> Iterator[Difference]:
    name = operation.id
    line = f"{operation.method} {re.sub(r'{.*?}', '{}', operation.template)}"
    if line != sent.line:
        yield Difference(name, "request", line, sent.line)
    given = {each: field for each, field in described["parameters"].items() if not field["path"]}
    query = {
        parameter: {**of_schema(schema, registry, profiles), "required": False}
        for parameter, (element, schema) in parameters_of(operation).items()
        if "?" in element
    }
    in_query = {each: field for each, field in given.items() if each in sent.query}
    yield from _of_fields(query, in_query, f"{name}?")
    if operation.body_schema is not None:
        body = of_schema(operation.body_schema, registry, profiles)
        in_body = {each: field for each, field in given.items() if each in sent.body}
        yield from _of_fields(body["fields"], in_body, f"{name} > {body['name']}.", name + " > ")
    for each in sorted(given.keys() - sent.query - sent.body):
        yield Difference(f"{name} {each}", "request", "sent", "not sent")
    assert operation.success_schema is not None
    answer = of_schema(operation.success_schema, registry, profiles)
    yield from _of_shapes(answer, described["answer"], name, f"{name} < ")


def _of_fields(
    contract: Mapping[str, PlainType], client: Mapping[str, PlainType], start: str, inner: str = ""
) -> Iterator[Difference]:
    """Yield the differences of fields whose names follow `start`; those of objects in them follow `inner`."""
    for field in sorted({*contract, *client}):
        element, promised, read = start + field, contract.get(field), client.get(field)
        if promised is None or read is None:
            yield Difference(element, "presence", _presence(promised), _presence(read))
            continue
        if promised["required"] != read["required"]:
            yield Difference(element, "presence", _presence(promised), _presence(read))
        yield from _of_shapes(promised, read, element, inner)


def _of_shapes(contract: PlainType, client: PlainType, element: str, inner: str) -> Iterator[Difference]:
    for aspect, say in (("type", _type), ("null", _null), ("values", _values)):
        if say(contract) != say(client):
            yield Difference(element, aspect, say(contract), say(client))
    if "fields" in contract and "fields" in client:
        yield from _of_fields(contract["fields"], client["fields"], f"{inner}{contract['name']}.", inner)
    if "items" in contract and "items" in client:
        yield from _of_shapes(contract["items"], client["items"], f"{element}[]", inner)


def _presence(field: PlainType | None) -> str:
    if field is None:
        return ABSENT
    return "required" if field["required"] else "optional"


def _type(shape: PlainType) -> str:
    return str(shape["type"])


def _null(shape: PlainType) -> str:
    return "may be null" if shape["null"] else "never null"


def _values(shape: PlainType) -> str:
    return ", ".join(shape["values"]) if "values" in shape else "any"


# --- judgement ---


@dataclass(frozen=True)
class ClientDifferences:
    """The differences of one client, each with its explanation, and what is to be fixed."""

    client: Release
    explained: tuple[tuple[Difference, ClientExplanation], ...]
    complaints: tuple[str, ...]


def judged(client: Release, found: Sequence[Difference], known: Sequence[ClientExplanation]) -> ClientDifferences:
    """Find the explanation of each difference; complain of those without one, and of explanations of nothing."""
    about = [explanation for explanation in known if explanation.is_about(client)]
    explained = [
        (difference, explanation) for difference in found for explanation in about if explanation.explains(difference)
    ]
    understood = {difference for difference, _ in explained}
    complaints = [f"unexplained: {difference}" for difference in found if difference not in understood]
    used = {(difference.element, explanation) for difference, explanation in explained}
    complaints += [
        f"no longer explains anything: {element}, {explanation.aspect}"
        for explanation in about
        for element in explanation.elements
        if (element, explanation) not in used
    ]
    return ClientDifferences(client, tuple(explained), tuple(complaints))


def stale(known: Sequence[ClientExplanation], clients: Sequence[Release]) -> list[str]:
    """Complain of clients of a generation that does not exist, and of explanations for one without a client."""
    strange = [
        f"{client.name}: there is no generation {client.generation}"
        for client in clients
        if client.generation not in generations.load()
    ]
    own = {client.generation for client in clients}
    names = {client.name for client in clients}
    strange += [
        f"{', '.join(explanation.elements)}, {explanation.aspect}: the table has no client {name}"
        for explanation in known
        for name in explanation.clients
        if name not in names
    ]
    return strange + [
        f"{', '.join(explanation.elements)}, {explanation.aspect}: no client of the table is of generation {generation}"
        for explanation in known
        for generation in explanation.generations
        if generation not in own
    ]
