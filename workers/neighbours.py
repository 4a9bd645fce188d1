"""Processes of this machine that died without a word: seen by looking, so that nobody waits for their silence."""

import logging

from orchestration.ports import Ledger
from replwright import machine

log = logging.getLogger(__name__)


def give_up_gone(ledger: Ledger) -> int:
    """Give up the neighbours that are gone for certain; how many. The sweep that follows returns their work.

    A process that stands still is not gone: it is given up when it was silent for too long, like those elsewhere.
    """
    here = machine.here()
    if here is None:
        return 0
    gone = [each for each in ledger.neighbours(here) if machine.is_gone(each.pid, each.pid_started)]
    given_up = ledger.give_up([each.id for each in gone]) if gone else 0
    if given_up:
        log.warning("gone without a word: %s", ", ".join(f"process {each.id}, pid {each.pid}" for each in gone))
    return given_up
