from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.identity import jurisdictions
from supervision.items.models import Item, Party
from supervision.items.search import vector_of
from supervision.items.states import ItemKind, Responsibility
from supervision.progress.models import Obligation
from supervision.publication.models import Feed, PortalPage
from supervision.scoring.models import Deduction, ScoreEntry, ScoreEntryKind, ScoringRule
from supervision.scoring.states import DeductionState
from tests.factories import progress, publication
from tests.factories.identity import make_unit
from tests.factories.progress import Duty

YEAR = 2016
ITEMS, UNITS, DEDUCTIONS, TASKS, PUBLISHED = 2000, 40, 480, 12, 60
SINCE = datetime(YEAR, 1, 4, tzinfo=UTC)
TITLES = ("城镇新增就业", "棚户区住房改造", "水功能区水质达标", "中央预算内投资项目", "乡镇污水处理设施建设")


@dataclass(frozen=True)
class County:
    """What measured requests need to know of a county that was filled for them."""

    office_key: str
    unit_key: str
    item_ids: Sequence[UUID]
    obligation_ids: Sequence[UUID]
    duty: Duty
    # The feed and the page that are measured, with their ETags.
    feed: tuple[str, str]
    page: tuple[str, str]


async def fill(session: AsyncSession, actor: Actor, code: str, *, obligations: int) -> County:
    """Fill the county in which the session stands: items, scored units with deductions, and what one unit owes."""
    units = [
        await make_unit(session, actor, kind="township" if number % 2 else "department") for number in range(UNITS)
    ]
    item_ids = await _add_items(session, units)
    await _add_deductions(session, units)
    duty = await progress.make_duty(session, actor, unit_id=units[0], tasks=TASKS)
    feed, page = await _publish(session, actor, code)
    return County(
        office_key=await _open_client(session, actor, Role.OFFICE, None),
        unit_key=await _open_client(session, actor, Role.UNIT, units[0]),
        item_ids=item_ids,
        obligation_ids=await _add_obligations(session, units[0], obligations),
        duty=duty,
        feed=feed,
        page=page,
    )


async def _publish(session: AsyncSession, actor: Actor, code: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Publish more than a feed holds and render it; return a feed's and a task's page's paths and ETags."""
    for number in range(PUBLISHED):
        # Of units without a score, so that what else is measured stays as it is.
        unit_id = await make_unit(session, actor, kind="other")
        entry_id = await publication.put_out(session, actor, unit_id=unit_id, goal=f"示例目标{number}")
    await publication.render(session, actor)
    feed = select(Feed.etag).where(Feed.channel == "all", Feed.format == "atom", Feed.month == "")
    path = f"publications/{entry_id}"
    page = select(PortalPage.etag).where(PortalPage.path == path)
    feed_tag, page_tag = await session.scalar(feed), await session.scalar(page)
    assert feed_tag
    assert page_tag
    return (f"/feeds/{code}/all.atom", feed_tag), (f"/portal/{code}/{path}", page_tag)


async def _open_client(session: AsyncSession, actor: Actor, role: Role, unit_id: UUID | None) -> str:
    _, key = await jurisdictions.open_client(
        session, actor, name=f"示例{role}", role=role, scopes=scopes_of(role), key_kind="test", unit_id=unit_id
    )
    return key


async def _add_items(session: AsyncSession, units: Sequence[UUID]) -> list[UUID]:
    kinds = list(ItemKind)
    rows: list[dict[str, Any]] = []
    for number in range(ITEMS):
        title, deadline_on = f"{TITLES[number % len(TITLES)]}第{number}项", date(YEAR, number % 12 + 1, number % 28 + 1)
        rows.append(
            {
                "id": new_id(),
                "kind": kinds[number % len(kinds)],
                "year": YEAR,
                "sequence": 10_000 + number,
                "number": f"示例{YEAR}-{number}",
                "title": title,
                "source": "县政府工作报告",
                "received_on": date(YEAR, 1, 1),
                "deadline_on": deadline_on,
                "first_deadline_on": deadline_on,
                "registered_by": None,
                "registered_at": SINCE,
                "search": vector_of(title, "县政府工作报告"),
                "version": 1,
            }
        )
    await session.execute(insert(Item), rows)
    parties = [
        {
            "item_id": row["id"],
            "unit_id": units[number % UNITS],
            "official_id": None,
            "responsibility": Responsibility.RESPONSIBLE_UNIT,
        }
        for number, row in enumerate(rows)
    ]
    await session.execute(insert(Party), parties)
    return [row["id"] for row in rows]


async def _add_deductions(session: AsyncSession, units: Sequence[UUID]) -> None:
    rules = (await session.execute(select(ScoringRule.id, ScoringRule.points).order_by(ScoringRule.id))).all()
    rows: list[dict[str, Any]] = []
    for number in range(DEDUCTIONS):
        # Every third event is told by two rules, so that the dearer one covers the other.
        rule = rules[number % len(rules)]
        rows.append(
            {
                "id": new_id(),
                "unit_id": units[number % UNITS],
                "rule_id": rule.id,
                "item_id": None,
                "event": f"示例{number if number % 3 else number - number % UNITS}",
                "year": YEAR,
                "fact_on": date(YEAR, number % 12 + 1, number % 28 + 1),
                "points": rule.points,
                "reason": "示例事由",
                "state": DeductionState.REVERSED if number % 11 == 0 else DeductionState.CONFIRMED,
                "proposed_by": None,
                "proposed_at": SINCE,
                "decided_by": None,
                "decided_at": SINCE,
                "decision": None,
                "version": 1,
            }
        )
    await session.execute(insert(Deduction), rows)
    await session.execute(insert(ScoreEntry), [_entry(row, ScoreEntryKind.DEDUCTION, -row["points"]) for row in rows])
    reversed_ = [row for row in rows if row["state"] is DeductionState.REVERSED]
    await session.execute(
        insert(ScoreEntry), [_entry(row, ScoreEntryKind.REVERSAL, row["points"]) for row in reversed_]
    )


def _entry(deduction: dict[str, Any], kind: ScoreEntryKind, points: Decimal) -> dict[str, Any]:
    shared = {name: deduction[name] for name in ("unit_id", "year", "event", "reason")}
    return {
        **shared,
        "deduction_id": deduction["id"],
        "kind": kind,
        "points": points,
        "entered_at": deduction["decided_at"],
        "entered_by": None,
    }


async def _add_obligations(session: AsyncSession, unit_id: UUID, many: int) -> list[UUID]:
    days = [date(YEAR, 2, 1) + timedelta(days=number) for number in range(many)]
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "unit_id": unit_id,
            "period_first": day,
            "period_last": day,
            "due_at": SINCE + timedelta(days=20_000),
            "state": "open",
            "fulfilled_at": None,
            "marked_late_at": None,
            "version": 1,
        }
        for day in days
    ]
    await session.execute(insert(Obligation), rows)
    return [row["id"] for row in rows]
