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
from supervision.foundation.actors import Role
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from tests.contract.atom import require_valid
from tests.factories.identity import let_act_for, make_official, make_unit
from tests.factories.publication import add_progress, draft, put_out, render
from tests.factories.scoring import hold
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


async def test_from_draft_to_feed(
    callers: Callers, here: Place, entry_id: UUID, anybody: httpx.AsyncClient, session: AsyncSession
) -> None:
    publisher, office = await callers(here, "publisher"), await callers(here, "office")
    drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)})
    assert (drafted.status_code, drafted.json()["state"]) == (201, "drafted")
    path = drafted.headers["Location"]
    assert (await office.get(path)).json() == drafted.json()
    early = await publisher.post(f"{path}/release")
    assert (early.status_code, early.json()["code"]) == (409, "not_approved")
    own = await publisher.post(f"{path}/review", json=APPROVAL)
    assert (own.status_code, own.json()["code"]) == (403, "drafter_reviews")
    await render(session, here.actor)
    assert feedparser.parse((await anybody.get(FEED)).content).entries == []
    approved = await office.post(f"{path}/review", json=APPROVAL)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    published = await publisher.post(f"{path}/release")
    assert (published.status_code, published.json()["state"]) == (200, "published")
    for verb, body in (("review", APPROVAL), ("release", None)):
        assert (await office.post(f"{path}/{verb}", json=body)).status_code == 409
    await render(session, here.actor)
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
    as_person = await let_act_for(session, publisher, official_id, Role.PUBLISHER)
    await let_act_for(session, office, official_id, Role.OFFICE)
    await session.commit()
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
        await render(session, here.actor)
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
        await render(session, here.actor)
        empty = await anybody.get(FEED)
        assert (await anybody.get(FEED)).headers["etag"] == empty.headers["etag"]
        await put_out(session, here.actor)
        await render(session, here.actor)
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
        await render(session, here.actor)
        await session.commit()
        (entry,) = feedparser.parse((await anybody.get(FEED)).content).entries
        page, link = entry.links
        assert (page.rel, page.type, link.rel) == ("alternate", "text/html", "alternate")
        assert page.href == f"{settings.current().public_url}/portal/330326/publications/{published}"
        assert link.href == f"{settings.current().public_url}/feeds/330326/entries/{published}"
        answer = await anybody.get(urlsplit(link.href).path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, link.type)
        told = answer.json()
        assert (told["tag"], told["title"], told["body"]) == (entry.id, entry.title, entry.content[0].value)
        known = {"If-None-Match": answer.headers["etag"]}
        assert (await anybody.get(urlsplit(link.href).path, headers=known)).status_code == 304
        own = (await (await callers(here, "office")).get(f"/v1/publications/{published}")).json()
        assert told.pop("updated_at") == told["published_at"]
        assert told == {name: own[name] for name in told}
        assert not set(told) & {"drafted_by", "reviewed_by", "legal_basis", "reason"}
        for code, known_id in ((here.code, drafted), (elsewhere.code, published), ("999999", published)):
            assert (await anybody.get(f"/feeds/{code}/entries/{known_id}")).status_code == 404

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/feeds/999999/progress.atom", 404),
            ("/feeds/330326/scores.atom", 404),
            ("/feeds/330326/progress.xml", 404),
            ("/feeds/330326/archives/progress/2016-03.atom", 404),
            ("/feeds/330326/archives/progress/2016-13.atom", 422),
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
        await render(session, here.actor)
        await enter(session, elsewhere.actor.jurisdiction_id)
        await put_out(session, elsewhere.actor)
        await render(session, elsewhere.actor)
        await session.commit()
        feeds = [
            feedparser.parse((await anybody.get(f"/feeds/{place.code}/progress.atom")).content)
            for place in (here, elsewhere)
        ]
        assert [len(feed.entries) for feed in feeds] == [1, 1]
        assert feeds[0].entries[0].id != feeds[1].entries[0].id


class TestEditing:
    async def test_its_drafter_changes_a_draft_until_it_is_reviewed(
        self, callers: Callers, here: Place, entry_id: UUID
    ) -> None:
        publisher, office = await callers(here, "publisher"), await callers(here, "office")
        drafted = await publisher.post("/v1/publications", json={"progress_entry_id": str(entry_id)})
        path, tag = drafted.headers["Location"], drafted.headers["ETag"]
        change = {"title": "一季度进展", "body": "完成进度：60%"}
        assert (await publisher.patch(path, json=change)).status_code == 428
        stale = await publisher.patch(path, json=change, headers={"If-Match": '"99"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        other = await office.patch(path, json=change, headers={"If-Match": tag})
        assert (other.status_code, other.json()["code"]) == (403, "only_drafter_edits")
        changed = await publisher.patch(path, json=change, headers={"If-Match": tag})
        assert (changed.status_code, changed.json()["title"]) == (200, "一季度进展")
        assert changed.json()["body"] == change["body"]
        await office.post(f"{path}/review", json=APPROVAL, headers={"If-Match": changed.headers["ETag"]})
        tag = (await office.get(path)).headers["ETag"]
        late = await publisher.patch(path, json=change, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (409, "no_longer_draft")

    @pytest.mark.parametrize("body", [{}, {"progress_entry_id": str(new_id()), "circular_id": str(new_id())}])
    async def test_a_draft_has_one_source(self, callers: Callers, here: Place, body: dict[str, str]) -> None:
        answer = await (await callers(here, "publisher")).post("/v1/publications", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "one_source_needed")

    @pytest.mark.parametrize(
        ("name", "code"),
        [("circular_id", "unknown_circular"), ("rectification_order_id", "unknown_rectification_order")],
    )
    async def test_an_unknown_source(self, callers: Callers, here: Place, name: str, code: str) -> None:
        answer = await (await callers(here, "publisher")).post("/v1/publications", json={name: str(new_id())})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestAfterwards:
    async def test_a_correction_goes_through_review_and_keeps_the_entry(
        self, session: AsyncSession, callers: Callers, here: Place, anybody: httpx.AsyncClient
    ) -> None:
        published = await put_out(session, here.actor)
        await session.commit()
        publisher, office = await callers(here, "publisher"), await callers(here, "office")
        path = f"/v1/publications/{published}"
        tag = (await office.get(path)).headers["ETag"]
        body = {"title": "更正", "body": "完成进度：61%", "note": "完成进度应为61%"}
        assert (await publisher.post(f"{path}/corrections", json=body)).status_code == 428
        made = await publisher.post(f"{path}/corrections", json=body, headers={"If-Match": tag})
        assert (made.status_code, made.json()["edition"], made.json()["entry_id"]) == (201, 2, str(published))
        correction = made.headers["Location"]
        own = await publisher.post(f"{correction}/review", json=APPROVAL, headers={"If-Match": made.headers["ETag"]})
        assert (own.status_code, own.json()["code"]) == (403, "drafter_reviews")
        approved = await office.post(f"{correction}/review", json=APPROVAL, headers={"If-Match": made.headers["ETag"]})
        await publisher.post(f"{correction}/release", headers={"If-Match": approved.headers["ETag"]})
        told = (await anybody.get(f"/feeds/330326/entries/{published}")).json()
        assert (told["edition"], told["title"]) == (2, "更正")
        assert told["body"].endswith("更正说明（第2版）：完成进度应为61%")
        assert (await anybody.get(f"/feeds/330326/entries/{made.json()['id']}")).status_code == 404

    async def test_what_was_withdrawn_is_gone(
        self, session: AsyncSession, callers: Callers, here: Place, elsewhere: Place, anybody: httpx.AsyncClient
    ) -> None:
        published = await put_out(session, here.actor)
        await session.commit()
        office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
        path = f"/v1/publications/{published}"
        headers, reason = {"If-Match": (await office.get(path)).headers["ETag"]}, {"reason": "数据有误"}
        assert (await stranger.post(f"{path}/withdraw", json=reason, headers=headers)).status_code == 404
        assert (await office.post(f"{path}/withdraw", json=reason, headers={"If-Match": '"1"'})).status_code == 412
        gone = await office.post(f"{path}/withdraw", json=reason, headers=headers)
        assert (gone.status_code, gone.json()["state"], gone.json()["withdrawal_reason"]) == (
            200,
            "withdrawn",
            "数据有误",
        )
        answer = await anybody.get(f"/feeds/330326/entries/{published}")
        assert (answer.status_code, answer.json()["code"]) == (410, "publication_withdrawn")
        assert "数据有误" not in answer.text

    async def test_every_format_and_the_archives_are_served_as_stored(
        self, session: AsyncSession, here: Place, anybody: httpx.AsyncClient
    ) -> None:
        for month in (3, 4):
            await hold(session, here.actor, datetime(2016, month, 20, tzinfo=UTC))
            await put_out(session, here.actor)
        await render(session, here.actor)
        await session.commit()
        for address, media in (
            ("/feeds/330326/all.atom", "application/atom+xml"),
            ("/feeds/330326/all.json", "application/feed+json"),
            ("/feeds/330326/all.rss", "application/rss+xml"),
            ("/feeds/330326/archives/progress/2016-03.atom", "application/atom+xml"),
        ):
            answer = await anybody.get(address)
            assert (answer.status_code, answer.headers["content-type"]) == (200, media)
            validators = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
            for name, header in validators.items():
                again = await anybody.get(address, headers={name: answer.headers[header]})
                assert (again.status_code, again.content) == (304, b"")


async def test_what_is_offered_and_counted(
    callers: Callers, here: Place, elsewhere: Place, entry_id: UUID, session: AsyncSession
) -> None:
    await hold(session, here.actor, datetime(2016, 4, 19, tzinfo=UTC))
    await session.commit()
    for place, ids in ((here, [str(entry_id)]), (elsewhere, [])):
        office = await callers(place, "office")
        answer = await office.get("/v1/publication_candidates", params={"channel": "progress"})
        assert [row["id"] for row in answer.json()["data"]] == ids
        counted = (await office.get("/v1/publication_counts")).json()
        assert (counted["candidates"], counted["late"]) == (len(ids), 0)
    assert (await (await callers(here, "office")).get("/v1/publications", params={"is_late": "true"})).json()[
        "data"
    ] == []
