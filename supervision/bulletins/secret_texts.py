"""What tells of a work secret, wherever it stands: nothing of it is published or goes to all units."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import literal

from supervision.bulletins.models import Criticism, RectificationOrder
from supervision.documents.models import Secrecy
from supervision.items.models import Item
from supervision.tasks.models import Milestone, Task

_WITHHELD = "工作秘密事项"


def secret_texts() -> Subquery:
    """Return what tells of a work secret: its number and title, its tasks, and what was said of it in judgement."""
    is_secret = Item.secrecy == Secrecy.WORK_SECRET
    of_items = [select(text.label("text")).where(is_secret) for text in (Item.number, Item.title)]
    of_tasks = select(Task.goal).join(Item, Item.id == Task.item_id).where(is_secret)
    of_nodes = (
        select(Milestone.expected)
        .join(Task, Task.id == Milestone.task_id)
        .join(Item, Item.id == Task.item_id)
        .where(is_secret)
    )
    of_criticism = select(Criticism.reason).join(Item, Item.id == Criticism.item_id).where(is_secret)
    of_orders = select(RectificationOrder.matter).join(Item, Item.id == RectificationOrder.item_id).where(is_secret)
    return union_all(*of_items, of_tasks, of_nodes, of_criticism, of_orders).subquery()


def stands_in(text: ColumnElement[str], shown: ColumnElement[str]) -> ColumnElement[bool]:
    return func.strpos(shown, text) > 0


async def withhold_secrets(session: AsyncSession, text: str) -> str:
    """Return a text with a few plain words in place of each passage that tells of a work secret."""
    (told,) = await withhold_in_each(session, [text])
    return told


async def withhold_in_each(session: AsyncSession, texts: Sequence[str]) -> list[str]:
    """Return some texts, each with the passages withheld that tell of a work secret."""
    secrets = secret_texts()
    shown = literal("\n".join(texts))
    found = await session.scalars(select(secrets.c.text).where(stands_in(secrets.c.text, shown)))
    # What is part of another is looked for after it.
    passages = sorted(set(found), key=len, reverse=True)
    return [_without(passages, text) for text in texts]


def _without(passages: Sequence[str], text: str) -> str:
    for passage in passages:
        text = text.replace(passage, _WITHHELD)
    return text
