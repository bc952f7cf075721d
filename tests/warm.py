"""What every run and every mock imports: import this module before forking, and a fork starts with all of it."""

import gc
import platform
from importlib import import_module
from importlib.metadata import entry_points

from _pytest.config import default_plugins

from batches_conformance.plugins import PLUGINS
from reports import circumstances, model
from spec import requirements
from spec.openapi import match, operations

MODULES = (
    *PLUGINS,
    *(f"_pytest.{name}" for name in default_plugins),
    *sorted(plugin.module for plugin in entry_points(group="pytest11")),
    *("hypothesis.stateful", "schemathesis", "schemathesis.pytest.plugin", "rich.progress", "xdist"),
    *("schemathesis.pytest.lazy", "schemathesis.reporting.html.writer", "schemathesis.reporting.junitxml"),
    *("fixtures.adapter", "fixtures.preflight", "suites.oracles", "suites.lifecycle.model", "suites.property.schema"),
    # What a run imports late, and what the conftest.py of the root does.
    *("anyio._backends._asyncio", "execnet", "pdb", "pydantic.dataclasses", "schemathesis.pytest.xdist"),
    *("uvicorn.lifespan.off", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl"),
    *("uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl"),
    *("batches_conformance.variants", "fixtures.rate", "fixtures.receiver", "fixtures.remembered", "fixtures.start"),
    *("fixtures.webhooks", "reports.planning", "suites.generation", "suites.scenarios.varied", "suites.unknown"),
    *(f"suites.profiles.cancel.{name}" for name in ("following", "jobs", "listing", "stopping")),
    *(f"suites.profiles.webhooks.{name}" for name in ("notifications", "payload", "verification")),
    # What schemathesis and hypothesis import at the first generated request.
    *(f"schemathesis.specs.openapi.{name}" for name in ("schemas", "coverage._operation")),
    *(f"schemathesis.{name}" for name in ("transport.asgi", "transport.wsgi", "generation.dictionaries")),
    *("schemathesis.generation.body_overrides", "pyrate_limiter"),
    *(f"hypothesis.strategies._internal.{name}" for name in ("flatmapped", "random")),
    *("fixtures.mock.command", "fixtures.mock.faults", "fixtures.mock.variations"),
)
READ = (
    *(model.Report, model.ReportedShard, model.ResponseFeatures, model.Timeline),
    *(model.RecordedReason, model.RecordedSpending, model.RecordedTraffic, model.RecordedViolation),
)
"""The models by which runs check records, and commands a report."""

for module in MODULES:
    import_module(module)
# What a process makes once, at the first use.
requirements.load()
operations()
match("GET", "/")
circumstances.packages()
circumstances.suite_version()
platform.platform()
for each in READ:
    model.adapter(each)
gc.freeze()
