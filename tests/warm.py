"""What every run and every mock imports: import this module before forking, and a fork starts with all of it."""

import gc
from importlib import import_module

from batches_conformance.plugins import PLUGINS
from spec import requirements
from spec.openapi import operations

MODULES = (
    *PLUGINS,
    *("hypothesis.stateful", "schemathesis", "schemathesis.pytest.plugin", "rich.progress", "xdist"),
    *("fixtures.adapter", "fixtures.preflight", "suites.oracles", "suites.lifecycle.model", "suites.property.schema"),
    *("fixtures.mock.command", "fixtures.mock.faults", "fixtures.mock.variations"),
)

for module in MODULES:
    import_module(module)
requirements.load()
operations()
gc.freeze()
