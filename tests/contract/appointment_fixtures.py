"""What a county needs so that the operations on roles and on accounts can succeed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.identity import appointments, sign_in_links
from supervision.identity.models import IdentityProvider
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories.identity import make_official, make_unit
from tests.factories.reviews import person


async def add_fixtures(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: FixtureValues) -> None:
    """Put roles and accounts that another administrator proposed into a county."""
    other = person(actor, Role.SECURITY_ADMINISTRATOR)
    provider_id = (await session.scalars(select(IdentityProvider.id))).one()
    unit_id = await make_unit(session, actor)
    officials = [await make_official(session, actor, unit_id) for _ in range(36)]
    granted = [
        await appointments.grant_role(
            session, other, official_id=each, role=Role.LEADER, unit_id=None, since_on=None, until_on=None
        )
        for each in officials
    ]
    linked = [
        (await sign_in_links.link_official(session, other, each, provider_id=provider_id, subject=str(each)))[0]
        for each in officials
    ]
    made.put("appointment_id", values=granted)
    made.place("approve_appointment", appointment_id=granted[:12])
    made.place("refuse_appointment", appointment_id=granted[12:24])
    made.place("end_appointment", appointment_id=granted[24:])
    made.put("link_id", values=linked)
    made.place("approve_sign_in_link", link_id=linked[:18])
    made.place("end_sign_in_link", link_id=linked[18:])
