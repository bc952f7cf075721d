"""The tables of a load, for every output."""

from dataclasses import dataclass
from typing import Final

from reports.model import Load, LoadedOperation
from reports.wording import duration

LOAD_COLUMNS: Final = ("operation", "count", "a second", "median", "p95", "p99", "errors", "429s")
LAG_COLUMNS: Final = ("until", "observed", "late", "median", "p95", "longest")
DELIVERY_COLUMNS: Final = ("event", "delivered", "repeated", "missing", "median", "p95", "longest")


@dataclass(frozen=True)
class LoadTable:
    """A table of a load: what it is about, the names of its columns, and its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def load_tables(load: Load) -> list[LoadTable]:
    """List the tables of a load: its operations, what took how long to show, and what webhooks received."""
    operations = [(name, *_figures(each)) for name, each in load.operations.items()]
    tables = [LoadTable("By operation", LOAD_COLUMNS, operations)]
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


def _figures(each: LoadedOperation) -> tuple[str, ...]:
    times = map(duration, (each.p50, each.p95, each.p99))
    return (f"{each.count:,}", f"{each.rate:,.1f}", *times, f"{each.errors:,}", f"{each.too_many:,}")
