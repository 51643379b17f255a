from sqlalchemy import ColumnElement, false, select, true

from supervision.foundation.actors import Actor, Role
from supervision.items.models import Item, Party

_SEES_ALL = frozenset({Role.OFFICE, Role.GROUP, Role.LEADER, Role.AUDITOR, Role.PUBLISHER, Role.SYSTEM})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the items in which it has a part; the office and those who judge see all, others none."""
    if actor.role in _SEES_ALL:
        return true()
    if actor.role is Role.UNIT:
        return Item.id.in_(select(Party.item_id).where(Party.unit_id == actor.unit_id))
    return false()
