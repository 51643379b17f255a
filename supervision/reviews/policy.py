from uuid import UUID

from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.reviews.errors import AskerDecidesWaiver, ReporterReviews
from supervision.reviews.models import CompletionReport, Waiver


def reports_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own completion reports only; every other role that may ask sees all."""
    return CompletionReport.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def waivers_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own waivers only; every other role that may ask sees all."""
    return Waiver.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def require_own_task(actor: Actor, unit_id: UUID) -> None:
    """Refuse a unit the tasks of another, as if they were not there, though it may see them in a common item."""
    if actor.role is Role.UNIT and actor.unit_id != unit_id:
        raise NotFound


def require_another_reviewer(actor: Actor, report: CompletionReport) -> None:
    """Refuse whoever sent the report as its reviewer."""
    require_another(actor, CounterStep.REVIEW_COMPLETION, {"report_completion": report.reported_by}, ReporterReviews)


def require_another_decider(actor: Actor, waiver: Waiver, approved_by_id: UUID | None) -> None:
    """Refuse whoever asked for the waiver, both as who records the decision and as who approved it."""
    require_another(actor, CounterStep.DECIDE_WAIVER, {"ask_waiver": waiver.asked_by}, AskerDecidesWaiver)
    if approved_by_id is not None and waiver.asked_by == approved_by_id:
        raise AskerDecidesWaiver
