"""What every run and every mock imports: import this module before forking, and a fork starts with all of it."""

import gc
from importlib import import_module

from spec import requirements
from spec.openapi import operations

MODULES = (
    *("hypothesis.stateful", "schemathesis", "schemathesis.pytest.plugin", "rich.progress", "xdist"),
    *("fixtures.adapter", "fixtures.plugin", "fixtures.preflight", "reports.plugin", "suites.plugin", "suites.oracles"),
    *("suites.lifecycle.model", "suites.property.schema", "fixtures.mock.command", "fixtures.mock.faults"),
)

for module in MODULES:
    import_module(module)
requirements.load()
operations()
gc.freeze()
