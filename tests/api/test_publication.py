from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import UUID

import feedparser
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.foundation import settings
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from tests.contract.atom import require_valid
from tests.factories.identity import make_official, make_unit
from tests.factories.publication import add_progress, draft, put_out
from tests.places import Callers, Place

APPROVAL = {"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}
FEED = "/feeds/330326/progress.atom"


@pytest.fixture
async def entry_id(session: AsyncSession, here: Place) -> UUID:
    entry_id = await add_progress(session, here.actor)
    await session.commit()
    return entry_id


@pytest.fixture
async def anybody(app: DuchaApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as client:
        yield client


async def test_from_draft_to_feed(callers: Callers, here: Place, entry_id: UUID, anybody: httpx.AsyncClient) -> None:
    publisher, office = await callers(here, "publisher"), await callers(here, "office")
    drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)})
    assert (drafted.status_code, drafted.json()["state"]) == (201, "drafted")
    path = drafted.headers["Location"]
    assert (await office.get(path)).json() == drafted.json()
    early = await publisher.post(f"{path}/release")
    assert (early.status_code, early.json()["code"]) == (409, "not_approved")
    own = await publisher.post(f"{path}/review", json=APPROVAL)
    assert (own.status_code, own.json()["code"]) == (403, "drafter_reviews")
    assert (await anybody.get(FEED)).status_code == 200
    assert feedparser.parse((await anybody.get(FEED)).content).entries == []
    approved = await office.post(f"{path}/review", json=APPROVAL)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    published = await publisher.post(f"{path}/release")
    assert (published.status_code, published.json()["state"]) == (200, "published")
    for verb, body in (("review", APPROVAL), ("release", None)):
        assert (await office.post(f"{path}/{verb}", json=body)).status_code == 409
    answer = await anybody.get(FEED)
    require_valid(answer.content)
    (entry,) = feedparser.parse(answer.content).entries
    told = published.json()
    assert (entry.id, entry.title, entry.content[0].value) == (told["tag"], told["title"], told["body"])


async def test_one_person_through_two_programs_is_one_person(
    callers: Callers, here: Place, entry_id: UUID, session: AsyncSession
) -> None:
    official_id = await make_official(session, here.actor, await make_unit(session, here.actor))
    await session.commit()
    publisher = await callers(here, "publisher", may_act_for_officials=True)
    office = await callers(here, "office", may_act_for_officials=True)
    as_person = {"Ducha-On-Behalf-Of": str(official_id)}
    drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)}, headers=as_person)
    path = drafted.headers["Location"]
    assert (await office.post(f"{path}/review", json=APPROVAL, headers=as_person)).status_code == 403
    reviewer = await callers(here, "office")
    assert (await reviewer.post(f"{path}/review", json=APPROVAL)).status_code == 200


async def test_lists_are_filtered(callers: Callers, here: Place, entry_id: UUID) -> None:
    publisher, office = await callers(here, "publisher"), await callers(here, "office")
    drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)})
    refusal = {"verdict": "refused", "reason": "尚不宜公开"}
    refused = await office.post(f"{drafted.headers['Location']}/review", json=refusal)
    for state, expected in (("drafted", []), ("refused", [refused.json()])):
        assert (await office.get("/v1/publications", params={"state": state})).json()["data"] == expected
    assert (await office.get("/v1/publications")).json() == {"data": [refused.json()], "next": None}


async def test_another_jurisdiction_sees_nothing(
    callers: Callers, here: Place, elsewhere: Place, entry_id: UUID
) -> None:
    publisher, stranger = await callers(here, "publisher"), await callers(elsewhere, "publisher")
    body = {"progress_entry_id": str(entry_id)}
    path = (await publisher.post("/v1/publications", json=body)).headers["Location"]
    assert (await stranger.get("/v1/publications")).json()["data"] == []
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{path}/review", json=APPROVAL)).status_code == 404
    assert (await stranger.post(f"{path}/release")).status_code == 404
    strange = await stranger.post("/v1/publications", json=body)
    assert (strange.status_code, strange.json()["code"]) == (422, "unknown_progress_entry")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"verdict": "approved"}, "approval_needs_basis"),
        ({"verdict": "refused", "legal_basis": "依据"}, "refusal_needs_reason"),
        ({"verdict": "published"}, "invalid"),
        ({}, "invalid"),
    ],
)
async def test_bad_reviews(callers: Callers, here: Place, body: dict[str, str], code: str) -> None:
    office = await callers(here, "office")
    answer = await office.post(f"/v1/publications/{new_id()}/review", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestFeed:
    async def test_asked_again_it_answers_304(
        self, session: AsyncSession, here: Place, anybody: httpx.AsyncClient
    ) -> None:
        await put_out(session, here.actor)
        await session.commit()
        first = await anybody.get(FEED)
        assert first.headers["content-type"] == "application/atom+xml"
        tag, modified = first.headers["etag"], first.headers["last-modified"]
        assert tag.startswith('"')
        later = format_datetime(datetime(2200, 1, 1, tzinfo=UTC), usegmt=True)
        earlier = format_datetime(datetime(2016, 1, 1, tzinfo=UTC), usegmt=True)
        for headers, status in (
            ({"If-None-Match": tag}, 304),
            ({"If-None-Match": f'"other", W/{tag}'}, 304),
            ({"If-None-Match": '"other"'}, 200),
            ({"If-None-Match": '"other"', "If-Modified-Since": modified}, 200),
            ({"If-Modified-Since": modified}, 304),
            ({"If-Modified-Since": later}, 304),
            ({"If-Modified-Since": earlier}, 200),
            ({"If-Modified-Since": "yesterday"}, 200),
        ):
            answer = await anybody.get(FEED, headers=headers)
            assert (answer.status_code, headers) == (status, headers)
            assert answer.content == (b"" if status == 304 else first.content)
            for name in ("etag", "last-modified", "cache-control"):
                assert answer.headers[name] == first.headers[name]

    async def test_a_publication_changes_tag_and_time(
        self, session: AsyncSession, here: Place, anybody: httpx.AsyncClient
    ) -> None:
        empty = await anybody.get(FEED)
        assert (await anybody.get(FEED)).headers["etag"] == empty.headers["etag"]
        await put_out(session, here.actor)
        await session.commit()
        full = await anybody.get(FEED, headers={"If-None-Match": empty.headers["etag"]})
        assert full.status_code == 200
        moments = [parsedate_to_datetime(each.headers["last-modified"]) for each in (empty, full)]
        assert moments[0] <= moments[1]

    async def test_the_link_of_an_entry_leads_to_it(
        self, session: AsyncSession, callers: Callers, here: Place, elsewhere: Place, anybody: httpx.AsyncClient
    ) -> None:
        published = await put_out(session, here.actor)
        drafted = await draft(session, here.actor)
        await session.commit()
        (entry,) = feedparser.parse((await anybody.get(FEED)).content).entries
        (link,) = entry.links
        assert link.rel == "alternate"
        assert link.href == f"{settings.current().public_url}/feeds/330326/entries/{published}"
        answer = await anybody.get(urlsplit(link.href).path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, link.type)
        told = answer.json()
        assert (told["tag"], told["title"], told["body"]) == (entry.id, entry.title, entry.content[0].value)
        known = {"If-None-Match": answer.headers["etag"]}
        assert (await anybody.get(urlsplit(link.href).path, headers=known)).status_code == 304
        own = (await (await callers(here, "office")).get(f"/v1/publications/{published}")).json()
        assert told == {name: own[name] for name in told}
        assert not set(told) & {"drafted_by", "reviewed_by", "legal_basis", "reason"}
        for code, known_id in ((here.code, drafted), (elsewhere.code, published), ("999999", published)):
            assert (await anybody.get(f"/feeds/{code}/entries/{known_id}")).status_code == 404

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/feeds/999999/progress.atom", 404),
            ("/feeds/330326/circulars.atom", 404),
            ("/feeds/330326/progress.rss", 404),
            ("/feeds/330326%00/progress.atom", 422),
            ("/feeds/330326/progress.atom?unread=1", 422),
        ],
    )
    async def test_what_is_no_feed(self, here: Place, anybody: httpx.AsyncClient, path: str, status: int) -> None:
        answer = await anybody.get(path)
        assert (answer.status_code, here.code) == (status, "330326")
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_feed_shows_its_own_county_only(
        self, session: AsyncSession, here: Place, elsewhere: Place, anybody: httpx.AsyncClient
    ) -> None:
        await put_out(session, here.actor)
        await enter(session, elsewhere.actor.jurisdiction_id)
        await put_out(session, elsewhere.actor)
        await session.commit()
        feeds = [
            feedparser.parse((await anybody.get(f"/feeds/{place.code}/progress.atom")).content)
            for place in (here, elsewhere)
        ]
        assert [len(feed.entries) for feed in feeds] == [1, 1]
        assert feeds[0].entries[0].id != feeds[1].entries[0].id
