"""Which elements of the contract were sent, and which were seen."""

from collections import Counter
from collections.abc import Iterator

from spec.elements import fields_of, parameters_of
from suites.oracles.memory import Memory
from suites.shapes import shape_of
from suites.traffic import Call


class Coverage:
    """Counts the exchanges in which each element of the contract was sent or seen, however often within one."""

    def __init__(self) -> None:
        self._sent: Counter[frozenset[str]] = Counter()
        self._seen: Counter[frozenset[str]] = Counter()
        self._in_requests: Memory[object, frozenset[str]] = Memory()
        self._in_answers: Memory[object, frozenset[str]] = Memory()

    def on_exchange(self, call: Call) -> None:
        """Count what one call of the contract carries; calls of the set-up are left alone."""
        if call.operation.is_setup:
            return
        sent, seen = call.made_for_like(self, lambda: self._elements_of(call))
        self._sent[sent] += 1
        self._seen[seen] += 1

    def take(self) -> dict[str, dict[str, int]]:
        """Return the counts since the last call."""
        taken = {"sent": _by_element(self._sent), "seen": _by_element(self._seen)}
        self._sent.clear()
        self._seen.clear()
        return taken

    def _elements_of(self, call: Call) -> tuple[frozenset[str], frozenset[str]]:
        params = [*call.path.items(), *call.exchange.request.params]
        asked = call.name, *[(name, shape_of(value)) for name, value in params], shape_of(call.sent_body)
        answered = call.name, call.exchange.status, call.shape
        sent = self._in_requests.made(asked, lambda: frozenset(_sent(call)))
        return sent, self._in_answers.made(answered, lambda: frozenset(_seen(call)))


def _by_element(counts: Counter[frozenset[str]]) -> dict[str, int]:
    elements: Counter[str] = Counter()
    for together, count in counts.items():
        elements.update(dict.fromkeys(together, count))
    return dict(elements)


def _sent(call: Call) -> Iterator[str]:
    yield call.name
    for name, (element, schema) in parameters_of(call.operation).items():
        values = [call.path[name]] if name in call.path else call.exchange.request.values(name)
        if values:
            yield element
        for value in values:
            yield from fields_of(schema, value)
    if schema_of_body := call.operation.body_schema:
        yield from fields_of(schema_of_body, call.sent_body)


def _seen(call: Call) -> Iterator[str]:
    response = call.exchange.response
    if response is None:
        return
    yield call.name
    for status in (str(response.status), f"{response.status // 100}XX"):
        if status in call.operation.definition["responses"]:
            yield f"{call.name}:{status}"
    if schema := call.operation.success_schema:
        yield from fields_of(schema, call.answer)
