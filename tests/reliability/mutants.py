"""The mutants: the product with one of its safeguards taken out, and the tests that must notice."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.reliability import changes

ATTEMPTS = "tests/integration/test_ledger_attempts.py::"
CALLERS = "tests/integration/test_ledger_submit.py::"
CUTS = "tests/integration/test_ledger_unknown_commits.py::"
EARLY = "tests/integration/test_ledger_early.py::"
MACHINE = "tests/machine/test_schedules.py::test_whatever_happens_every_job_ends_as_its_script_says"
PAIRS = "tests/interleavings/test_pairs.py::"
RECOVERY = "tests/integration/test_ledger_recovery.py::"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`what` is the safeguard that is gone, `tests` the node ids of those that must fail then, and pass else."""

    name: str
    what: str
    apply: Callable[[], None]
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "fencing-off",
        "whoever lost a step may write to it all the same",
        changes.fencing_off,
        (
            f"{RECOVERY}test_a_dead_planner_loses_its_step_and_is_fenced_off",
            f"{ATTEMPTS}test_a_repair_raises_the_fence_but_not_the_tries",
            f"{PAIRS}test_all_interleavings_keep_the_promises[lost-other_claim-plan]",
            "tests/faults/test_lease.py::test_f06_the_late_write_of_a_worker_that_stood_still_past_its_lease_is_refused",
            MACHINE,
        ),
    ),
    Mutant(
        "landing-takes-any-attempt",
        "a result lands under whatever attempt",
        changes.landing_takes_any_attempt,
        (f"{RECOVERY}test_the_first_of_two_runs_on_one_host_is_fenced_off",),
    ),
    Mutant(
        "ended-jobs-take-results",
        "a result lands although its job is over",
        changes.ended_jobs_take_results,
        (
            f"{RECOVERY}test_cancel_stops_running_tasks_and_refuses_what_comes_later",
            f"{RECOVERY}test_deadlines_end_what_runs_and_what_is_queued",
            f"{PAIRS}test_all_interleavings_keep_the_promises[last_running-land_last-cancel]",
        ),
    ),
    Mutant(
        "claim-takes-what-is-held",
        "a step that somebody plans is claimed by another",
        changes.claim_takes_what_is_held,
        (
            f"{PAIRS}test_of_two_planners_one_gets_the_step",
            "tests/faults/test_messages.py::test_f04_the_same_message_delivered_five_times_at_once_makes_one_step",
        ),
    ),
    Mutant(
        "hosts-claim-what-runs",
        "a task that runs is claimed by another host",
        changes.hosts_claim_what_runs,
        (f"{PAIRS}test_no_task_is_claimed_by_two_hosts",),
    ),
    Mutant(
        "no-lock",
        "an orchestration is changed without its lock",
        changes.no_lock,
        (f"{PAIRS}test_the_last_two_results_that_land_together_send_one_resume",),
    ),
    Mutant(
        "keys-are-forgotten",
        "an idempotency key is not kept",
        changes.keys_are_forgotten,
        (
            f"{CALLERS}test_the_same_key_with_the_same_request_finds_the_same_job",
            f"{CALLERS}test_the_same_key_with_another_request_is_a_conflict",
        ),
    ),
    Mutant(
        "unknown-commits-are-done-again",
        "a submit whose commit nobody heard of is done twice",
        changes.an_unknown_commit_is_done_again,
        (f"{CUTS}test_a_submit_is_accepted_once[after the commit]",),
    ),
    Mutant(
        "replies-are-forgotten",
        "a committed reply of the model is not found again",
        changes.replies_are_forgotten,
        (f"{ATTEMPTS}test_a_journaled_reply_is_found_by_the_next_claim", MACHINE),
    ),
    Mutant(
        "early-tasks-stay",
        "a new claim leaves the tasks of the one before it",
        changes.early_tasks_stay,
        (
            f"{EARLY}test_a_new_claim_supersedes_what_the_one_before_it_dispatched",
            f"{EARLY}test_a_repair_supersedes_what_the_rejected_plan_dispatched",
        ),
    ),
    Mutant(
        "old-results-are-read",
        "results of an attempt that was given up reach the model",
        changes.old_results_are_read,
        (f"{EARLY}test_no_turn_and_no_task_sees_a_result_of_an_attempt_that_was_given_up", MACHINE),
    ),
    Mutant(
        "sweeper-off",
        "nothing is swept",
        changes.sweeper_off,
        (
            f"{RECOVERY}test_tasks_of_a_dead_host_run_again_elsewhere_and_finished_ones_are_kept",
            f"{RECOVERY}test_a_lost_hint_is_sent_again_with_back_off",
            "tests/faults/test_messages.py::test_f10_every_job_continues_after_the_broker_was_emptied",
            MACHINE,
        ),
    ),
    Mutant(
        "the-silent-are-not-given-up",
        "a process without a heartbeat keeps what it holds",
        changes.the_silent_are_not_given_up,
        (f"{RECOVERY}test_a_job_that_kills_its_workers_is_set_aside_at_the_loss_cap",),
    ),
    Mutant(
        "nobody-is-reminded",
        "a hint that was lost stays lost",
        changes.nobody_is_reminded,
        (f"{RECOVERY}test_a_lost_hint_is_sent_again_with_back_off",),
    ),
    Mutant(
        "deadlines-pass",
        "a job past its deadline goes on",
        changes.deadlines_pass,
        (f"{RECOVERY}test_deadlines_end_what_runs_and_what_is_queued",),
    ),
    Mutant(
        "steps-close-early",
        "a step is closed while tasks of it run",
        changes.steps_close_early,
        (MACHINE,),
    ),
    Mutant(
        "steps-close-twice",
        "a step that is closed is closed again",
        changes.steps_close_twice,
        (
            f"{PAIRS}test_all_interleavings_keep_the_promises[unclosed-close-sweep]",
            f"{PAIRS}test_all_interleavings_keep_the_promises[unclosed-sweep-sweep]",
        ),
    ),
    Mutant(
        "hosts-are-not-told-to-stop",
        "a host is not told which of its tasks nobody wants",
        changes.hosts_are_not_told_to_stop,
        (
            f"{RECOVERY}test_cancel_stops_running_tasks_and_refuses_what_comes_later",
            f"{RECOVERY}test_the_first_of_two_runs_on_one_host_is_fenced_off",
        ),
    ),
    Mutant(
        "who-leaves-keeps-its-steps",
        "a process that leaves does not give back its steps",
        changes.who_leaves_keeps_its_steps,
        (f"{ATTEMPTS}test_a_process_that_leaves_gives_back_what_it_held",),
    ),
)


def named(name: str) -> Mutant:
    """Raises LookupError."""
    return next(mutant for mutant in MUTANTS if mutant.name == name)
