from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import PeriodKind, period_of
from supervision.desk.work import approvals, decisions, ledgers, messages, own_work, press, scores, sign_offs
from supervision.desk.work.work_line import Work
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.paging import Page, PageRequest, Rows, page


class WorkView(StrEnum):
    WAITING = "waiting"
    THIS_WEEK = "this_week"
    LATE = "late"
    WATCHED = "watched"


# What waits for each role. Who has nothing to do has no row.
WAITING: Mapping[Role, Sequence[Work]] = {
    Role.OFFICE: (
        ledgers.ledger_to_open,
        ledgers.ledgers_to_close,
        decisions.registrations_to_confirm,
        decisions.extensions_asked,
        decisions.waivers_asked,
        decisions.completions_reported,
        decisions.problems_for_the_conference,
        decisions.problems_past_their_date,
        scores.disputes,
        sign_offs.notices_to_sign,
        sign_offs.circulars_to_sign,
        decisions.plans_to_decide,
        decisions.rectifications_to_verify,
        decisions.complaints_to_answer,
        decisions.comments_to_moderate,
        press.press_round_to_send,
        approvals.proposals_to_decide,
        messages.messages_that_fail,
        messages.messages_that_wait,
        messages.messages_to_decide,
        messages.replies_to_handle,
    ),
    Role.GROUP: (
        scores.deductions_to_confirm,
        scores.disputes_to_rule_on,
        scores.settlements_to_confirm,
        scores.corrections_to_confirm,
        scores.reopenings_to_approve,
        approvals.proposals_to_decide,
    ),
    Role.LEADER: (
        decisions.registrations_to_confirm,
        decisions.problems_for_the_leader,
        decisions.transfers_to_the_leader,
        decisions.waivers_for_the_principal,
        sign_offs.notices_to_countersign,
        decisions.plans_to_decide,
        approvals.proposals_to_decide,
    ),
    Role.UNIT: (
        own_work.reports_owed,
        own_work.notices_to_acknowledge,
        own_work.conclusions_to_acknowledge,
        own_work.tasks_to_do,
        own_work.milestones_to_reach,
        own_work.reports_returned,
        own_work.rectifications_ordered,
        own_work.problems_to_solve,
    ),
    Role.PUBLISHER: (
        sign_offs.publications_to_review,
        sign_offs.publications_to_publish,
        decisions.comments_to_moderate,
        press.press_round_to_send,
    ),
    Role.ADMINISTRATOR: (approvals.proposals_to_decide,),
    Role.SECURITY_ADMINISTRATOR: (
        approvals.appointments_to_approve,
        approvals.sign_in_links_to_approve,
        approvals.keys_to_approve,
        approvals.namings_to_approve,
    ),
}
# What does not wait for a role, but runs out under its eyes.
OVERSEEN: Mapping[Role, Sequence[Work]] = {
    Role.OFFICE: (own_work.items_open,),
    Role.GROUP: (own_work.items_open,),
    Role.AUDITOR: (own_work.items_open,),
    Role.LEADER: (own_work.items_led,),
}
_NEVER = text("'infinity'::timestamptz")


async def list_work(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, view: WorkView = WorkView.WAITING
) -> Page:
    """List what waits for the actor, what is due until Sunday, what is late, or what the actor watches.

    What is due first comes first, what has no date last.
    """
    now = await clock.now(session)
    statements = [work(actor, now) for work in _works(actor.role, view)]
    if not statements:
        return Page([], None)
    work = union_all(*statements).subquery()
    order = func.coalesce(work.c.due_at, _NEVER).label("order_at")
    is_late = func.coalesce(work.c.due_at <= now, literal(value=False)).label("is_late")
    listed = select(*work.c, is_late, order).cte("listed")
    answered: list[Any] = [column for column in listed.c if column.name != "order_at"]
    statement: Rows = select(*answered)
    if view is WorkView.LATE:
        statement = statement.where(listed.c.is_late)
    if view is WorkView.THIS_WEEK:
        statement = statement.where(~listed.c.is_late, listed.c.due_at <= _end_of_week(now))
    identity: Any = listed.c.id
    sort: Any = listed.c.order_at
    return await page(session, statement, request, identity=identity, sort=sort)


def _works(role: Role, view: WorkView) -> Sequence[Work]:
    if view is WorkView.WATCHED:
        return (own_work.items_watched,)
    waiting = WAITING.get(role, ())
    return waiting if view is WorkView.WAITING else (*waiting, *OVERSEEN.get(role, ()))


def _end_of_week(now: datetime) -> datetime:
    sunday = period_of(PeriodKind.WEEK, now.astimezone(clock.SHANGHAI).date()).last
    return datetime.combine(sunday + timedelta(days=1), time(), clock.SHANGHAI)
