from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor, Role
from supervision.progress.models import Obligation, ProgressReport, QuarterlyLook
from supervision.tasks.models import Task


def obligations_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own reporting duties only; every other role sees all."""
    return Obligation.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def reports_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own reports only; every other role sees all."""
    return ProgressReport.unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def completion_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see how its own tasks stand only; every other role sees all."""
    return Task.responsible_unit_id == actor.unit_id if actor.role is Role.UNIT else true()


def looks_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see how its own tasks stood only; every other role sees all."""
    return QuarterlyLook.unit_id == actor.unit_id if actor.role is Role.UNIT else true()
