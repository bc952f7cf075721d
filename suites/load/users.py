"""The users as locust knows them."""

from random import choices, uniform
from typing import Any

from locust import User, task
from locust.exception import StopUser

from fixtures.errors import RunError
from suites.load.budget import NothingLeft
from suites.load.session import Session


class GuideUser(User):
    """Works as the guide says, by the weights and with the pauses of the options."""

    def __init__(self, environment: Any) -> None:
        """Enter the session of the process; `on_start` is left to those who derive from this."""
        super().__init__(environment)
        self._session: Session = environment.conformance
        self._guide = self._session.user()

    def wait_time(self) -> float:
        """Return the seconds of a pause."""
        return uniform(*self._session.options.pause)

    @task
    def act(self) -> None:
        """Do one of the things that a user does."""
        weights = self._session.options.weights
        [name] = choices(list(weights), list(weights.values()))
        action: Any = getattr(self._guide, name)
        try:
            action()
        except NothingLeft:
            raise StopUser from None
        except RunError as error:
            self._session.watch.problem(error)
