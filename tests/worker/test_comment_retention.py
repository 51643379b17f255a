"""Contacts of comments are erased after their time; the comment and what was made of it stay."""

from datetime import timedelta

from supervision.foundation import clock
from supervision.foundation.clock import real_now
from supervision.foundation.database import enter
from tests.factories.comments import put_comment
from tests.factories.messaging import ask
from tests.factories.publication import put_out
from tests.places import Committed
from worker.jobs.retention import erase
from worker.runner import Runner

KEPT = "SELECT text, contact_sealed IS NULL, sender IS NULL FROM public_comment"


async def test_contacts_go_and_comments_stay(committed: Committed) -> None:
    place = await committed.found("330326")
    runner = Runner(committed.worker, {})
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await put_comment(session, place.actor, await put_out(session, place.actor), contact="19999990001")
        await session.commit()
    for days, is_gone in ((179, False), (181, True)):
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            await clock.hold(session, real_now() + timedelta(days=days))
            await session.commit()
        await erase(runner)
        assert [tuple(row) for row in await ask(committed, KEPT)] == [("示例留言", is_gone, is_gone)]
    told = await ask(committed, "SELECT facts ->> 'count' FROM audit_event WHERE verb = 'comment_contacts.erased'")
    assert [row[0] for row in told] == ["1"]
