from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.identity.errors import UnknownOfficial
from supervision.identity.models import LeadershipLevel, Official, Position, Unit, UnitKind
from supervision.messaging.errors import EmptyAudience

OfficialIds = Select[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Officials who meet all criteria that are given, and those who are named."""

    min_level: LeadershipLevel | None = None
    unit_kinds: Sequence[UnitKind] = ()
    positions: Sequence[Position] = ()
    official_ids: Sequence[UUID] = ()

    @property
    def is_everybody(self) -> bool:
        """Tell whether its criteria leave nobody out; whoever is named one by one is not everybody."""
        criteria: tuple[tuple[Collection[StrEnum], type[StrEnum]], ...] = (
            (LeadershipLevel.at_least(self.min_level) if self.min_level else (), LeadershipLevel),
            (self.unit_kinds, UnitKind),
            (self.positions, Position),
        )
        given = [(set(wanted), set(every)) for wanted, every in criteria if wanted]
        return bool(given) and all(wanted == every for wanted, every in given)

    def describe(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "unit_kinds": sorted(self.unit_kinds),
            "positions": sorted(self.positions),
            "official_ids": sorted(map(str, self.official_ids)),
        }


def officials_at_least(level: LeadershipLevel) -> OfficialIds:
    """Select the officials of this leadership level and above."""
    return select(Official.id).where(_is_at_least(level))


async def select_audience(session: AsyncSession, audience: Audience) -> OfficialIds:
    """Turn an audience into a SELECT; refuses an empty one, and officials of whom one is unknown."""
    criteria: list[ColumnElement[bool]] = []
    if audience.min_level is not None:
        criteria.append(_is_at_least(audience.min_level))
    if audience.unit_kinds:
        criteria.append(Official.unit_id.in_(select(Unit.id).where(Unit.kind.in_(audience.unit_kinds))))
    if audience.positions:
        criteria.append(Official.position.in_(audience.positions))
    if not criteria and not audience.official_ids:
        raise EmptyAudience
    await _require_known(session, audience.official_ids)
    is_named = Official.id.in_(audience.official_ids)
    return select(Official.id).where(or_(is_named, and_(*criteria)) if criteria else is_named)


def _is_at_least(level: LeadershipLevel) -> ColumnElement[bool]:
    return Official.leadership_level.in_(LeadershipLevel.at_least(level))


async def _require_known(session: AsyncSession, official_ids: Sequence[UUID]) -> None:
    # Those who left their post are known: the preview says that they are left out, and why.
    known = set(await session.scalars(select(Official.id).where(Official.id.in_(official_ids))))
    if known != set(official_ids):
        raise UnknownOfficial
