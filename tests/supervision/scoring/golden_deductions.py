from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.ids import new_id
from supervision.scoring import decisions, proposals
from tests.factories.identity import make_unit
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_tables import NONE

Rows = Sequence[dict[str, str]]
VERBS = ("事实发生日", "确认", "撤销")


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), SHANGHAI).astimezone(UTC)


def person(here: Place, role: Role) -> Actor:
    return Actor(here.actor.jurisdiction_id, role, client_id=new_id())


async def make_units(session: AsyncSession, here: Place, rows: Rows) -> dict[str, UUID]:
    return {row["单位"]: await make_unit(session, here.actor, name=row["单位"], kind=row["类别"]) for row in rows}


async def play(session: AsyncSession, here: Place, units: dict[str, UUID], rows: Rows, *, until: str = "9999") -> None:
    """Play a golden file's deductions in the order of the days on which something happened to them."""
    known: dict[int, UUID] = {}
    moments = [(row[verb], VERBS.index(verb), place) for place, row in enumerate(rows) for verb in VERBS]
    for day, verb, place in sorted(moment for moment in moments if moment[0] != NONE and moment[0] <= until):
        row = rows[place]
        await hold(session, here.actor, noon(day))
        if VERBS[verb] == "事实发生日":
            known[place] = await proposals.propose_deduction(
                session,
                person(here, Role.OFFICE),
                unit_id=units[row["单位"]],
                rule_code=row["规则"],
                fact_on=date.fromisoformat(day),
                reason=row["情形"],
                event=row["情形"],
                document=row["情形"],
            )
            # What the media report is looked into on the day on which it is known.
            await decisions.verify_deduction(
                session, person(here, Role.OFFICE), known[place], AS_READ, verification="经查属实"
            )
        elif VERBS[verb] == "确认":
            await decisions.confirm_deduction(session, person(here, Role.GROUP), known[place], AS_READ)
        else:
            await decisions.reverse_deduction(
                session, person(here, Role.GROUP), known[place], AS_READ, reason="查无实据"
            )
