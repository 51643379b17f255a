from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.documents import attachments
from supervision.documents.errors import UnknownAttachment
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound, Refusal
from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.identity.errors import UnknownOfficial
from supervision.items import errors
from supervision.messaging.models import Message
from supervision.notices.models import NoticeDelivery
from supervision.papers import direct_transfers, instruction_papers, queries
from supervision.papers import errors as papers_errors
from supervision.papers.models import DirectTransfer, InstructionPaper
from supervision.papers.states import TRANSFER_FOLLOWS, TransferState
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.notices import make_leader, make_paper, somebody
from tests.places import Place


class TestRegister:
    async def test_it_keeps_the_paper(self, session: AsyncSession, here: Place) -> None:
        leaders = [await make_leader(session, here.actor) for _ in range(2)]
        earlier, item_id = await make_paper(session, here.actor), await make_item(session, here.actor)
        scan = await attachments.keep(session, b"%PDF-1.7 example")
        paper_id = await make_paper(
            session,
            here.actor,
            leader_ids=[*leaders, leaders[0]],
            document_number="县委办〔2016〕3号",
            attachment_id=scan,
            follows_id=earlier,
            item_id=item_id,
        )
        row = await queries.get_instruction_paper(session, here.actor, paper_id)
        assert row["leader_ids"] == leaders
        assert (row["attachment_id"], row["follows_id"], row["item_id"]) == (scan, earlier, item_id)
        assert row["words"] == "请抓紧办理，月底前报结果。"
        for wanted, expected in (
            ({"item_id": item_id}, [paper_id]),
            ({"follows_id": earlier}, [paper_id]),
            ({"leader_id": leaders[1]}, [paper_id]),
            ({}, [earlier, paper_id]),
        ):
            page = await queries.list_instruction_papers(session, here.actor, PageRequest(), **wanted)
            assert [each["id"] for each in page.rows] == expected, wanted

    @pytest.mark.parametrize("place", ["document_number", "title", "words", "sender"])
    @pytest.mark.parametrize("mark", ["绝密", "机密★1年", "【秘密】"])
    async def test_classified_matter_is_refused_and_nothing_stored(
        self, session: AsyncSession, here: Place, place: str, mark: str
    ) -> None:
        with pytest.raises(errors.ClassifiedMatter):
            await make_paper(session, here.actor, **{place: f"示例{mark}示例"})
        assert await session.scalar(select(func.count()).select_from(InstructionPaper)) == 0
        assert "paper.registered" not in set(await session.scalars(select(AuditEvent.verb)))

    @pytest.mark.parametrize(
        ("over", "refusal"),
        [
            ({"instructed_on": date(2199, 1, 1)}, errors.NotYetHappened),
            ({"leader_ids": [new_id()]}, UnknownOfficial),
            ({"attachment_id": new_id()}, UnknownAttachment),
            ({"follows_id": new_id()}, papers_errors.UnknownPaper),
            ({"item_id": new_id()}, errors.UnknownItem),
        ],
    )
    async def test_refuses_what_is_unknown(
        self, session: AsyncSession, here: Place, over: dict[str, object], refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            await make_paper(session, here.actor, **over)

    async def test_only_county_leaders_instruct(self, session: AsyncSession, here: Place) -> None:
        clerk = await make_official(session, here.actor, await make_unit(session, here.actor))
        with pytest.raises(papers_errors.PaperLeaderNotOfCounty):
            await make_paper(session, here.actor, leader_ids=[clerk])

    async def test_the_words_stay_out_of_the_audit(self, session: AsyncSession, here: Place) -> None:
        paper_id = await make_paper(session, here.actor)
        facts = await session.scalar(select(AuditEvent.facts).where(AuditEvent.subject_id == str(paper_id)))
        assert facts == {"instructed_on": "2016-03-01", "item_id": None}

    async def test_a_paper_is_linked_once(self, session: AsyncSession, here: Place) -> None:
        paper_id, item_id = await make_paper(session, here.actor), await make_item(session, here.actor)
        with pytest.raises(errors.UnknownItem):
            await instruction_papers.link_instruction_paper(session, somebody(here.actor), paper_id, item_id=new_id())
        await instruction_papers.link_instruction_paper(session, somebody(here.actor), paper_id, item_id=item_id)
        with pytest.raises(papers_errors.PaperAlreadyLinked):
            await instruction_papers.link_instruction_paper(session, somebody(here.actor), paper_id, item_id=item_id)


class TestTransfer:
    HANDED_ON = date(2016, 3, 2)

    async def test_liaisons_and_outcome_are_logged_and_no_unit_is_told(
        self, session: AsyncSession, here: Place
    ) -> None:
        office, paper_id = somebody(here.actor), await make_paper(session, here.actor)
        leader = await make_leader(session, here.actor)
        transfer_id = await direct_transfers.hand_over(
            session, office, paper_id, official_id=leader, handed_on=self.HANDED_ON
        )
        for text in ("已送达", "正在协调"):
            await direct_transfers.log_liaison(session, office, transfer_id, text=text)
        await direct_transfers.conclude_transfer(session, office, transfer_id, outcome="已办结")
        row = await queries.get_transfer(session, office, transfer_id)
        assert (row["state"], row["outcome"], row["official_id"]) == ("concluded", "已办结", leader)
        liaisons = await queries.list_liaisons(session, office, PageRequest(), transfer_id)
        assert [each["text"] for each in liaisons.rows] == ["已送达", "正在协调"]
        for table in (NoticeDelivery, Message):
            assert await session.scalar(select(func.count()).select_from(table)) == 0

    @pytest.mark.parametrize("verb", ["liaison", "outcome"])
    @pytest.mark.parametrize("state", list(TransferState))
    async def test_only_what_the_table_allows_follows(
        self, session: AsyncSession, here: Place, state: TransferState, verb: str
    ) -> None:
        office, paper_id = somebody(here.actor), await make_paper(session, here.actor)
        leader = await make_leader(session, here.actor)
        transfer_id = await direct_transfers.hand_over(
            session, office, paper_id, official_id=leader, handed_on=self.HANDED_ON
        )
        await session.execute(update(DirectTransfer).values(state=state))

        async def act() -> None:
            if verb == "liaison":
                await direct_transfers.log_liaison(session, office, transfer_id, text="示例")
            else:
                await direct_transfers.conclude_transfer(session, office, transfer_id, outcome="示例")

        if TransferState.CONCLUDED in TRANSFER_FOLLOWS[state]:
            await act()
        else:
            with pytest.raises(papers_errors.TransferConcluded):
                await act()

    async def test_refusals(self, session: AsyncSession, here: Place) -> None:
        office, leader = somebody(here.actor), await make_leader(session, here.actor)
        principal = await make_leader(session, here.actor, "principal_county_leader")
        clerk = await make_official(session, here.actor, await make_unit(session, here.actor))
        of_principal = await make_paper(session, here.actor, leader_ids=[principal])
        of_another = await make_paper(session, here.actor, leader_ids=[leader])
        for paper_id, official_id, handed_on, refusal in (
            (of_another, principal, self.HANDED_ON, papers_errors.TransferNotByPrincipal),
            (of_principal, principal, self.HANDED_ON, papers_errors.TransferToItsAuthor),
            (of_principal, clerk, self.HANDED_ON, papers_errors.PaperLeaderNotOfCounty),
            (of_principal, leader, date(2199, 1, 1), errors.NotYetHappened),
            (new_id(), leader, self.HANDED_ON, NotFound),
        ):
            with pytest.raises(refusal):
                await direct_transfers.hand_over(
                    session, office, paper_id, official_id=official_id, handed_on=handed_on
                )
        await direct_transfers.hand_over(session, office, of_principal, official_id=leader, handed_on=self.HANDED_ON)
        with pytest.raises(papers_errors.AlreadyTransferred):
            await direct_transfers.hand_over(
                session, office, of_principal, official_id=leader, handed_on=self.HANDED_ON
            )

    async def test_another_jurisdiction_finds_nothing(
        self, session: AsyncSession, here: Place, elsewhere: Place
    ) -> None:
        paper_id, item_id = await make_paper(session, here.actor), await make_item(session, here.actor)
        await enter(session, elsewhere.actor.jurisdiction_id)
        office = somebody(elsewhere.actor)
        leader = await make_leader(session, elsewhere.actor)
        with pytest.raises(NotFound):
            await direct_transfers.hand_over(session, office, paper_id, official_id=leader, handed_on=self.HANDED_ON)
        with pytest.raises(papers_errors.UnknownPaper):
            await make_paper(session, elsewhere.actor, follows_id=paper_id)
        with pytest.raises(errors.UnknownItem):
            await make_paper(session, elsewhere.actor, item_id=item_id)
