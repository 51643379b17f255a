"""The worker renders feeds when something is published, and takes back what became a work secret."""

from datetime import UTC, datetime

import feedparser
import pytest
from sqlalchemy import text, update

from supervision.documents.models import Secrecy
from supervision.foundation.database import enter
from supervision.items.models import Item
from supervision.publication import public_queries
from tests.factories.messaging import ask
from tests.factories.publication import put_out
from tests.factories.scoring import hold
from tests.places import Committed, Place
from worker.jobs.publication import render_feeds, withdraw_secrets
from worker.runner import Runner


@pytest.fixture
async def runner(committed: Committed) -> Runner:
    return Runner(committed.worker, {})


async def publish(committed: Committed, place: Place) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await hold(session, place.actor, datetime(2016, 4, 20, 4, tzinfo=UTC))
        await put_out(session, place.actor)
        assert session.info["doorbell"] == {"render_feeds"}
        await session.commit()


async def titles(committed: Committed, place: Place) -> list[str]:
    async with committed.api() as session:
        facts = {"jurisdiction_code": place.code, "channel": "all", "media": "atom"}
        content = (await public_queries.get_feed(session, **facts))["content"]
    return [entry.title for entry in feedparser.parse(content).entries]


async def test_a_new_county_has_empty_feeds_and_what_is_published_comes_in(
    committed: Committed, runner: Runner
) -> None:
    here, elsewhere = [await committed.found(code) for code in ("330326", "330327")]
    await render_feeds(runner)
    assert [await titles(committed, place) for place in (here, elsewhere)] == [[], []]
    await publish(committed, here)
    assert await titles(committed, here) == []
    await render_feeds(runner)
    assert [len(await titles(committed, place)) for place in (here, elsewhere)] == [1, 0]


async def test_done_twice_it_is_done_once(committed: Committed, runner: Runner) -> None:
    here = await committed.found("330326")
    await publish(committed, here)
    stored = "SELECT channel, format, etag, modified_at FROM feed ORDER BY 1, 2, 3"
    await render_feeds(runner)
    first = await ask(committed, stored)
    assert len(first) == 12
    await render_feeds(runner)
    assert await ask(committed, stored) == first


async def test_one_county_that_fails_stops_no_other(committed: Committed, runner: Runner) -> None:
    broken, whole = [await committed.found(code) for code in ("330326", "330327")]
    for place in (broken, whole):
        await publish(committed, place)
    async with committed.owner() as session:
        await session.execute(
            text(
                "CREATE FUNCTION break_rendering() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF NEW.jurisdiction_id = '{broken.actor.jurisdiction_id}' THEN RAISE 'broken'; END IF; "
                "RETURN NEW; END $$"
            )
        )
        await session.execute(
            text("CREATE TRIGGER break_rendering BEFORE INSERT ON feed FOR EACH ROW EXECUTE FUNCTION break_rendering()")
        )
        await session.commit()
    try:
        await render_feeds(runner)
        assert len(await titles(committed, whole)) == 1
    finally:
        async with committed.owner() as session:
            await session.execute(text("DROP TRIGGER break_rendering ON feed"))
            await session.execute(text("DROP FUNCTION break_rendering()"))
            await session.commit()
    await render_feeds(runner)
    assert len(await titles(committed, broken)) == 1


async def test_what_became_a_work_secret_goes_from_the_feeds_by_itself(committed: Committed, runner: Runner) -> None:
    here, elsewhere = [await committed.found(code) for code in ("330326", "330327")]
    for place in (here, elsewhere):
        await publish(committed, place)
    await render_feeds(runner)
    async with committed.api() as session:
        await enter(session, here.actor.jurisdiction_id)
        await session.execute(update(Item).values(secrecy=Secrecy.WORK_SECRET))
        await session.commit()
    for job in (withdraw_secrets, render_feeds, withdraw_secrets):
        await job(runner)
    assert [len(await titles(committed, place)) for place in (here, elsewhere)] == [0, 1]
    told = await ask(committed, "SELECT verb, role FROM audit_event WHERE verb = 'publication.withdrawn'")
    assert [tuple(row) for row in told] == [("publication.withdrawn", "system")]
