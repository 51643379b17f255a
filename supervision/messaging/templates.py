from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, settings
from supervision.foundation.actors import Actor
from supervision.foundation.errors import FieldError
from supervision.foundation.insertion import insert_or_refuse
from supervision.messaging import rules
from supervision.messaging.errors import TemplateNotSendable, TemplateWrittenMeanwhile, TextTooLong, UnknownTemplate
from supervision.messaging.models import Template

# What the system itself sends, fit for an open network: periods, days, numbers and units' names, nothing else.
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "reminder": "{period}工作进展报送将于{due}截止，请按时通过督查系统报送。",
        "urge": "{period}工作进展报送已于{due}截止，贵单位尚未报送，请尽快补报。",
        "digest": "{period}督查汇总：{counts}。未按时报送：{laggards}。详情请查看督查系统。",
        "summary": "{period}重点工作推进情况：{counts}。请各责任单位按时限抓好落实。",
        "circular": "{number}已印发，其中涉及贵单位，请登录督查系统查看。",
        "returned": "{first}至{last}工作进展报告已退回，请于{until}前补报。详情请查看督查系统。",
        "notice": "{text}",
        "notice_issued": "{number}已印发，请在督查系统签收，并于{limit}前办理。",
        "notice_urged": "{number}尚未签收，请尽快在督查系统签收，并于{limit}前办理。",
        "conclusion": "{first}至{last}督查的结论已送达贵单位，请登录督查系统查看并签收。",
        "deduction": (
            "贵单位一项督查扣分（{points}分）已确认。如有异议，请在{until}（含当日）前申请复核。详情请查看督查系统。"
        ),
        "instructions": "{period}您批（交）办的事项：{counts}。详情请查看督查系统。",
        "ledger_unopened": "{year}年度台账尚未建立，未办结事项仍按期报送。请尽快登录督查系统建账。",
        "ledger_unclosed": "{year}年度台账尚未结账。请尽快登录督查系统核对并结账，未办结事项将转入下一年度台账。",
        "problem_overdue": "{unit}一项问题的处理决定已于{due}到期，尚未报告解决，请抓紧落实。详情请查看督查系统。",
        "warning": "{unit}{quarter}督查累计扣{points}分，达到{level}界限，请及时整改。详情请查看督查系统。",
    }
)


async def install_defaults(session: AsyncSession, actor: Actor) -> None:
    """Write the first version of every default template that the jurisdiction does not have yet."""
    present = set(await session.scalars(select(Template.name)))
    for name, body in DEFAULTS.items():
        if name not in present:
            await write_template(session, actor, name=name, body=body)


async def write_template(session: AsyncSession, actor: Actor, *, name: str, body: str) -> UUID:
    """Write the next version of a template; refuses a body that cannot be sent (`TemplateNotSendable`)."""
    problems = [*rules.lint_body(body, signature=settings.current().signature), *_unknown_variables(name, body)]
    if problems:
        raise TemplateNotSendable(problems=problems)
    last = await session.scalar(select(func.max(Template.version)).where(Template.name == name))
    template = Template(name=name, version=(last or 0) + 1, body=body, created_at=await clock.now(session))
    await insert_or_refuse(session, template, uq_template_jurisdiction_id_name_version=TemplateWrittenMeanwhile)
    await audit.record(session, actor, "template.written", template.id, name=name, version=template.version)
    return template.id


async def get_current(session: AsyncSession, name: str) -> Template:
    """Return the newest version of a template; refuses an unknown name (`UnknownTemplate`)."""
    newest = select(Template).where(Template.name == name).order_by(Template.version.desc()).limit(1)
    template = await session.scalar(newest)
    if template is None:
        raise UnknownTemplate
    return template


def fill(body: str, variables: Mapping[str, rules.VariableValue]) -> tuple[str, int]:
    """Return the text as it leaves, 【signature】 first, and its segments; refuses what is unfilled or too long."""
    signature = settings.current().signature
    text = rules.render(body, variables)
    segments = rules.count_segments(signature, text)
    if segments > rules.MAX_SEGMENTS:
        raise TextTooLong(parts=segments, most=rules.MAX_SEGMENTS)
    return f"【{signature}】{text}", segments


def fill_asked(body: str, variables: Mapping[str, rules.VariableValue]) -> tuple[str, int]:
    """Fill with those variables that the body asks for: an office may drop one from a default template."""
    asked = rules.placeholders(body)
    return fill(body, {name: value for name, value in variables.items() if name in asked})


def _unknown_variables(name: str, body: str) -> list[FieldError]:
    # The system fills its own templates with fixed variables; one that it does not know would stop the cadence.
    if name not in DEFAULTS:
        return []
    known = rules.placeholders(DEFAULTS[name])
    listed = "、".join(sorted(known))
    return [
        FieldError("/body", "unknown_variable", f"此模板只能使用变量：{listed}。", f"This template has only: {listed}.")
        for _ in rules.placeholders(body) - known
    ]
