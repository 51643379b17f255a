"""What a county needs so that the operations on publications can succeed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.progress.models import ProgressEntry
from tests.contract.fixture_values import CallersByRole, Furniture
from tests.factories import publication


async def furnish(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: Furniture) -> None:
    """Put drafts, and progress that can be drafted from, into a county."""
    waiting = [await publication.draft(session, actor) for _ in range(8)]
    for publication_id in waiting[:4]:
        await publication.approve(session, actor, publication_id)
    made.put("publication_id", values=[*waiting, await publication.put_out(session, actor)])
    for _ in range(5):
        await publication.add_progress(session, actor)
    entries = await session.scalars(select(ProgressEntry.id).order_by(ProgressEntry.id.desc()).limit(5))
    made.put("progress_entry_id", values=list(entries))
    made.bodies["review_publication"] = [{"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}]
