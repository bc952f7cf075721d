"""The tables of a load, for every output."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reports.model import Load, LoadedBatches, LoadedOperation
from reports.wording import duration
from spec.text import visible

LOAD_COLUMNS: Final = ("operation", "count", "a second", "median", "p95", "p99", "errors", "429s")
BATCH_COLUMNS: Final = ("last status", "batches", "median", "p95", "longest")
LONGEST_COLUMNS: Final = ("last status", "watched for", "batch")
LAG_COLUMNS: Final = ("until", "observed", "late", "median", "p95", "longest")
DELIVERY_COLUMNS: Final = ("event", "delivered", "repeated", "missing", "median", "p95", "longest")


@dataclass(frozen=True)
class LoadTable:
    """A table of a load: what it is about, the names of its columns, and its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def load_tables(load: Load) -> list[LoadTable]:
    """List the tables of a load: operations, batches, what took how long to show, and what webhooks received."""
    operations = [(name, *_figures(each)) for name, each in load.operations.items()]
    tables = [LoadTable("By operation", LOAD_COLUMNS, operations), *_of_batches(load.batches)]
    if load.lags:
        rows = [
            (name, f"{lag.count:,}", f"{lag.late:,}", *map(duration, (lag.p50, lag.p95, lag.max)))
            for name, lag in load.lags.items()
        ]
        tables.append(LoadTable("How long it took until something showed", LAG_COLUMNS, rows))
    if load.webhooks:
        rows = [
            (
                name,
                *(f"{count:,}" for count in (each.count, each.repeated, each.missing)),
                *map(duration, (each.p50, each.p95, each.max)),
            )
            for name, each in load.webhooks.items()
        ]
        tables.append(LoadTable("What webhooks received", DELIVERY_COLUMNS, rows))
    return tables


def _of_batches(batches: LoadedBatches) -> Iterator[LoadTable]:
    if watched := {**batches.ended, **batches.going_on}:
        rows: list[tuple[str, ...]] = [
            (visible(status), f"{each.count:,}", *map(duration, (each.p50, each.p95, each.max)))
            for status, each in watched.items()
        ]
        yield LoadTable("How long batches were watched", BATCH_COLUMNS, rows)
    if batches.longest:
        rows = [(visible(each.status), duration(each.seconds), visible(each.id)) for each in batches.longest]
        yield LoadTable("Batches that were watched for longest without an end", LONGEST_COLUMNS, rows)


def _figures(each: LoadedOperation) -> tuple[str, ...]:
    times = map(duration, (each.p50, each.p95, each.p99))
    return (f"{each.count:,}", f"{each.rate:,.1f}", *times, f"{each.errors:,}", f"{each.too_many:,}")
