from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts
from supervision.documents import uploads
from supervision.documents.errors import UnknownAttachment
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.scoring import automatic_proposals, decisions, errors, proposals, queries, score_queries
from supervision.scoring.annex import DEFAULT_POLICY
from supervision.scoring.models import Deduction, Needs
from tests.factories import bulletins, inspections
from tests.factories.identity import make_unit
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import noon, person

ON_PAPER = [rule.code for rule in DEFAULT_POLICY.rules if rule.needs is Needs.DOCUMENT]


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await hold(session, here.actor, noon("2016-05-01"))
    return await make_unit(session, here.actor)


async def propose(session: AsyncSession, here: Place, unit_id: UUID, **over: Any) -> UUID:
    facts = {"rule_code": "meeting_criticism", "fact_on": date(2016, 4, 1), "reason": "四月大会", **over}
    return await proposals.propose_deduction(session, person(here, Role.OFFICE), unit_id=unit_id, **facts)


def test_what_the_annex_rests_on_a_document() -> None:
    assert ON_PAPER == ["superior_criticism", "department_circular", "instruction_criticism"]


@pytest.mark.parametrize("rule", ON_PAPER)
async def test_a_criticism_on_paper_names_its_document(
    session: AsyncSession, here: Place, unit_id: UUID, rule: str
) -> None:
    with pytest.raises(errors.DocumentMissing):
        await propose(session, here, unit_id, rule_code=rule)
    document = {"document": "市督通〔2016〕12号", "document_on": date(2016, 4, 1)}
    deduction_id = await propose(session, here, unit_id, rule_code=rule, **document)
    row = await queries.get_deduction(session, here.actor, deduction_id)
    assert {name: row[name] for name in document} == document
    with pytest.raises(errors.FactInFuture):
        await propose(session, here, unit_id, rule_code=rule, document="明日之文", document_on=date(2016, 5, 2))


async def test_the_unit_reads_the_evidence_once_it_is_confirmed(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    evidence = await inspections.upload(session, inspections.person(here.actor))
    deduction_id = await propose(session, here, unit_id, attachment_ids=[evidence])
    assert (await queries.get_deduction(session, here.actor, deduction_id))["attachment_ids"] == [evidence]
    unit = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=unit_id)
    with pytest.raises(NotFound):
        await uploads.get_upload(session, unit, evidence)
    await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    assert (await uploads.get_upload(session, unit, evidence))["id"] == evidence
    with pytest.raises(UnknownAttachment):
        await propose(session, here, unit_id, attachment_ids=[new_id()])


async def test_what_the_media_report_is_verified_before_it_is_confirmed(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    deduction_id = await propose(session, here, unit_id, rule_code="media_criticism")
    group, verifier = person(here, Role.GROUP), person(here, Role.GROUP)
    with pytest.raises(errors.DeductionNotVerified):
        await decisions.confirm_deduction(session, group, deduction_id, AS_READ)
    await decisions.verify_deduction(session, verifier, deduction_id, AS_READ, verification="现场查看，报道属实")
    row = await queries.get_deduction(session, here.actor, deduction_id)
    assert (row["verified_by"], row["verified_at"], row["verification"]) == (
        verifier.client_id,
        noon("2016-05-01"),
        "现场查看，报道属实",
    )
    with pytest.raises(errors.DeductionAlreadyVerified):
        await decisions.verify_deduction(session, group, deduction_id, AS_READ, verification="再查")
    with pytest.raises(errors.SamePersonDecides):
        await decisions.confirm_deduction(session, verifier, deduction_id, AS_READ)
    await decisions.confirm_deduction(session, group, deduction_id, AS_READ)


async def test_what_the_system_finds_in_a_circular_names_it(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, reason="推进不力")
    await bulletins.put_out(session, here.actor, circular_id)
    await automatic_proposals.propose_criticised(session, here.actor)
    proposed = (await session.execute(select(Deduction.document, Deduction.document_on))).one()
    assert tuple(proposed) == ("督查通报〔2016〕1号", date(2016, 5, 1))


async def test_two_articles_of_one_fact_count_once_and_the_next_highest_counts_when_one_falls(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    group = person(here, Role.GROUP)
    late = await propose(session, here, unit_id, rule_code="notice_late")
    await decisions.confirm_deduction(session, group, late, AS_READ)
    poor = await propose(session, here, unit_id)
    await decisions.confirm_deduction(session, group, poor, AS_READ, same_fact_as_id=late)
    (row,) = (await score_queries.scores(session, here.actor, year=2016)).rows
    assert (row["score"], {part["deduction_id"]: part["covered_by"] for part in row["parts"]}) == (
        97,
        {str(late): str(poor), str(poor): None},
    )
    await decisions.reverse_deduction(session, person(here, Role.GROUP), poor, AS_READ, reason="查无实据")
    (row,) = (await score_queries.scores(session, here.actor, year=2016)).rows
    assert (row["score"], [part["covered_by"] for part in row["parts"]]) == (98, [None])


@pytest.mark.parametrize("case", ["unknown", "of another unit", "of another year", "not confirmed"])
async def test_the_same_fact_is_one_of_the_unit_and_year(
    session: AsyncSession, here: Place, unit_id: UUID, case: str
) -> None:
    group = person(here, Role.GROUP)
    await hold(session, here.actor, noon("2017-05-01"))
    stranger = await make_unit(session, here.actor)
    other = {
        "unknown": new_id(),
        "of another unit": await propose(session, here, stranger),
        "of another year": await propose(session, here, unit_id, fact_on=date(2017, 4, 1)),
        "not confirmed": await propose(session, here, unit_id, event="另一次"),
    }
    for name in ("of another unit", "of another year"):
        await decisions.confirm_deduction(session, group, other[name], AS_READ)
    deduction_id = await propose(session, here, unit_id)
    with pytest.raises(errors.SameFactUnknown):
        await decisions.confirm_deduction(session, group, deduction_id, AS_READ, same_fact_as_id=other[case])
