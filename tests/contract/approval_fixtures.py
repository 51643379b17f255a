"""What a county needs so that the operations on proposals can succeed."""

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.approvals import service
from supervision.approvals.states import ProposalKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from tests.contract.fixture_values import CallersByRole, FixtureValues


async def add_fixtures(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: FixtureValues) -> None:
    """Put proposals of somebody else into a county."""
    other = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), is_test=True)
    waiting = [
        await service.propose(
            session, other, ProposalKind.WRITE_TEMPLATE, {"name": f"proposed_{number}", "body": "请{text}"}
        )
        for number in range(24)
    ]
    made.place("get_proposal", proposal_id=waiting)
    made.place("approve_proposal", proposal_id=waiting[:12])
    made.place("refuse_proposal", proposal_id=waiting[12:])
    made.bodies["refuse_proposal"] = [{"reason": "示例理由"}]
    made.bodies["set_two_person_steps"] = [{"operations": ["publish"]}, {"operations": []}]
