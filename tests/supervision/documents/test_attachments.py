import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents import attachments
from supervision.documents.models import Attachment
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound
from tests.factories.identity import make_unit
from tests.places import Place


async def test_the_same_bytes_are_kept_once(session: AsyncSession) -> None:
    first, second = [await attachments.keep(session, b"\x00\xff") for _ in range(2)]
    assert first == second
    assert first != await attachments.keep(session, b"other")
    assert (await attachments.get_kept(session, first)).content == b"\x00\xff"
    assert await session.scalar(select(func.count()).select_from(Attachment)) == 2


async def test_each_unit_has_its_own(session: AsyncSession, here: Place) -> None:
    first, second = [await make_unit(session, here.actor) for _ in range(2)]
    ids = [await attachments.keep(session, b"same", unit_id=unit_id) for unit_id in (None, first, second, first)]
    assert len(set(ids)) == 3
    assert ids[1] == ids[3]


async def test_other_jurisdictions_have_their_own(session: AsyncSession, elsewhere: Place) -> None:
    here_id = await attachments.keep(session, b"same")
    await enter(session, elsewhere.actor.jurisdiction_id)
    with pytest.raises(NotFound):
        await attachments.get_kept(session, here_id)
    assert await attachments.keep(session, b"same") != here_id
