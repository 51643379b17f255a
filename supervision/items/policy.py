from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, false, select, true

from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.items.errors import RegistrarActsAlone
from supervision.items.models import Item, Party

SEES_ALL = frozenset({Role.OFFICE, Role.GROUP, Role.LEADER, Role.AUDITOR, Role.PUBLISHER, Role.SYSTEM})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit see the items of which it is a party; the office and those who judge see all, others none."""
    return visible_as(actor.role, actor.unit_id)


def visible_as(role: Role, unit_id: UUID | BindParameter[UUID] | None) -> ColumnElement[bool]:
    """Say the same of a role and a unit, which may be a parameter of a statement that is built once.

    A publisher sees nothing that is a work secret: what has not been seen cannot slip out.
    """
    if role is Role.PUBLISHER:
        return Item.secrecy != Secrecy.WORK_SECRET
    if role in SEES_ALL:
        return true()
    if role is Role.UNIT:
        return Item.id.in_(select(Party.item_id).where(Party.unit_id == unit_id))
    return false()


def require_another_person(actor: Actor, step: CounterStep, item: Item) -> None:
    """Refuse who registered an item where a second person is asked for."""
    require_another(actor, step, {"register_item": item.registered_by}, RegistrarActsAlone)
