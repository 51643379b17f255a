import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.desk import complaints, queries
from supervision.desk.errors import ComplainantAnswers, ComplaintAnswered
from supervision.desk.models import BurdenComplaint
from supervision.desk.states import FOLLOWS, ComplaintState, ComplaintVerdict
from supervision.foundation.actors import Actor
from tests.factories.desk import NOON, complain, person
from tests.factories.identity import make_unit
from tests.factories.progress import make_obligation
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place


async def filed(session: AsyncSession, actor: Actor, state: ComplaintState = ComplaintState.FILED) -> BurdenComplaint:
    await hold(session, actor, NOON)
    unit_id = await make_unit(session, actor)
    complaint_id = await complain(session, actor, unit_id, await make_obligation(session, unit_id))
    if state is not ComplaintState.FILED:
        await session.execute(update(BurdenComplaint).values(state=state, answer="已答复", answered_at=NOON))
    statement = select(BurdenComplaint).where(BurdenComplaint.id == complaint_id)
    return (await session.scalars(statement, execution_options={"populate_existing": True})).one()


@pytest.mark.parametrize("verdict", list(ComplaintVerdict))
@pytest.mark.parametrize("state", list(ComplaintState))
async def test_a_complaint_goes_where_the_table_says(
    session: AsyncSession, here: Place, state: ComplaintState, verdict: ComplaintVerdict
) -> None:
    complaint = await filed(session, here.actor, state)
    before = await queries.get_complaint(session, here.actor, complaint.id)
    answerer = person(here.actor)
    if ComplaintState(verdict) in FOLLOWS[state]:
        await complaints.answer_complaint(session, answerer, complaint.id, AS_READ, verdict=verdict, text="已核实")
        after = await queries.get_complaint(session, here.actor, complaint.id)
        told = {name: after[name] for name in ("state", "answer", "answered_by", "answered_at")}
        person_id = answerer.person
        assert told == {"state": verdict, "answer": "已核实", "answered_by": person_id, "answered_at": NOON}
    else:
        with pytest.raises(ComplaintAnswered):
            await complaints.answer_complaint(session, answerer, complaint.id, AS_READ, verdict=verdict, text="已核实")
        assert await queries.get_complaint(session, here.actor, complaint.id) == before


async def test_whoever_complained_does_not_answer(session: AsyncSession, here: Place) -> None:
    complaint = await filed(session, here.actor)
    same = person(here.actor, client_id=complaint.filed_by)
    with pytest.raises(ComplainantAnswers):
        await complaints.answer_complaint(
            session, same, complaint.id, AS_READ, verdict=ComplaintVerdict.UPHELD, text="已核实"
        )
