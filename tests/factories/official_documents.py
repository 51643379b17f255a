import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.official_documents import pdf_copies, rules
from supervision.official_documents.default_words import DEFAULTS
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.states import DocumentKind

LONG = "各乡镇各部门要把督查事项办理作为抓落实的重要抓手逐项明确责任单位责任人和完成时限确保件件有着落事事有回音" * 8
VALUES: Mapping[str, str] = MappingProxyType(
    {
        "county": "示例县",
        "office": "示例县督查室",
        "signer": "张三",
        "recipients": "示例乡人民政府、县住房和城乡建设局",
        "item": "县城北区污水处理厂提标改造",
        "item_number": "重大2016-012",
        "limit": "2016年4月29日",
        "notice": "督查通知〔2016〕3号",
        "task": "污水处理厂提标改造主体工程完工",
        "round": "1",
        "unmet": "1. 主体工程全部完工\n2. 出水水质达到一级A标准",
        "unit": "示例乡人民政府",
        "title": "2016年3月督查通报",
        "quarter": "2016年第一季度",
        "points": "6.5",
        "level": "预警",
        "correction": "",
        "person": "",
        "traced": "乡长李四、副乡长王五",
    }
)


def make_text(kind: DocumentKind) -> OfficialText:
    """Fill the system's own words of a kind, as they would be issued, with enough text for some pages."""
    body = f"一、工作要求\n{LONG}\n（一）加强领导。{LONG}\n1. 明确责任。{LONG}\n（1）倒排工期。{LONG}"
    long = dict.fromkeys(("text", "note", "opinion", "feedback", "matter", "facts"), body)
    days = dict.fromkeys(("delivered", "reported", "until", "cut_off", "date"), "2016年4月5日")
    number = f"{rules.NUMBERS.get(kind, '督查通知')}〔2016〕3号"
    words = rules.fill(DEFAULTS[kind], {**VALUES, **long, **days, "number": number})
    return OfficialText(
        head=words.head,
        number=number if words.head else "",
        signer="张三" if kind is DocumentKind.ACCOUNTABILITY else "",
        title=words.title,
        recipients=words.recipients,
        body=[*words.body.splitlines(), *(3 * [LONG] if kind is DocumentKind.WARNING else [])],
        signature=words.signature,
        day=date(2016, 4, 5),
        copies="县委办公室、县政府办公室。" if kind is DocumentKind.CIRCULAR else "",
    )


async def copy_as_pdf(session: AsyncSession) -> None:
    """Keep for each issued document something that looks like its PDF."""
    for document_id in await session.scalars(select(IssuedDocument.id)):
        await pdf_copies.keep_pdf(session, document_id, b"%PDF-1.7" + document_id.bytes)


def require_office_programs() -> None:
    """Skip where LibreOffice or poppler are not installed; CI must have both."""
    missing = [program for program in ("soffice", "pdftotext", "pdftoppm", "pdffonts") if shutil.which(program) is None]
    if not missing:
        return
    message = f"{', '.join(missing)} not found: apt-get install libreoffice-writer poppler-utils fonts-noto-cjk"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def poppler(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
