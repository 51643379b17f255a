"""What nobody may read in public, wherever in a text it stands: names without a basis, and work secrets."""

import re
from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.secret_texts import secret_texts, stands_in
from supervision.identity.models import Official
from supervision.items.rules import check_unclassified
from supervision.publication.errors import NameNeedsBasis, PersonalNumberNotPublished, WorkSecretNotPublished
from supervision.publication.models import Publication

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
    secrets = secret_texts()
    shown = literal("\n".join(texts))
    return bool(await session.scalar(select(exists(select(secrets.c.text).where(stands_in(secrets.c.text, shown))))))


def tells_number(texts: Sequence[str]) -> bool:
    """Tell whether one of some texts holds a number of a mobile telephone or an identity card."""
    return any(_PERSONAL_NUMBER.search(text) for text in texts)


async def names_person(session: AsyncSession, texts: Sequence[str]) -> bool:
    """Tell whether one of some texts names an official."""
    shown = literal("\n".join(texts))
    is_name = func.char_length(Official.name) >= _SHORTEST_NAME
    names = select(Official.id).where(is_name, stands_in(cast(ColumnElement[str], Official.name), shown))
    return bool(await session.scalar(select(exists(names))))
