from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.identity import queries as identity_queries
from supervision.identity.errors import UnknownOfficial
from supervision.identity.models import LeadershipLevel, Official, Position, Unit, UnitKind
from supervision.messaging.errors import EmptyAudience, UnknownRecipientGroup
from supervision.messaging.models import RecipientGroup, RecipientGroupMember

OfficialIds = Select[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Officials who meet all criteria that are given, and those who are named: one by one, by group or by item.

    Who the parties of its items are, the room of the items hands in as a SELECT. Those excluded are told in no case.
    """

    min_level: LeadershipLevel | None = None
    unit_kinds: Sequence[UnitKind] = ()
    unit_ids: Sequence[UUID] = ()
    positions: Sequence[Position] = ()
    official_ids: Sequence[UUID] = ()
    group_ids: Sequence[UUID] = ()
    item_ids: Sequence[UUID] = ()
    excluded_ids: Sequence[UUID] = ()
    parties: OfficialIds | None = None

    @property
    def has_open_criteria(self) -> bool:
        """Tell whether its criteria leave nobody out; whoever is named one by one is not everybody."""
        criteria: tuple[tuple[Collection[StrEnum], type[StrEnum]], ...] = (
            (LeadershipLevel.at_least(self.min_level) if self.min_level else (), LeadershipLevel),
            (self.unit_kinds, UnitKind),
            (self.positions, Position),
        )
        given = [(set(wanted), set(every)) for wanted, every in criteria if wanted]
        return bool(given) and not self.unit_ids and all(wanted == every for wanted, every in given)

    def describe(self) -> dict[str, Any]:
        lists = [each.name for each in fields(self) if each.name not in {"min_level", "parties"}]
        return {"min_level": self.min_level, **{name: sorted(map(str, getattr(self, name))) for name in lists}}


def officials_at_least(level: LeadershipLevel) -> OfficialIds:
    """Select the officials of this leadership level and above."""
    return select(Official.id).where(_is_at_least(level))


async def select_audience(session: AsyncSession, audience: Audience) -> OfficialIds:
    """Turn an audience into a SELECT; refuses an empty one, and an official, unit or group that is unknown."""
    await _require_officials(session, {*audience.official_ids, *audience.excluded_ids})
    await identity_queries.require_units(session, set(audience.unit_ids))
    await _require_groups(session, set(audience.group_ids))
    return _included(audience).where(Official.id.not_in(audience.excluded_ids))


async def is_for_everybody(session: AsyncSession, audience: Audience) -> bool:
    """Tell whether an audience is everybody, also where all units or a group of all are named, or some excluded."""
    if audience.has_open_criteria:
        return True
    if not (audience.unit_ids or audience.group_ids or audience.item_ids):
        return False
    others = select(Official.id).where(Official.left_on.is_(None), Official.id.not_in(_included(audience)))
    return await session.scalar(others.limit(1)) is None


def _included(audience: Audience) -> OfficialIds:
    criteria = _criteria(audience)
    named: list[ColumnElement[bool]] = []
    if audience.official_ids:
        named.append(Official.id.in_(audience.official_ids))
    if audience.group_ids:
        members = select(RecipientGroupMember.official_id).where(RecipientGroupMember.group_id.in_(audience.group_ids))
        named.append(Official.id.in_(members))
    if audience.item_ids:
        if audience.parties is None:
            raise ValueError("an audience of items comes with their parties: supervision/items/item_audience.py")
        named.append(Official.id.in_(audience.parties))
    if not criteria and not named:
        raise EmptyAudience
    return select(Official.id).where(or_(*named, and_(*criteria)) if criteria else or_(*named))


def _criteria(audience: Audience) -> list[ColumnElement[bool]]:
    criteria: list[ColumnElement[bool]] = []
    if audience.min_level is not None:
        criteria.append(_is_at_least(audience.min_level))
    if audience.unit_kinds:
        criteria.append(Official.unit_id.in_(select(Unit.id).where(Unit.kind.in_(audience.unit_kinds))))
    if audience.unit_ids:
        criteria.append(Official.unit_id.in_(audience.unit_ids))
    if audience.positions:
        criteria.append(Official.position.in_(audience.positions))
    return criteria


def _is_at_least(level: LeadershipLevel) -> ColumnElement[bool]:
    return Official.leadership_level.in_(LeadershipLevel.at_least(level))


async def _require_officials(session: AsyncSession, official_ids: set[UUID]) -> None:
    # Those who left their post are known: the preview says that they are left out, and why.
    known = set(await session.scalars(select(Official.id).where(Official.id.in_(official_ids))))
    if known != official_ids:
        raise UnknownOfficial


async def _require_groups(session: AsyncSession, group_ids: set[UUID]) -> None:
    known = set(await session.scalars(select(RecipientGroup.id).where(RecipientGroup.id.in_(group_ids))))
    if known != group_ids:
        raise UnknownRecipientGroup
