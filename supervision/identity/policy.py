from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select, true

from supervision.foundation.actors import Actor, Role
from supervision.identity.errors import OwnUnit
from supervision.identity.models import Official, Position


def units_visible_to(_actor: Actor) -> ColumnElement[bool]:
    """Let everybody of a jurisdiction see its units: names and kinds are no secret among them."""
    return true()


def officials_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see its own officials only; every other role sees all."""
    if actor.role is Role.UNIT:
        return Official.unit_id == actor.unit_id
    return true()


def leads_the_county(actor: Actor) -> ColumnElement[bool]:
    """Tell whether the actor acts for a principal county leader in post."""
    return (
        select(Official.id)
        .where(
            Official.id == actor.official_id,
            Official.position == Position.PRINCIPAL_COUNTY_LEADER,
            Official.left_on.is_(None),
        )
        .exists()
    )


def require_not_own_unit(actor: Actor, unit_ids: Collection[UUID]) -> None:
    """Refuse who would act for the office, or judge, in a matter of the very unit that they belong to."""
    if actor.role is not Role.UNIT and actor.own_unit_id in unit_ids:
        raise OwnUnit
