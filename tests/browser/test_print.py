"""The portal on paper: what a reader wants to keep or hand on, without what only a screen can do."""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.served_portal import ServedPortal
from tests.factories.official_documents import poppler, require_office_programs

ONLY_ON_SCREEN = ("留言查询", "首页 ›", "我要留言", "以表格查看", "订阅", "查找", "机读数据", "核对文件", "选择文件")


async def print_page(browser: Browser, address: str, pdf: Path, *, links_to: str | None = None) -> list[str]:
    """Print a page as a reader whose screen is dark does, and return the text of each sheet."""
    require_office_programs()
    page = await browser.new_page(color_scheme="dark")
    await page.goto(address)
    if links_to:
        add = "to => { const a = document.querySelector('.prose').appendChild(document.createElement('a')); a.href = to; a.textContent = '另见' }"  # noqa: E501 - one function for the page
        await page.evaluate(add, links_to)
    await page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    await page.close()
    if folder := os.environ.get("DUCHA_TEST_SCREENSHOTS"):
        shutil.copy(pdf, folder)
    return poppler("pdftotext", "-layout", pdf, "-").rstrip("\f").split("\f")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("overview", ("承诺了什么，谁负责，进展如何", "公开进度的任务", "各类任务按进度推进的比例", "演示站点")),
        ("entry", ("新建和改造农村公路120公里", "示例交通运输局", "58%", "2016年5月4日", "38%", "村口的路修好了")),
        ("first", ("更正说明", "上期进度误写为19%，应为17%。", "第2版")),
        ("document", ("公文核验", "新闻通稿", "有效", "SHA-256")),
    ],
)
async def test_a_printed_page_tells_all_and_has_no_navigation(
    browser: Browser, portal: ServedPortal, tmp_path: Path, name: str, told: tuple[str, ...]
) -> None:
    path = portal.paths.get(name, "")
    sheets = await print_page(browser, portal.address + path, tmp_path / f"printed-{name}.pdf")
    text = "\n".join(sheets)
    assert [each for each in told if each not in text] == []
    assert [each for each in ONLY_ON_SCREEN if each in text] == []
    # Whoever holds the sheet finds the page again.
    assert re.search(rf"本页网址：http\S+/portal/{portal.place.code}{path}\n", text)
    # No sheet stands nearly empty before the last one.
    assert [sheet for sheet in sheets[:-1] if len(sheet.split("\n")) < 15] == []


async def test_the_sheet_is_a4_and_a_link_that_leads_out_shows_where(
    browser: Browser, portal: ServedPortal, tmp_path: Path
) -> None:
    pdf = tmp_path / "printed-out.pdf"
    sheets = await print_page(browser, portal.address + portal.paths["entry"], pdf, links_to="https://example.gov.cn/a")
    assert "另见（https://example.gov.cn/a）" in "".join(sheets)
    assert "(A4)" in poppler("pdfinfo", pdf)
