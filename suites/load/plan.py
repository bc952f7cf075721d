"""What a load would send and spend, and what it takes, estimated from its options; nothing is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from fixtures.settings import Settings, billable_files, rate, requests
from fixtures.target import capabilities
from spec.requirements import capabilities as needs
from suites.load import limits
from suites.load.guide import DIRECTORIES_AT_ONCE, LONGEST_WALK
from suites.load.options import RECEIVER, WEBHOOKS, LoadOptions

SECONDS_OF_ANSWER: Final = 0.1
"""How long an answer is taken to take."""
REQUESTS_OF: Final = {"walk": LONGEST_WALK / 2}
"""Requests of what a user does, where it is more than one."""
BYTES_OF_REQUEST: Final = 3_000
"""Bytes of a request and its answer, more or less."""
BYTES_OF_UPLOAD: Final = 1_500
"""Bytes of an upload and its answer, more or less."""
DELIVERIES_OF_BATCH: Final = 3
"""Deliveries of a batch to its webhook at most: of its two statuses and of its end."""
CPU_OF_EXCHANGE: Final = 0.0015
"""Seconds of a slow core that an exchange and its judgement take, as measured with users who pause."""
MARGIN: Final = 1.25
"""How many times that is planned for, since it was up to 1.9 ms."""
SHARE_OF_CORE: Final = 0.7
"""Part of a core that a process is to use, so that its own delay does not show in what it measures."""
MEMORY_OF_PROCESS: Final = 200.0
"""Megabytes of a process without users."""
MEMORY_OF_USER: Final = 0.3
"""Megabytes of a user."""


@dataclass(frozen=True)
class Plan:
    """The most that a load would send, upload and bill, by its options."""

    actions: float
    """How often a user does something, all users together."""
    requests: float
    uploads: float
    batches: float
    files: float
    per_second: float
    """Requests a second, once all users are at work."""
    seconds: float
    users: int

    @property
    def bytes(self) -> float:
        """How much goes over the wire, both ways."""
        return self.requests * BYTES_OF_REQUEST + self.uploads * BYTES_OF_UPLOAD

    @property
    def processes(self) -> int:
        """How many processes it takes."""
        return max(1, ceil(self.per_second * CPU_OF_EXCHANGE * MARGIN / SHARE_OF_CORE))

    @property
    def memory(self) -> float:
        """Megabytes that all processes take together."""
        return self.processes * MEMORY_OF_PROCESS + self.users * MEMORY_OF_USER


def plan(settings: Settings, options: LoadOptions, users: int, spawn_rate: float, seconds: float) -> Plan:
    """Estimate what these users would do in these seconds, within the limits."""
    rising = min(users / spawn_rate, seconds)
    user_seconds = rising * rising * spawn_rate / 2 + users * (seconds - rising)
    reached = min(users, ceil(spawn_rate * seconds))
    weights, whole = options.weights, sum(options.weights.values())
    action_seconds = sum(options.pause) / 2 + SECONDS_OF_ANSWER
    actions = user_seconds / action_seconds
    batches = actions * weights.get("create", 0) / whole
    directories = min(reached * DIRECTORIES_AT_ONCE, actions)
    uploads = directories * options.files
    requests_of_action = sum(weight / whole * REQUESTS_OF.get(name, 1) for name, weight in weights.items())
    sent = actions * requests_of_action + directories + uploads
    fastest = rate(settings) or float("inf")
    most = min(requests(settings), fastest * seconds)
    share = min(1.0, most / sent) if sent else 0.0
    files = min(batches * share * options.files, billable_files(settings))
    return Plan(
        actions=actions * share,
        requests=sent * share,
        uploads=min(uploads, most),
        batches=min(batches * share, files / options.files),
        files=files,
        per_second=min(reached / action_seconds * requests_of_action, fastest),
        seconds=seconds,
        users=reached,
    )


def plan_lines(
    settings: Settings, options: LoadOptions, users: int, spawn_rate: float, seconds: float
) -> Iterator[str]:
    """Show a plan."""
    estimate = plan(settings, options, users, spawn_rate, seconds)
    yield f"{estimate.users:,} of {users:,} users for {seconds:g} s on {settings.target}, at most about:"
    yield f"  {estimate.requests:>12,.0f} requests, up to {estimate.per_second:,.1f} a second"
    yield f"  {estimate.uploads:>12,.0f} uploads"
    yield f"  {estimate.batches:>12,.0f} batches"
    yield f"  {estimate.files:>12,.0f} billable files"
    if RECEIVER in capabilities(settings) and WEBHOOKS in options.profiles:
        yield f"  {estimate.batches * DELIVERIES_OF_BATCH:>12,.0f} deliveries to webhooks"
    yield f"  {estimate.bytes / 1e6:>12,.1f} MB over the wire"
    processes = (
        "one process with a core" if estimate.processes == 1 else f"{estimate.processes:,} processes, a core each"
    )
    yield f"It takes {processes}, and {estimate.memory:,.0f} MB; answers are taken to take {SECONDS_OF_ANSWER:g} s."
    yield (
        f"On the smallest plan, where {limits.REQUESTS.most} requests a minute are taken, the same takes at least "
        f"{limits.on_smallest_plan(estimate.requests, estimate.uploads) / 3600:,.1f} hours."
    )
    yield from filter(None, [webhooks_line(settings, options)])


def webhooks_line(settings: Settings, options: LoadOptions) -> str | None:
    """Say what it takes to receive webhooks, where they are asked for."""
    if WEBHOOKS not in options.profiles:
        return None
    if RECEIVER not in capabilities(settings):
        return f"No webhooks are received: they need {needs()[RECEIVER]}."
    if settings.webhook_port is None:
        return "Webhooks are received by each process, at a free port of its loopback."
    address = settings.webhook_url or "the target"
    return f"Webhooks are received by the first process, at port {settings.webhook_port}: {address} has to lead there."


def in_short(estimate: Plan) -> str:
    """Sum a plan up in a few words."""
    return f"about {estimate.requests:,.0f} requests and {estimate.files:,.0f} billable files"
