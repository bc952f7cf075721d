"""The panel: observes the exchanges of a client and lets every oracle look at them."""

from collections.abc import Sequence
from dataclasses import replace

from fixtures.exchange import Exchange
from suites.oracles.oracle import Oracle
from suites.traffic import read
from suites.verify import Observation, Verify


class Panel:
    """A fresh set of oracles, and where their observations go."""

    def __init__(self, oracles: Sequence[Oracle], verify: Verify) -> None:
        self._looks = {oracle.name: oracle.begin() for oracle in oracles}
        self._verify = verify

    def on_exchange(self, exchange: Exchange) -> None:
        """Let every oracle look at an exchange; one that breaks is an error of the suite, and looks no more."""
        call = read(exchange)
        if call is None:
            return
        observations: list[Observation] = []
        for name, look in list(self._looks.items()):
            try:
                for observation in look(call):
                    observations.append(observation if observation.holds else replace(observation, oracle=name))
            except Exception as error:
                del self._looks[name]
                self._verify.record_error(
                    f"the oracle {name} broke on {exchange}: {error!r}; report this as a bug of the suite"
                )
        self._verify.record(*observations)
        call.forget()
