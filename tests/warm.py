"""What every run and every mock imports: import this module before forking, and a fork starts with all of it."""

import gc
from importlib import import_module
from importlib.metadata import entry_points

from _pytest.config import default_plugins

from batches_conformance.plugins import PLUGINS
from spec import requirements
from spec.openapi import operations

MODULES = (
    *PLUGINS,
    *(f"_pytest.{name}" for name in default_plugins),
    *sorted(plugin.module for plugin in entry_points(group="pytest11")),
    *("hypothesis.stateful", "schemathesis", "schemathesis.pytest.plugin", "rich.progress", "xdist"),
    *("schemathesis.pytest.lazy", "schemathesis.reporting.html.writer", "schemathesis.reporting.junitxml"),
    *("fixtures.adapter", "fixtures.preflight", "suites.oracles", "suites.lifecycle.model", "suites.property.schema"),
    # What a run imports late, and what the conftest.py of the root does.
    *("anyio._backends._asyncio", "execnet", "pdb", "pydantic.dataclasses", "schemathesis.pytest.xdist"),
    *("uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl"),
    *("batches_conformance.variants", "fixtures.remembered", "fixtures.start", "reports.planning"),
    *("suites.generation", "suites.unknown"),
    *("fixtures.mock.command", "fixtures.mock.faults", "fixtures.mock.variations"),
)

for module in MODULES:
    import_module(module)
requirements.load()
operations()
gc.freeze()
