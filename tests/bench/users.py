"""Users of a load beside plain users of locust, in turn in one process, whose library gevent has to have changed."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import gevent
import pytest
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

from fixtures.embedded import running_mock
from fixtures.exchange import Exchange
from fixtures.settings import KEY
from suites.load.budget import FILES, REQUESTS, Allowance, Grant
from suites.load.guide import Guide
from suites.load.options import OPTIONS, load_options, settings_for
from suites.load.session import Session

USERS: Final = 10
BATCHES: Final = 5
"""Batches of each user."""
ROUNDS: Final = 9
TURNS: Final = 10
"""How often a user does all in a round."""
ACTIONS: Final = (Guide.poll, Guide.list, Guide.poll, Guide.results, Guide.walk)


class Plain(FastHttpUser):
    """A user of locust's own."""

    host = "of the mock"


def rounds(environment: Environment, base_url: str, key: str, folder: Path) -> Iterator[tuple[float, float]]:
    """Yield, round by round, the processor seconds of a request of our users, and of plain ones that send the same."""
    sent: list[Exchange] = []

    def on_request(exchange: Exchange, wrong: str | None) -> None:
        assert wrong is None, wrong
        sent.append(exchange)
        environment.events.request.fire(
            request_type=exchange.request.method,
            name=exchange.request.path,
            response_time=exchange.seconds * 1000,
            response_length=0,
            exception=None,
            context={},
        )

    def given(name: str) -> Any:
        return base_url if name == "--target" else OPTIONS.get(name, {}).get("default")

    no_limits = dict.fromkeys((REQUESTS, FILES), float("inf"))
    session = Session(
        settings_for(given),
        load_options(given),
        name="bench",
        is_first=True,
        run_id="bench",
        allowance=Allowance(no_limits, None, lambda _, count, __: Grant(count, 1)),
        on_request=on_request,
        on_made=lambda _: None,
        is_remembered=False,
        report_folder=folder,
    )
    guides = [session.user() for _ in range(USERS)]
    clients = [Plain(environment).client for _ in range(USERS)]
    for guide in guides:
        guide.upload()
        for _ in range(BATCHES):
            guide.create()

    def work(guide: Guide) -> None:
        for action in ACTIONS * TURNS:
            action(guide)

    def repeat(client: Any, exchanges: Sequence[Exchange]) -> None:
        for exchange in exchanges:
            request = exchange.request
            with client.request(
                request.method, request.url, name=request.path, headers={"Authorization": f"Bearer {key}"}
            ) as answer:
                answer.json()

    for _ in range(ROUNDS):
        sent.clear()
        ours = _seconds([partial(work, guide) for guide in guides])
        shares = [partial(repeat, client, sent[number::USERS]) for number, client in enumerate(clients)]
        plain = _seconds(shares)
        yield ours / len(sent), plain / len(sent)
    session.close()


def _seconds(works: Sequence[Callable[[], None]]) -> float:
    began = time.process_time()
    gevent.joinall([gevent.spawn(work) for work in works], raise_error=True)
    return time.process_time() - began


def main() -> None:
    """Print what both take in the round whose ratio is the median, for in a round they share what the machine does."""
    with running_mock("--pace=0") as mock, TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, mock.api_key)
        environment = Environment(user_classes=[])
        environment.create_local_runner()
        taken = list(rounds(environment, mock.base_url, mock.api_key, Path(folder)))
    ratio = statistics.median_low(ours / plain for ours, plain in taken)
    print(*next(each for each in taken if each[0] / each[1] == ratio))


if __name__ == "__main__":
    main()
