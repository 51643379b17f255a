from datetime import date

from supervision.tasks.errors import ExtensionAlreadyDecided, ExtensionNotLater, ExtensionTooLate, RefusalTakesNoDate
from supervision.tasks.states import FOLLOWS, ExtensionState


def check_may_ask(*, today: date, deadline_on: date, until_on: date) -> None:
    """Refuse an extension that is asked for after the deadline's day, or that would not be later."""
    if today > deadline_on:
        raise ExtensionTooLate(deadline_on=deadline_on)
    _check_later(until_on, deadline_on)


def decide(state: str, verdict: str, *, deadline_on: date, asked_until: date, given_until: date | None) -> date:
    """Return the date that a decision leaves in the extension; refuses a second decision and a date that is unfit."""
    if verdict not in FOLLOWS[ExtensionState(state)]:
        raise ExtensionAlreadyDecided
    if verdict == ExtensionState.REFUSED:
        if given_until is not None:
            raise RefusalTakesNoDate
        return asked_until
    until_on = given_until or asked_until
    _check_later(until_on, deadline_on)
    return until_on


def _check_later(until_on: date, deadline_on: date) -> None:
    if until_on <= deadline_on:
        raise ExtensionNotLater(deadline_on=deadline_on)
