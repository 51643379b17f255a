import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor, Role, system
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound
from supervision.foundation.paging import PageRequest
from supervision.identity.errors import UnknownUnit
from supervision.items.errors import ClassifiedMatter, ItemClosed
from supervision.items.models import Item
from supervision.items.registration import NewParty, add_parties
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.notices import acknowledgement, queries, sign_off, urging
from supervision.notices import rules as notices
from supervision.notices.errors import (
    NoticeLimitRunOut,
    NoticeSignedByDrafter,
    NoticeStepOutOfTurn,
    NotToBeAcknowledged,
    OnlyDrafterAmendsNotice,
)
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.notices.queries import DeliveryFilter
from supervision.notices.states import DELIVERY_FOLLOWS, DeliveryState, NoticeState
from supervision.official_documents.models import IssuedDocument
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.notices import make_notice, somebody
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place

# A Friday noon in Shanghai; the next working day is Monday, the 14th.
FRIDAY = datetime(2016, 3, 11, 4, tzinfo=UTC)
STEPS = {
    NoticeState.CHECKED: sign_off.check_notice,
    NoticeState.COUNTERSIGNED: sign_off.countersign_notice,
    NoticeState.ISSUED: sign_off.issue_notice,
}


@pytest.fixture
async def county(session: AsyncSession, here: Place) -> Actor:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, FRIDAY)
    return here.actor


async def delivery_of(session: AsyncSession, notice_id: UUID) -> UUID:
    statement = select(NoticeDelivery.id).where(NoticeDelivery.notice_id == notice_id)
    return (await session.execute(statement)).scalar_one()


def unit_of(county: Actor, unit_id: UUID) -> Actor:
    return Actor(county.jurisdiction_id, Role.UNIT, unit_id=unit_id, client_id=unit_id, is_test=True)


@pytest.mark.parametrize("chain", [["checked", "countersigned", "issued"], ["countersigned", "issued"], ["issued"]])
@pytest.mark.parametrize("step", list(STEPS))
@pytest.mark.parametrize("state", list(NoticeState))
async def test_only_the_next_step_of_the_chain_is_taken(
    session: AsyncSession, county: Actor, state: NoticeState, step: NoticeState, chain: list[str]
) -> None:
    notice_id = await make_notice(session, county)
    number = "示例" if state is NoticeState.ISSUED else None
    await session.execute(update(Notice).values(state=state, chain=chain, number=number))
    if notices.following(chain, state) is step:
        await STEPS[step](session, somebody(county), notice_id, AS_READ)
        assert await session.scalar(select(Notice.state)) == step
    else:
        with pytest.raises(NoticeStepOutOfTurn):
            await STEPS[step](session, somebody(county), notice_id, AS_READ)


@pytest.mark.parametrize("state", [NoticeState.DRAFTED, NoticeState.CHECKED, NoticeState.COUNTERSIGNED])
async def test_the_drafter_takes_no_step(session: AsyncSession, county: Actor, state: NoticeState) -> None:
    notice_id = await make_notice(session, county, state=state)
    drafter = Actor(
        county.jurisdiction_id, Role.OFFICE, client_id=await session.scalar(select(Notice.drafted_by)), is_test=True
    )
    step = notices.following(notices.USUAL_CHAIN, state)
    assert step
    with pytest.raises(NoticeSignedByDrafter):
        await STEPS[step](session, drafter, notice_id, AS_READ)


@pytest.mark.parametrize("is_drafter", [True, False])
@pytest.mark.parametrize("state", list(NoticeState))
async def test_only_the_drafter_amends_a_draft_and_only_others_return_a_notice(
    session: AsyncSession, county: Actor, state: NoticeState, *, is_drafter: bool
) -> None:
    drafter = somebody(county)
    notice_id = await make_notice(session, county, state=state, drafter=drafter)
    version = (await session.execute(select(Notice.version))).scalar_one()
    who = drafter if is_drafter else somebody(county)
    amend = sign_off.amend_notice(session, who, notice_id, version, changes={"text": "请按新的要求办理。"})
    give_back = partial(sign_off.return_notice, session, who, notice_id, AS_READ, reason="要求不明确。")
    if not is_drafter:
        with pytest.raises(OnlyDrafterAmendsNotice):
            await amend
    elif state is not NoticeState.DRAFTED:
        with pytest.raises(NoticeStepOutOfTurn):
            await amend
    else:
        await amend
    if state is NoticeState.ISSUED:
        with pytest.raises(NoticeStepOutOfTurn):
            await give_back()
    elif is_drafter:
        with pytest.raises(NoticeSignedByDrafter):
            await give_back()
    else:
        await give_back()
        given = (await session.execute(select(Notice))).scalar_one()
        assert (given.state, given.reason, given.checked_by) == (NoticeState.DRAFTED, "要求不明确。", None)


@pytest.mark.parametrize("verb", ["acknowledge", "urge"])
@pytest.mark.parametrize("state", list(DeliveryState))
async def test_only_what_was_delivered_and_waits_is_acknowledged_or_urged(
    session: AsyncSession, county: Actor, state: DeliveryState, verb: str
) -> None:
    unit_id = await make_unit(session, county)
    notice_id = await make_notice(session, county, state="issued", unit_ids=[unit_id])
    delivery_id = await delivery_of(session, notice_id)
    await session.execute(update(NoticeDelivery).values(state=state))

    async def act() -> None:
        if verb == "acknowledge":
            await acknowledgement.acknowledge_delivery(session, unit_of(county, unit_id), delivery_id)
        else:
            await urging.urge_delivery(session, somebody(county), delivery_id, channel="telephone", note="已接听")

    if DeliveryState.ACKNOWLEDGED in DELIVERY_FOLLOWS[state]:
        await act()
    else:
        # What is only addressed is out of everybody's sight.
        with pytest.raises(NotFound if state is DeliveryState.ADDRESSED else NotToBeAcknowledged):
            await act()


class TestIssue:
    async def test_numbers_run_for_each_kind_and_year(self, session: AsyncSession, county: Actor) -> None:
        numbers = []
        for kind, year in (("notice", 2016), ("notice", 2016), ("slip", 2016), ("notice", 2017)):
            await hold(session, county, FRIDAY.replace(year=year))
            notice_id = await make_notice(session, county, kind=kind, state="issued")
            numbers.append((await queries.get_notice(session, county, notice_id))["number"])
        assert numbers == ["督查通知〔2016〕1号", "督查通知〔2016〕2号", "督查抄告〔2016〕1号", "督查通知〔2017〕1号"]

    async def test_twenty_at_once_leave_no_gap(self, committed: Committed) -> None:
        place = await committed.found("330326")
        async with committed.api() as opened:
            await enter(opened, place.actor.jurisdiction_id)
            made = [await make_notice(opened, place.actor, state="countersigned") for _ in range(20)]
            await opened.commit()

        async def issue(notice_id: UUID, *, is_kept: bool) -> None:
            async with committed.api() as opened:
                await enter(opened, place.actor.jurisdiction_id)
                await sign_off.issue_notice(opened, somebody(place.actor), notice_id, AS_READ)
                await (opened.commit() if is_kept else opened.rollback())

        await asyncio.gather(*(issue(each, is_kept=place % 4 != 3) for place, each in enumerate(made)))
        async with committed.api() as opened:
            await enter(opened, place.actor.jurisdiction_id)
            found = await opened.scalars(select(Notice.sequence).where(Notice.number.is_not(None)))
            assert sorted(filter(None, found)) == list(range(1, 16))

    async def test_two_who_issue_at_once_issue_once(self, committed: Committed) -> None:
        place = await committed.found("330326")
        async with committed.api() as opened:
            await enter(opened, place.actor.jurisdiction_id)
            notice_id = await make_notice(opened, place.actor, state="countersigned")
            await opened.commit()

        async def issue() -> bool:
            async with committed.api() as opened:
                await enter(opened, place.actor.jurisdiction_id)
                try:
                    await sign_off.issue_notice(opened, somebody(place.actor), notice_id, AS_READ)
                except NoticeStepOutOfTurn:
                    return False
                await opened.commit()
                return True

        assert sorted(await asyncio.gather(issue(), issue())) == [False, True]

    async def test_it_is_due_for_acknowledgement_after_working_days(self, session: AsyncSession, county: Actor) -> None:
        for days, due_at in ((1, datetime(2016, 3, 14, 16, tzinfo=UTC)), (20, datetime(2016, 4, 11, 16, tzinfo=UTC))):
            await sign_off.set_notice_procedure(
                session, county, kind="notice", chain=notices.USUAL_CHAIN, acknowledge_working_days=days
            )
            notice_id = await make_notice(session, county, state="issued")
            row = await queries.get_notice_delivery(session, county, await delivery_of(session, notice_id))
            assert (row["delivered_at"], row["due_at"]) == (FRIDAY, due_at)

    async def test_a_year_that_nobody_announced_counts_monday_to_friday(
        self, session: AsyncSession, county: Actor
    ) -> None:
        await hold(session, county, datetime(2150, 5, 1, 4, tzinfo=UTC))  # a Friday
        notice_id = await make_notice(session, county, state="issued")
        row = await queries.get_notice_delivery(session, county, await delivery_of(session, notice_id))
        assert row["due_at"] == datetime(2150, 5, 4, 16, tzinfo=UTC)

    async def test_leaders_and_responsible_persons_are_told_number_and_limit_only(
        self, session: AsyncSession, county: Actor
    ) -> None:
        unit_id, item_id = await make_unit(session, county), await make_item(session, county)
        told = {
            await make_official(session, county, unit_id, position=p) for p in ("principal_leader", "leader_in_charge")
        }
        handler = await make_official(session, county, unit_id)
        await make_official(session, county, unit_id)
        stranger = await make_official(session, county, await make_unit(session, county), position="principal_leader")
        parties = [
            NewParty(item_id=item_id, responsibility="responsible_person", official_id=each)
            for each in (handler, stranger)
        ]
        await add_parties(session, parties)
        text = "河道整治不力，请限期办结。"
        await make_notice(session, county, state="countersigned", item_id=item_id, unit_ids=[unit_id], text=text)
        assert await session.scalar(select(func.count()).select_from(Message)) == 0
        notice_id = (await session.execute(select(Notice.id))).scalar_one()
        await sign_off.issue_notice(session, somebody(county), notice_id, AS_READ)
        messages = (await session.execute(select(Message.official_id, Message.text))).all()
        assert {row.official_id for row in messages} == told | {handler}
        assert {row.text for row in messages} == {
            "【督查室】督查通知〔2016〕1号已印发，请在督查系统签收，并于2199年12月31日前办理。"
        }

    async def test_a_limit_that_ran_out_is_refused(self, session: AsyncSession, county: Actor) -> None:
        notice_id = await make_notice(session, county, state="countersigned", limit_on=date(2016, 3, 12))
        await hold(session, county, datetime(2016, 3, 12, 16, tzinfo=UTC))
        with pytest.raises(NoticeLimitRunOut):
            await sign_off.issue_notice(session, somebody(county), notice_id, AS_READ)


class TestDraft:
    async def test_a_changed_procedure_binds_what_is_drafted_later(self, session: AsyncSession, county: Actor) -> None:
        before = await make_notice(session, county, kind="slip")
        await sign_off.set_notice_procedure(session, county, kind="slip", chain=["issued"], acknowledge_working_days=2)
        after = await make_notice(session, county, kind="slip")
        with pytest.raises(NoticeStepOutOfTurn):
            await sign_off.issue_notice(session, somebody(county), before, AS_READ)
        await sign_off.issue_notice(session, somebody(county), after, AS_READ)

    async def test_refuses_classified_matter_and_unknown_units(self, session: AsyncSession, county: Actor) -> None:
        with pytest.raises(ClassifiedMatter):
            await make_notice(session, county, text="机密★1年 请办理")
        with pytest.raises(UnknownUnit):
            await make_notice(session, county, unit_ids=[county.jurisdiction_id])
        assert (await session.scalars(select(Notice))).all() == []

    async def test_refuses_a_closed_item(self, session: AsyncSession, county: Actor) -> None:
        item_id = await make_item(session, county)
        await session.execute(update(Item).values(state="closed", closed_on=Item.received_on))
        with pytest.raises(ItemClosed):
            await make_notice(session, county, item_id=item_id)


class TestUrging:
    async def test_a_message_is_queued_and_a_call_is_logged(self, session: AsyncSession, county: Actor) -> None:
        unit_id = await make_unit(session, county)
        await make_official(session, county, unit_id, position="principal_leader")
        notice_id = await make_notice(session, county, state="issued", unit_ids=[unit_id])
        delivery_id = await delivery_of(session, notice_id)
        for channel, messages in (("telephone", 1), ("sms", 2), ("sms", 3)):
            await urging.urge_delivery(session, somebody(county), delivery_id, channel=channel, note="请尽快签收")
            assert await session.scalar(select(func.count()).select_from(Message)) == messages
        await acknowledgement.acknowledge_delivery(session, unit_of(county, unit_id), delivery_id)
        states = await session.scalars(select(Message.state).order_by(Message.id))
        assert list(states) == ["queued", "cancelled", "cancelled"]
        verbs = await session.scalars(
            select(AuditEvent.verb).where(AuditEvent.subject_id == str(delivery_id)).order_by(AuditEvent.id)
        )
        assert list(verbs) == ["notice.urged"] * 3 + ["notice.acknowledged"]

    async def test_urgings_are_never_changed(self, session: AsyncSession) -> None:
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(update(Urging).values(note="别的话"))


async def test_lists_of_deliveries_are_filtered(session: AsyncSession, county: Actor) -> None:
    units = [await make_unit(session, county) for _ in range(3)]
    notice_id = await make_notice(session, county, state="issued", unit_ids=units)
    await make_notice(session, county, unit_ids=units)
    rows = {
        row["unit_id"]: row["id"] for row in (await queries.list_notice_deliveries(session, county, PageRequest())).rows
    }
    assert set(rows) == set(units)
    await acknowledgement.acknowledge_delivery(session, unit_of(county, units[0]), rows[units[0]])
    for only, expected in (
        (DeliveryFilter(acknowledged=True), units[:1]),
        (DeliveryFilter(acknowledged=False), units[1:]),
        (DeliveryFilter(overdue=True), []),
        (DeliveryFilter(notice_id=notice_id, unit_id=units[2]), units[2:]),
    ):
        page = await queries.list_notice_deliveries(session, county, PageRequest(), only=only)
        assert [row["unit_id"] for row in page.rows] == expected, only
    await hold(session, county, datetime(2016, 3, 14, 16, tzinfo=UTC))
    for is_overdue, expected in ((True, units[1:]), (False, units[:1])):
        only = DeliveryFilter(overdue=is_overdue)
        page = await queries.list_notice_deliveries(session, county, PageRequest(), only=only)
        assert [row["unit_id"] for row in page.rows] == expected


class TestUrgeOverdue:
    @pytest.fixture
    async def delivery_id(self, session: AsyncSession, county: Actor) -> UUID:
        unit_id = await make_unit(session, county)
        await make_official(session, county, unit_id, position="principal_leader")
        # Another notice, of which the limit never comes, is none of its business.
        await make_notice(session, county)
        return await delivery_of(session, await make_notice(session, county, state="issued", unit_ids=[unit_id]))

    @pytest.mark.parametrize(
        ("hours", "urged"),
        # Delivered on Friday noon, due at the end of Monday, urged again after a week.
        [((83,), [0]), ((84,), [1]), ((84, 108), [1, 0]), ((84, 84 + 167, 84 + 168), [1, 0, 1])],
    )
    async def test_a_unit_past_its_limit_is_urged_once_a_week(
        self, session: AsyncSession, county: Actor, delivery_id: UUID, hours: list[int], urged: list[int]
    ) -> None:
        told = []
        for each in hours:
            await hold(session, county, FRIDAY + timedelta(hours=each))
            told.append(await urging.urge_overdue(session, system(county.jurisdiction_id, is_test=True)))
        assert told == urged
        urgings = list(await session.scalars(select(Urging.id).where(Urging.delivery_id == delivery_id)))
        assert len(urgings) == sum(urged)
        documents = select(IssuedDocument.number, IssuedDocument.made_by).where(IssuedDocument.subject_id.in_(urgings))
        year = FRIDAY.year
        assert [tuple(each) for each in await session.execute(documents.order_by(IssuedDocument.id))] == [
            (f"督查催办〔{year}〕{place}号", None) for place in range(1, 1 + sum(urged))
        ]

    async def test_who_was_called_or_has_acknowledged_is_left_in_peace(
        self, session: AsyncSession, county: Actor, delivery_id: UUID
    ) -> None:
        worker = system(county.jurisdiction_id, is_test=True)
        await hold(session, county, FRIDAY + timedelta(days=5))
        await urging.urge_delivery(session, somebody(county), delivery_id, channel="telephone", note="已接听")
        await hold(session, county, FRIDAY + timedelta(days=6))
        assert await urging.urge_overdue(session, worker) == 0
        unit_id = await session.scalar(select(NoticeDelivery.unit_id).where(NoticeDelivery.id == delivery_id))
        assert unit_id
        await acknowledgement.acknowledge_delivery(session, unit_of(county, unit_id), delivery_id)
        await hold(session, county, FRIDAY + timedelta(days=30))
        assert await urging.urge_overdue(session, worker) == 0
