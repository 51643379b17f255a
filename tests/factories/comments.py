"""Comments as people send them through the portal's form."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx
import lxml.html
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.publication import comments
from supervision.publication.models import PublicComment
from supervision.publication.portal import comment_question

_addresses = count(1)
_NUMERALS = "零一二三四五六七八九"


async def fill_in(client: httpx.AsyncClient, form: str, **over: str) -> dict[str, str]:
    """Fetch a comment form and fill it in as somebody does who answers its question."""
    page: Any = lxml.html.fromstring((await client.get(form)).content)
    token = page.xpath("//input[@name='question']")[0].get("value")
    asked = page.xpath("//label[@for='answer']")[0].text_content()
    return {"text": "示例留言", "contact": "", "question": token, "answer": answer_of(asked), **over}


def answer_of(question: str) -> str:
    """Return the sum that a question asks for."""
    return str(sum(_NUMERALS.index(each) for each in question if each in _NUMERALS))


async def put_comment(
    session: AsyncSession, actor: Actor, entry_id: UUID, *, text: str = "示例留言", contact: str = ""
) -> UUID:
    """Send a comment on what is published, from an address of its own."""
    question = comment_question.ask(entry_id, clock.real_now())
    sent = comments.SentComment(text, contact, question.token, answer_of(question.text), f"test {next(_addresses)}")
    await comments.receive_comment(session, actor.jurisdiction_id, entry_id, sent)
    found = await session.scalar(select(PublicComment.id).order_by(PublicComment.id.desc()).limit(1))
    assert found
    return found
