"""A violated constraint is told as its own refusal, and any other as the fault that it is."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.foundation.insertion import insert_or_refuse, refusing, violated_constraint
from supervision.identity.errors import OfficialAlreadyListed, UnitNameTaken
from supervision.identity.models import Official, Unit
from tests.factories.identity import make_unit
from tests.places import Place

BY_NAME = {"uq_unit_jurisdiction_id_name_folded": UnitNameTaken}


async def test_the_named_constraint_is_told_as_its_refusal(session: AsyncSession, here: Place) -> None:
    await make_unit(session, here.actor, name="财政局")
    with pytest.raises(UnitNameTaken):
        await insert_or_refuse(session, Unit(name="财政局", kind="department"), **BY_NAME)
    assert list(await session.scalars(select(Unit.name))) == ["财政局"], "and the transaction goes on"


async def test_another_constraint_is_not_told_as_that(session: AsyncSession, here: Place) -> None:
    await make_unit(session, here.actor, name="财政局")
    refusals = {**BY_NAME, "uq_official_jurisdiction_id_unit_id_name_folded_post_folded": OfficialAlreadyListed}
    for name, row in {
        "ck_unit_kind": Unit(name="民政局", kind="ministry"),
        "": Unit(name="民政局", kind=None),
        "fk_official_jurisdiction_id_unit_id": Official(
            name="甲", post="科长", position="handler", leadership_level="none", unit_id=new_id()
        ),
    }.items():
        with pytest.raises(IntegrityError) as told:
            await insert_or_refuse(session, row, **refusals)
        assert violated_constraint(told.value) == name


async def test_a_change_is_refused_like_an_insertion(session: AsyncSession, here: Place) -> None:
    await make_unit(session, here.actor, name="财政局")
    unit = await session.get_one(Unit, await make_unit(session, here.actor, name="民政局"))
    with pytest.raises(UnitNameTaken):
        async with refusing(session, **BY_NAME):
            unit.name = "财 政 局"
    with pytest.raises(IntegrityError):
        async with refusing(session, **BY_NAME):
            unit.kind = "ministry"
