import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.paging import PageRequest
from supervision.items import queries
from supervision.items.item_changes import amend_item
from supervision.items.queries import ItemFilter
from supervision.items.search import query_of, vector_of
from tests.factories.items import make_item
from tests.places import Place

TITLE = "推进老旧小区改造（二期）ABC-12，农村公路5公里"


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("老旧", True),
        ("小区改造", True),
        ("改造 公路", True),
        ("改造 铁路", False),
        ("区", True),
        ("期", True),
        ("里", True),
        ("旧老", False),
        ("abc", True),
        ("ＡＢＣ", True),
        ("12", True),
        ("1", False),
        ("领办2016", True),
        ("批示", True),
        ("'", False),
        ("\\' & !:*", False),
        ("，。", False),
    ],
)
async def test_finds_words_of_two_characters(session: AsyncSession, here: Place, words: str, is_found: bool) -> None:  # noqa: FBT001 - a column of the table
    item_id = await make_item(session, here.actor, title=TITLE)
    await make_item(session, here.actor, title="无关", source="无关", kind="office_notice")
    page = await queries.list_items(session, here.actor, PageRequest(), only=ItemFilter(q=words))
    assert [row["id"] for row in page.rows] == ([item_id] if is_found else [])


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_every_text_makes_literals_that_quote_what_they_hold(words: str) -> None:
    for literal in (vector_of(words), query_of(words)):
        # Outside quotes nothing but operators stands, so no text can say anything in the query's language.
        assert set("".join(literal.split("'")[::2])) <= set(" &:*")


@pytest.mark.parametrize("words", ["o'neil", "a\\b", "''", "督查'); DROP TABLE item; --"])
async def test_hostile_text_is_only_text(session: AsyncSession, words: str) -> None:
    found = text("SELECT CAST(:vector AS tsvector) @@ CAST(:query AS tsquery)")
    row = await session.scalar(found, {"vector": vector_of(words), "query": query_of(words)})
    assert row is (words != "''")


async def test_amended_words_are_found_and_former_ones_not(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor, title="修桥")
    await amend_item(session, here.actor, item_id, 1, changes={"title": "铺路"}, reason="更正")
    for words, expected in (("铺路", [item_id]), ("修桥", [])):
        page = await queries.list_items(session, here.actor, PageRequest(), only=ItemFilter(q=words))
        assert [row["id"] for row in page.rows] == expected


def test_what_nobody_sees_divides_no_word() -> None:
    assert vector_of("修复\u200b道路") == vector_of("修复道路")
    assert query_of("修\u00ad复") == query_of("修复")
