"""The locustfile: users who work as the guide says, every answer to whom is judged, and one report at the end.

    locust -f $(batches-conformance load --locustfile) --host URL --users 50 --run-time 2m

It runs by itself or beside others, such as one with a `LoadTestShape`: alone, with `--processes`, or as master and
workers. The exit code is that of the report.
"""

import signal
import sys
from importlib import import_module
from pathlib import Path

_ABOVE = str(Path(__file__).resolve().parent.parent)
if _ABOVE not in sys.path:
    sys.path.append(_ABOVE)

_BEFORE = {each: signal.getsignal(each) for each in signal.valid_signals()}
import_module("batches_conformance.location").enter()
GuideUser = import_module("batches_conformance.load.hooks").GuideUser
for _each, _handler in _BEFORE.items():
    if signal.getsignal(_each) is not _handler:
        signal.signal(_each, _handler)  # The commands of the suite take them; here they are locust's.
