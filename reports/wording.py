"""Exchanges, targets and the like in one line, for every output."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from reports.model import (
    Load,
    LoadedBatches,
    Recording,
    ReportedExchange,
    ReportedShard,
    ReportedTarget,
    Run,
    Spending,
    Waiver,
    WatchedBatches,
)
from spec.text import visible


def describe(exchange: ReportedExchange) -> str:
    """Describe an exchange in one visible line: number, request, response and time."""
    if exchange.response is not None:
        outcome = str(exchange.response.status)
    else:
        outcome = f"no response ({exchange.error})" if exchange.error else "no response"
    worker = "" if exchange.worker == "main" else f"{exchange.worker} "
    return visible(
        f"{worker}#{exchange.number} {exchange.request.method} {path(exchange.request.url)}"
        f" -> {outcome} in {duration(exchange.seconds)}"
    )


def describe_contract(run: Run) -> str:
    """Name the version of the contract, and the selected profiles with theirs."""
    profiles = " and ".join(f"{name} {version}" for name, version in run.profiles.items())
    return f"{run.contract_version} with {profiles}" if profiles else run.contract_version


def describe_target(target: ReportedTarget) -> str:
    """Name the target, and its kind if the name does not show it."""
    return target_name(target) if target.base_url == target.kind else f"{target_name(target)} ({target.kind})"


def target_name(target: ReportedTarget) -> str:
    """Name the target, with the faults and the like that the mock was given."""
    given = " and ".join(f"the {word} {name}" for word, name in variants(target))
    return f"{target.base_url} with {given}" if given else target.base_url


def variants(target: ReportedTarget) -> list[tuple[str, str]]:
    """List the faults, variations and situations of the mock by name, each after the word for what it is."""
    return [
        (word, name)
        for word in ("fault", "variation", "situation")
        for name in str(target.settings.get(f"{word}s") or "").split(", ")
        if name
    ]


def describe_end(run: Run) -> str:
    """Say where a run has stopped that did not come to its end; empty where it did."""
    if not run.interrupted:
        return ""
    has_begun = run.tests.total or run.recording or run.load
    return "before its end" if has_begun else "before its first test"


def describe_recording(recording: Recording) -> str:
    """Describe in one visible line how much was judged, and how much was not."""
    aside = sum(recording.set_aside.values())
    judged = f"{counted(recording.judged, 'exchange')} judged"
    counts = f"{judged}, {recording.other:,} with other services, {aside:,} not judged"
    return visible(f"{', '.join(recording.sources)}: {counts}")


def describe_load(load: Load) -> str:
    """Describe in one line how many were at work, and how fast they were answered."""
    operations = load.operations.values()
    count = sum(each.count for each in operations)
    errors, too_many = (sum(getattr(each, name) for each in operations) for name in ("errors", "too_many"))
    rate = count / load.seconds if load.seconds else 0.0
    ends = Counter(worker.end for worker in load.workers)
    missing = " and ".join(f"{ends[end]} {end}" for end in ("lost", "failed") if end in ends)
    return (
        f"{counted(load.users, 'user')} for {long_duration(load.seconds)}, {rate:,.1f} exchanges a second, "
        f"{counted(errors, 'error')}, {counted(too_many, '429')}, {counted(len(load.workers), 'worker')}"
        f"{f' of which {missing}' if missing else ''}; ended by {load.ended_by}"
    )


def describe_ends(batches: LoadedBatches) -> str:
    """Describe in one line how many batches of a load were seen to end, and how long the others were watched."""
    ended, going_on = (sum(each.count for each in part.values()) for part in (batches.ended, batches.going_on))
    shown = f"{counted(batches.created, 'batch', 'batches')} created, {ended:,} seen to end, {going_on:,} not"
    if not going_on:
        return shown
    if not ended:
        return f"{shown}; watched for up to {duration(_longest(batches.going_on))}"
    longer = f"{batches.longer:,}" if batches.longer else "none"
    return f"{shown}; {longer} of these watched for longer than any that ended ({duration(_longest(batches.ended))})"


def _longest(watched: Mapping[str, WatchedBatches]) -> float:
    return max(each.max for each in watched.values())


def describe_reads(load: Load) -> list[str]:
    """Say of reads that could be compared how many went backwards."""
    return [
        f"Of {counted(reads.compared, 'get')} after another {name}, {reads.backwards:,} went back to an earlier update"
        for name, reads in load.reads.items()
    ]


def reasons_of(recording: Recording) -> list[tuple[str, str]]:
    """List why exchanges were set aside, with how many for each reason, the most first."""
    ranked = sorted(recording.set_aside.items(), key=lambda reason: (-reason[1], reason[0]))
    return [(f"{count:,}", visible(reason)) for reason, count in ranked]


def describe_spending(spent: Spending) -> str:
    """Describe what was used up, as `1,090 requests, 1 upload, 60 batches, 0 billable files`."""
    amounts = (
        (spent.requests, "request", "requests"),
        (spent.uploads, "upload", "uploads"),
        (spent.batches, "batch", "batches"),
        (spent.billable_files, "billable file", "billable files"),
    )
    return ", ".join(f"{amount:,} {one if amount == 1 else many}" for amount, one, many in amounts)


def describe_waiver(waiver: Waiver) -> str:
    """Describe a waiver in one visible line: reason, day, owner, link and violation."""
    facts = (f"until {waiver.expires}", waiver.owner, waiver.link, waiver.fingerprint or "any violation")
    return visible(f"{waiver.reason} ({', '.join(filter(None, facts))})")


def counted(amount: int, one: str, many: str = "") -> str:
    """Describe how many there are of something, as `1 violation` or `2 violations`."""
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"


def times(count: int) -> str:
    """Describe how often."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def shard_name(shard: ReportedShard) -> str:
    """Name a part of a split run."""
    return f"shard {shard.index} of {shard.count}"


def path(url: str) -> str:
    """Take path and query out of a URL; the URL itself if it cannot be taken apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def long_duration(seconds: float) -> str:
    """Describe a time span of minutes or hours."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def duration(seconds: float) -> str:
    """Describe a time span: in milliseconds below one second."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"
