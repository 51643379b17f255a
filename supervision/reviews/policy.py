from uuid import UUID

from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor, Role, require_another
from supervision.foundation.errors import NotFound
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
    require_another(actor, {report.reported_by}, ReporterReviews)


def require_another_decider(actor: Actor, waiver: Waiver, approved_by_id: UUID | None) -> None:
    """Refuse whoever asked for the waiver, both as who records the decision and as who approved it."""
    if waiver.asked_by in {actor.person, approved_by_id} - {None}:
        raise AskerDecidesWaiver
