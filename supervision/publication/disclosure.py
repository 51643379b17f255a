"""What nobody may read in public, wherever in a text it stands: names without a basis, and work secrets."""

import re
from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, Subquery, exists, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import Criticism, RectificationOrder
from supervision.documents.models import Secrecy
from supervision.identity.models import Official
from supervision.items.models import Item
from supervision.items.rules import check_unclassified
from supervision.publication.errors import NameNeedsBasis, PersonalNumberNotPublished, WorkSecretNotPublished
from supervision.publication.models import Publication
from supervision.tasks.models import Milestone, Task

# One character is no name, and stands in many words.
_SHORTEST_NAME = 2
# People write the first in groups of 3, 4 and 4 digits.
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{17}[\dXx])(?!\d)")


async def require_disclosable(session: AsyncSession, publication: Publication) -> None:
    """Refuse a text that is marked as classified, tells of a work secret or a number of a person's, or names one.

    A name needs a basis; for nobody's mobile telephone or identity card there is one.

    Whoever edits a draft or writes a correction may put in what its source would never have shown.
    """
    texts = [text for text in (publication.title, publication.body, publication.note) if text]
    check_unclassified(*texts)
    if await tells_secret(session, texts):
        raise WorkSecretNotPublished
    if tells_number(texts):
        raise PersonalNumberNotPublished
    if publication.name_basis is None and await names_person(session, texts):
        raise NameNeedsBasis


async def tells_secret(session: AsyncSession, texts: Sequence[str]) -> bool:
    """Tell whether one of some texts tells of a work secret."""
    secrets = _secret_texts()
    shown = literal("\n".join(texts))
    return bool(await session.scalar(select(exists(select(secrets.c.text).where(_stands_in(secrets.c.text, shown))))))


def tells_number(texts: Sequence[str]) -> bool:
    """Tell whether one of some texts holds a number of a mobile telephone or an identity card."""
    return any(_PERSONAL_NUMBER.search(text) for text in texts)


async def names_person(session: AsyncSession, texts: Sequence[str]) -> bool:
    """Tell whether one of some texts names an official."""
    shown = literal("\n".join(texts))
    is_name = func.char_length(Official.name) >= _SHORTEST_NAME
    names = select(Official.id).where(is_name, _stands_in(cast(ColumnElement[str], Official.name), shown))
    return bool(await session.scalar(select(exists(names))))


def _secret_texts() -> Subquery:
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


def _stands_in(text: ColumnElement[str], shown: ColumnElement[str]) -> ColumnElement[bool]:
    return func.strpos(shown, text) > 0
