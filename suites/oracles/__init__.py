"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

from suites.oracles import access, answers, creation, life, lists, results
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
    life.traits_never_change,
    life.terminal_status_is_final,
    life.updated_at_not_before_created_at,
    life.updated_at_never_goes_back,
    life.get_returns_batch_asked_for,
    lists.items_match_filters,
    lists.page_holds_at_most_page_size,
    lists.page_repeats_nothing,
    lists.total_size_covers_the_page,
    access.strangers_are_refused,
    access.list_is_of_one_project,
    access.projects_are_apart,
)
"""Every oracle, in the order in which they look."""
