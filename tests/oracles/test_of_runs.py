"""Which oracles look at the traffic of a run."""

from suites.oracles import WAITING, of_recordings, of_run


def test_what_looks_at_recordings_looks_at_a_run_too() -> None:
    of_recorded = {oracle.name for oracle in of_recordings()}
    assert of_recorded <= {oracle.name for oracle in of_run(1.0)}


def test_where_the_clock_is_moved_nothing_waits_by_the_clock_on_the_wall() -> None:
    assert {oracle.name for oracle in of_run(1.0, waiting=False)}.isdisjoint(oracle.name for oracle in WAITING)
