"""What a county needs so that the operations on publications can succeed."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.progress.models import ProgressEntry
from supervision.publication.drafts import draft_publication
from supervision.publication.sources import Source
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import comments, publication

APPROVAL = {"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}
CORRECTION = {"title": "示例更正", "body": "完成进度：61%", "note": "完成进度应为61%"}


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put drafts, and progress that can be drafted from, into a county, and one archive of what is published."""
    await clock.hold(session, datetime(2016, 4, 20, 4, tzinfo=UTC))
    archived = await publication.put_out(session, actor)
    await clock.release(session)
    waiting = [await publication.draft(session, actor) for _ in range(16)]
    for publication_id in waiting[:8]:
        await publication.approve(session, actor, publication_id)
    made.place("publish", publication_id=waiting[:8])
    made.place("review_publication", publication_id=waiting[8:])
    made.put("publication_id", values=[*waiting, await publication.put_out(session, actor)])
    await _place(session, actor, standing, made)
    made.place("get_published", jurisdiction=made.ids["jurisdiction"], publication_id=[archived])
    made.put("media", values=["atom", "json", "rss"])
    made.place("get_feed_archive", month=["2016-04"])
    made.place("get_press_round", month=["2016-03"])
    made.bodies["send_press_round"] = [{"month": "2016-03", "media": "示例县电视台"}]
    for _ in range(5):
        await publication.add_progress(session, actor)
    entries = await session.scalars(select(ProgressEntry.id).order_by(ProgressEntry.id.desc()).limit(5))
    made.bodies["draft_publication"] = [{"progress_entry_id": str(entry_id)} for entry_id in entries]
    made.bodies["review_publication"] = [APPROVAL]
    made.bodies["draft_correction"] = [CORRECTION]
    await _put_comments(session, actor, made)
    made.bodies["set_portal_look"] = [{"name": "示例县督查公开", "colour": "#1f4e79", "office": "示例县督查室"}]
    await publication.render(session, actor)


async def _place(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put in for each verb what it can be done to."""
    made.place("draft_correction", publication_id=[await publication.put_out(session, actor) for _ in range(4)])
    made.place("withdraw_publication", publication_id=[await publication.put_out(session, actor) for _ in range(4)])
    # The front end asks as the office where several roles may.
    caller = standing[Role.OFFICE]
    drafter = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=caller.client_id, official_id=caller.official_id)
    sources = [Source(progress_entry_id=await publication.add_progress(session, actor)) for _ in range(4)]
    own = [await draft_publication(session, drafter, source) for source in sources]
    made.place("amend_publication", publication_id=own)


async def _put_comments(session: AsyncSession, actor: Actor, made: FixtureValues) -> None:
    """Put comments of the public into the county, some for each step that can be taken on one."""
    entry_id = await publication.put_out(session, actor)
    waiting = [await comments.put_comment(session, actor, entry_id, contact="19999990001") for _ in range(13)]
    made.place("get_comment", comment_id=waiting[:1])
    made.place("get_comment_contact", comment_id=waiting[:1])
    for place, step in enumerate(("approve_comment", "refuse_comment", "take_up_comment")):
        made.place(step, comment_id=waiting[1 + 4 * place : 5 + 4 * place])
    made.bodies["take_up_comment"] = [{"use": "clue", "note": "实地查看"}]
