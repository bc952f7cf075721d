"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

from dataclasses import replace
from functools import partial

from suites.oracles import (
    access,
    answers,
    cancel,
    creation,
    files,
    lifecycle,
    lists,
    paging,
    refusals,
    results,
    settled,
)
from suites.oracles.oracle import Oracle

ORACLES: tuple[Oracle, ...] = (
    answers.no_server_error,
    answers.success_is_json,
    answers.answer_matches_schema,
    creation.batch_id_is_unique,
    creation.create_echoes_request,
    creation.refused_create_leaves_nothing,
    results.results_only_when_asked_for,
    results.each_file_once,
    results.each_file_has_its_own_job,
    results.job_reference_has_type_of_batch,
    results.results_match_the_directory,
    results.results_settle,
    lifecycle.traits_never_change,
    lifecycle.terminal_status_is_final,
    lifecycle.updated_at_not_before_created_at,
    lifecycle.updated_at_never_goes_back,
    lifecycle.get_returns_batch_asked_for,
    lists.items_match_filters,
    lists.page_holds_at_most_page_size,
    lists.page_repeats_nothing,
    lists.total_size_covers_the_page,
    access.strangers_are_refused,
    access.list_is_of_one_project,
    access.projects_are_apart,
    cancel.cancel_is_answered_in_json,
    cancel.cancel_without_server_error,
    cancel.cancel_returns_batch_asked_for,
    cancel.cancel_refused_after_the_end,
    cancel.strangers_cancel_nothing,
    cancel.neighbours_cancel_nothing,
)
"""Every oracle, in the order in which they look."""

WHOEVER_ASKS: tuple[Oracle, ...] = (
    *(oracle for oracle in ORACLES if oracle.assumes is None),
    refusals.impossible_create_is_refused,
    refusals.usable_filter_is_accepted,
    settled.expanded_get_succeeds,
    files.files_are_of_the_directory,
)
LAGGING: tuple[Oracle, ...] = (
    settled.results_are_delivered,
    settled.jobs_resolve,
    settled.views_agree_on_the_end,
    paging.walks_hold_every_match,
)


def of_recordings(lag: float = settled.SETTLED) -> tuple[Oracle, ...]:
    """Those that look at the traffic of others, of which nobody knows how much was heard.

    Beside oracles of a run they are some that judge what a run has scenarios for, which know what they asked. `lag` is
    how many seconds one operation may lag behind another.
    """
    return (*WHOEVER_ASKS, *(replace(oracle, begin=partial(oracle.begin, lag)) for oracle in LAGGING))
