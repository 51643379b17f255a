import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from supervision.foundation.database import enter
from supervision.messaging import rules, templates
from supervision.messaging.errors import TemplateNotSendable, TemplateWrittenMeanwhile, TextTooLong, UnknownTemplate
from supervision.messaging.models import Template
from tests.places import Committed, Place


def test_defaults_pass_the_rules_and_ask_for_what_the_system_gives() -> None:
    assert {name: rules.placeholders(body) for name, body in templates.DEFAULTS.items()} == {
        "reminder": {"period", "due"},
        "urge": {"period", "due"},
        "returned": {"first", "last", "until"},
        "digest": {"period", "counts", "laggards"},
        "summary": {"period", "counts"},
        "circular": {"number"},
        "notice": {"text"},
        "notice_issued": {"number", "limit"},
        "notice_urged": {"number", "limit"},
        "conclusion": {"first", "last"},
        "deduction": {"points", "until"},
        "warning": {"unit", "quarter", "points", "level"},
        "instructions": {"period", "counts"},
        "problem_overdue": {"unit", "due"},
        "ledger_unopened": {"year"},
        "ledger_unclosed": {"year"},
    }
    for body in templates.DEFAULTS.values():
        assert rules.lint_body(body, signature=settings.current().signature) == []


async def test_defaults_are_installed_once(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await templates.write_template(session, here.actor, name="notice", body="通知：{text}")
    await templates.install_defaults(session, here.actor)
    written = (await session.execute(select(Template.name, Template.version))).all()
    first = [(name, 1) for name in templates.DEFAULTS]
    assert sorted(tuple(row) for row in written) == sorted([*first, ("notice", 2)])
    assert (await templates.get_current(session, "notice")).body == "通知：{text}"


async def test_a_template_of_another_county_is_unknown(session: AsyncSession, here: Place, elsewhere: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await enter(session, elsewhere.actor.jurisdiction_id)
    with pytest.raises(UnknownTemplate):
        await templates.get_current(session, "notice")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("notice", "【通知】{text}", "signature_bracket"),
        ("notice", "{text", "stray_brace"),
        ("own", "长" * 600, "too_many_parts"),
        ("reminder", "{period}{due}{secret}", "unknown_variable"),
    ],
)
async def test_refuses_a_body_that_cannot_be_sent(
    session: AsyncSession, here: Place, name: str, body: str, code: str
) -> None:
    with pytest.raises(TemplateNotSendable) as refused:
        await templates.write_template(session, here.actor, name=name, body=body)
    assert code in {problem.code for problem in refused.value.problems}


def test_a_filled_text_bears_the_signature_and_may_not_be_too_long() -> None:
    assert templates.fill("请于{due}前报送。", {"due": "3月3日"}) == ("【督查室】请于3月3日前报送。", 1)
    with pytest.raises(TextTooLong):
        templates.fill("{text}", {"text": "长" * 600})
    assert templates.fill_asked("请报送。", {"due": "3月3日"})[0] == "【督查室】请报送。"


@pytest.mark.committed
async def test_of_two_who_write_a_template_at_once_one_is_told(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as first, committed.api() as second:
        await enter(first, place.actor.jurisdiction_id)
        await enter(second, place.actor.jurisdiction_id)
        await templates.write_template(first, place.actor, name="notice", body="通知：{text}")
        writing = asyncio.create_task(templates.write_template(second, place.actor, name="notice", body="告知：{text}"))
        await asyncio.sleep(0.3)
        assert not writing.done()
        await first.commit()
        with pytest.raises(TemplateWrittenMeanwhile):
            await writing
