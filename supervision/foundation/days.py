import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock, settings
from supervision.foundation.errors import DayInFuture, DayTooEarly, DayTooLate, FieldError, Refusal

# Plans and decisions of long ago are still in force; nobody's slip of the century is.
_WRITTEN_DAYS_BACK = 50 * 366
_PLACE = re.compile(r"/\d+(?=/|$)")


class Reach(Enum):
    """Where a day that somebody enters may lie, as today stands in the business clock."""

    HAPPENED = "no later than today, and no longer ago than the setting `entry_days_back`"
    WRITTEN = "the date of a document: no later than today, at most fifty years ago"
    DUE = "no longer ago than `entry_days_back`, no further ahead than `entry_days_ahead`"
    LIMIT = "no earlier than today, no further ahead than `entry_days_ahead`"
    NARROWER = "between other days of the record, by a rule of the room"
    ANY = "only asked for, or the clock itself: nothing is stored by it"


# Every day and moment that a request may give, by operation and by its place in the body or its query parameter.
REACHES: Mapping[str, Mapping[str, Reach]] = MappingProxyType(
    {
        "adopt_scoring_policy": {"/effective_on": Reach.LIMIT},
        "amend_inspection_plan": {"/first_on": Reach.DUE, "/last_on": Reach.DUE},
        "amend_item": {"/authority_on": Reach.WRITTEN},
        "amend_notice": {"/limit_on": Reach.LIMIT},
        "amend_official": {"/left_on": Reach.HAPPENED},
        "ask_extension": {"/until_on": Reach.DUE},
        "close_ledger": {"/deadlines/*/deadline_on": Reach.LIMIT},
        "conclude_media_follow_up": {"/concluded_on": Reach.HAPPENED},
        "confirm_broadcast": {"/send_at": Reach.NARROWER},
        "decide_extension": {"/until_on": Reach.DUE},
        "decide_problem": {"/decided_on": Reach.HAPPENED, "/due_on": Reach.DUE},
        "download_archive": {"since_on": Reach.ANY, "until_on": Reach.ANY},
        "draft_circular": {"/month": Reach.HAPPENED, "/cut_off_on": Reach.NARROWER},
        "draft_inspection_plan": {"/first_on": Reach.DUE, "/last_on": Reach.DUE},
        "draft_notice": {"/limit_on": Reach.LIMIT},
        "draft_quarterly_circular": {"/cut_off_on": Reach.NARROWER},
        "enter_report": {"/received_at": Reach.NARROWER},
        "finish_item_stage": {"/finished_on": Reach.HAPPENED},
        "get_archive": {"since_on": Reach.ANY, "until_on": Reach.ANY},
        "get_scores": {"as_of": Reach.ANY},
        "grant_role": {"/since_on": Reach.DUE, "/until_on": Reach.LIMIT},
        "hand_over_paper": {"/handed_on": Reach.HAPPENED},
        "hold_clock": {"/at": Reach.ANY},
        "issue_key": {"/expires_at": Reach.LIMIT},
        "list_inspection_plans": {"on": Reach.ANY},
        "list_items": {"due_before": Reach.ANY},
        "list_obligations": {"due_before": Reach.ANY},
        "log_media_follow_up": {"/asked_on": Reach.HAPPENED},
        "note_accountability_answer": {"/answered_on": Reach.HAPPENED},
        "order_rectification": {"/limit_on": Reach.LIMIT},
        "plan_item_stages": {"/stages/*/limit_on": Reach.DUE},
        "propose_accountability": {"/fact_on": Reach.HAPPENED},
        "preview_broadcast": {"/send_at": Reach.NARROWER},
        "propose_broadcast": {"/send_at": Reach.NARROWER},
        "propose_deduction": {"/fact_on": Reach.HAPPENED, "/document_on": Reach.WRITTEN},
        "reach_milestone": {"/reached_on": Reach.HAPPENED},
        "record_departure": {"/on": Reach.HAPPENED},
        "record_finding": {"/found_on": Reach.NARROWER},
        "register_instruction_paper": {"/instructed_on": Reach.HAPPENED},
        "register_item": {"/authority_on": Reach.WRITTEN, "/received_on": Reach.HAPPENED, "/deadline_on": Reach.DUE},
        "return_report": {"/until_on": Reach.LIMIT},
        "review_completion": {"/rework_until_on": Reach.LIMIT},
        "send_accountability_proposal": {"/sent_on": Reach.HAPPENED},
        "set_milestone": {"/due_on": Reach.DUE},
        "terminate_item": {"/ordered_on": Reach.HAPPENED},
    }
)


async def check(
    session: AsyncSession,
    operation: str,
    given: Mapping[str, date | None],
    *,
    future: type[DayInFuture] = DayInFuture,
    past: type[DayTooEarly] = DayTooEarly,
) -> date:
    """Return today; refuses the first of the days, by their pointers, that lies out of its reach in `REACHES`.

    `future` tells of what should have happened by today and `past` of a limit before today, where the operation has
    words of its own for these.
    """
    today = await clock.today(session)
    for pointer, day in given.items():
        if day is not None:
            reach = REACHES[operation][_PLACE.sub("/*", pointer)]
            refusal = find_refusal(reach, pointer, day, today=today, future=future, past=past)
            if refusal is not None:
                raise refusal
    return today


def find_refusal(
    reach: Reach,
    pointer: str,
    day: date,
    *,
    today: date,
    future: type[DayInFuture] = DayInFuture,
    past: type[DayTooEarly] = DayTooEarly,
) -> Refusal | None:
    """Return what is to be said of a day that lies out of reach of today; None if it does not."""
    first, last = _span(reach, today)
    if first <= day <= last:
        return None
    if day > last:
        kind: type[Refusal] = future if last == today else DayTooLate
    else:
        kind = past if first == today else DayTooEarly
    facts = {"today": today, "first": first, "last": last}
    problem = FieldError(pointer, kind.code, kind.zh.format(**facts), kind.en.format(**facts))
    return kind(problems=[problem], **facts)


def _span(reach: Reach, today: date) -> tuple[date, date]:
    chosen = settings.current()
    back, ahead = timedelta(days=chosen.entry_days_back), timedelta(days=chosen.entry_days_ahead)
    spans = {
        Reach.HAPPENED: (today - back, today),
        Reach.WRITTEN: (today - timedelta(days=_WRITTEN_DAYS_BACK), today),
        Reach.DUE: (today - back, today + ahead),
        Reach.LIMIT: (today, today + ahead),
    }
    return spans[reach]
