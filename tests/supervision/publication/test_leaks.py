"""Whatever the record holds, the public reads these texts of it and no others, and nothing of a work secret."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from deploy.roles import DatabaseUrls
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Role
from supervision.foundation.database import Base, Local, enter
from supervision.foundation.errors import Refusal
from supervision.foundation.paging import PageRequest
from supervision.publication import candidates, drafts, feed_store, release, rules
from supervision.publication.errors import PersonalNumberNotPublished
from supervision.publication.portal.entry_list import Wanted
from supervision.publication.portal.public_pages import read_list
from supervision.publication.sources import Source
from tests.contract.fixtures import add_fixtures
from tests.factories.identity import Caller
from tests.factories.publication import approve, correct, person, put_out
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place, committed_database, make_database

# What drafts are composed of, and what is written for the public.
SHOWN = {
    *("task.goal", "unit.name", "official.post", "indicator.name", "indicator.unit_of_measure"),
    *("circular.title", "circular.number", "commendation.reason", "criticism.reason", "rectification_order.matter"),
    *("publication.title", "publication.body", "publication.note", "public_comment.text"),
    *("jurisdiction.name", "portal_look.name", "portal_look.site_code"),
}
# What the pages are made of, and what is no text that anybody wrote: codes that name things in addresses.
NOT_PLANTED = {"portal_page", "feed", "jurisdiction.code", "publication.tag", "portal_look.colour"}
MARK = re.compile(r"⟦([a-z_.]+)⟧")
SOURCES = {"progress": "progress_entry_id", "circulars": "circular_id", "exposure": "rectification_order_id"}
NUMBERS = ("13800138000", "138 0013 8000", "138-0013-8000", "11010519491231002X")


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("leaks")


@pytest.fixture
async def county(urls: DatabaseUrls, app: DuchaApp) -> AsyncIterator[tuple[Committed, Place]]:
    """Found a county that has rows of everything, since each operation of the contract can succeed in it."""
    async with committed_database(urls, app) as committed:
        await committed.empty()
        place = await committed.found("330326")
        callers: dict[Role, Caller] = {
            role: await committed.callers(place, role, is_person=True) for role in Role if role is not Role.SYSTEM
        }
        await add_fixtures(committed, place, callers)
        yield committed, place


def texts() -> Iterator[Column[Any]]:
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Text) and not {table.name, str(column)} & NOT_PLANTED:
                yield column


async def plant(committed: Committed) -> set[str]:
    """Write into every text of every row where it comes from; return the texts that took it, which is all free ones."""
    planted = set()
    async with committed.engines["admin"].connect() as connection:
        for column in texts():
            name = f"{column.table.name}.{column.name}"
            quoted = f'"{column.table.name}" SET "{column.name}" = "{column.name}" || :mark'
            async with connection.begin():
                # What never changes would refuse this too.
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
                try:
                    async with connection.begin_nested():
                        found = await connection.execute(text(f"UPDATE {quoted}"), {"mark": f"⟦{name}⟧"})
                except Exception:  # noqa: BLE001, S112 - an enumeration or a digest is no text
                    continue
                if found.rowcount:
                    planted.add(name)
    return planted


async def release_all(session: AsyncSession, place: Place) -> int:
    """Draft, approve and publish all that the record offers, as far as it can be; return how many came out."""
    out = 0
    for channel, source in SOURCES.items():
        offered = await candidates.list_candidates(session, place.actor, PageRequest(100, None), channel=channel)
        for row in offered.rows:
            try:
                async with session.begin_nested():
                    given = Source(**{source: row["id"]})
                    drafted = await drafts.draft_publication(session, person(place.actor), given)
                    await approve(session, place.actor, drafted)
                    await release.publish(session, person(place.actor), drafted, AS_READ)
            except Refusal:
                continue
            out += 1
    return out


async def all_that_is_served(session: AsyncSession, place: Place) -> str:
    await session.execute(text("UPDATE feed_work SET rendered_on = NULL"))
    await session.execute(text("UPDATE feed SET is_stale = true"))
    await feed_store.render_feeds(session, place.actor.jurisdiction_id)
    rows = await session.execute(text("SELECT content FROM portal_page UNION ALL SELECT content FROM feed"))
    found = await read_list(session, jurisdiction_code=place.code, wanted=Wanted(words="⟦"))
    return "\n".join([*(bytes(row.content).decode("utf-8", "replace") for row in rows), found.content.decode()])


async def test_the_public_reads_these_texts_of_the_record_and_no_others(county: tuple[Committed, Place]) -> None:
    committed, place = county
    planted = await plant(committed)
    tables = {each.__tablename__ for each in Base.__subclasses__() if issubclass(each, Local)}
    assert len(planted) > 120, "the fixtures of the contract fill the record"
    assert len({name.partition(".")[0] for name in planted} & tables) > 40
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        assert await release_all(session, place) > len(SOURCES)
        shown = set(MARK.findall(await all_that_is_served(session, place)))
    assert shown <= SHOWN, "a text of the record that nobody has looked at is read by the public"
    assert {"task.goal", "unit.name", "official.post", "publication.body"} <= shown
    assert "official.name" not in shown


async def test_of_a_work_secret_nothing_is_read(county: tuple[Committed, Place]) -> None:
    committed, place = county
    async with committed.engines["admin"].begin() as connection:
        await connection.execute(text("UPDATE item SET secrecy = :to"), {"to": Secrecy.WORK_SECRET})
    secrets = [name for name in await plant(committed) if name.partition(".")[0] in {"item", "task", "indicator"}]
    assert secrets
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await release_all(session, place)
        served = await all_that_is_served(session, place)
    assert not [name for name in secrets if f"⟦{name}⟧" in served]


@pytest.mark.parametrize("field", ["title", "body", "note"])
@pytest.mark.parametrize("number", NUMBERS)
async def test_no_number_of_a_person_is_published(session: AsyncSession, here: Place, field: str, number: str) -> None:
    told = f"联系电话{number}，请联系。"
    correction = await correct(session, here.actor, await put_out(session, here.actor), **{field: told})
    with pytest.raises(PersonalNumberNotPublished):
        await approve(session, here.actor, correction)
    if field != "note":
        await approve(session, here.actor, correction, redactions=[{"passage": number, "ground": "个人信息"}])
        await release.publish(session, person(here.actor), correction, AS_READ)
        served = await all_that_is_served(session, here)
        assert (number in served, rules.LEFT_OUT in served) == (False, True)


@pytest.mark.parametrize("figure", ["120公里", "13800138000123456789", "2016年4月18日", "电话0577-12345678", "12345"])
async def test_figures_are_no_numbers_of_persons(session: AsyncSession, here: Place, figure: str) -> None:
    correction = await correct(session, here.actor, await put_out(session, here.actor), body=f"数据{figure}")
    await approve(session, here.actor, correction)
