from datetime import date

import pytest
from sqlalchemy import select

from deploy.jurisdictions import found
from supervision.foundation.database import enter
from supervision.identity.errors import JurisdictionExists
from supervision.messaging.models import Template
from supervision.messaging.templates import DEFAULTS
from tests.places import Committed


@pytest.mark.committed
async def test_each_county_gets_templates_of_its_own(committed: Committed) -> None:
    founded = []
    for code in ("330326", "330327"):
        async with committed.owner() as session:
            founded.append(
                await found(session, code=code, name=f"示例县{code}", kind="test", policy_from=date(2016, 1, 1))
            )
            await session.commit()
    for each in founded:
        async with committed.api() as session:
            await enter(session, each.actor.jurisdiction_id)
            rows = (await session.execute(select(Template.name, Template.version))).all()
            assert {tuple(row) for row in rows} == {(name, 1) for name in DEFAULTS}


@pytest.mark.committed
async def test_a_code_is_founded_once(committed: Committed) -> None:
    await committed.found("330326")
    async with committed.owner() as session:
        with pytest.raises(JurisdictionExists):
            await found(session, code="330326", name="示例县", kind="test", policy_from=date(2016, 1, 1))
