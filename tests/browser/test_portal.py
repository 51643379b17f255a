"""The portal in a real browser: readable by everybody, at any width, by keyboard, in the dark, from this host alone."""

import os
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page

from tests.browser.installed import AXE
from tests.browser.served_portal import ServedPortal
from tests.factories.comments import answer_of

# A figure and its sign stand on one line.
BROKEN = "[...document.querySelectorAll('.far strong')].filter(each => each.getBoundingClientRect().height > 2 * parseFloat(getComputedStyle(each).fontSize)).length"  # noqa: E501 - one expression for the page
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pages_of(portal: ServedPortal) -> dict[str, str]:
    entry, comment = portal.paths["entry"], f"{portal.paths['entry']}/comment"
    corrected, order, gone = (portal.paths[name] for name in ("first", "order", "gone"))
    found = {"overview": "", "list": "/publications", "filtered": "/publications?words=公路", "exposure": "/exposure"}
    found |= {"entry": entry, "corrected": corrected, "order": order, "gone": gone, "comment": comment}
    found |= {"document": portal.paths["document"], "forged": f"{portal.paths['document']}?sha256={'0' * 64}"}
    return {**found, "lookup": "/comments", "unknown": "/comments?code=AAAA", "missing": "/nothing"}


# In the dark only the colours differ.
@pytest.mark.parametrize(
    ("scheme", "names"), [("light", None), ("dark", ("overview", "entry", "comment", "unknown", "forged"))]
)
async def test_pages_break_no_rule_fit_any_width_and_ask_no_other_host(
    browser: Browser, portal: ServedPortal, scheme: str, names: tuple[str, ...] | None
) -> None:
    own = urlsplit(portal.address).netloc
    asked: set[str] = set()
    # The page's own policy would keep the checker's script out, as it should.
    context = await browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type] # one of its words
    page = await context.new_page()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    problems: dict[str, list[Any]] = {}
    shown = {name: path for name, path in pages_of(portal).items() if names is None or name in names}
    for name, path in shown.items():
        await page.goto(portal.address + path)
        for width in (360, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                problems[f"{name} at {width}"] = ["wider than the window"]
            if broken := await page.evaluate(BROKEN):
                problems[f"{name} at {width}"] = [f"{broken} figures on two lines"]
        await page.add_script_tag(path=AXE)
        found = await page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
        if found["violations"]:
            problems[name] = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
        if folder := os.environ.get("DUCHA_TEST_SCREENSHOTS"):
            for width in (360, 1280):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.screenshot(path=f"{folder}/portal-{name}-{scheme}-{width}.png", full_page=True)
    await context.close()
    assert problems == {}
    assert asked - {""} == {own}


async def test_the_policy_lets_everything_of_ours_in(browser: Browser, portal: ServedPortal) -> None:
    page = await browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    for name in ("overview", "entry", "comment"):
        await page.goto(portal.address + pages_of(portal)[name])
    styled = await page.evaluate("getComputedStyle(document.querySelector('button')).minHeight")
    await page.close()
    assert told == []
    assert styled == "44px"


async def test_by_keyboard_alone(browser: Browser, portal: ServedPortal) -> None:
    page = await browser.new_page()
    await page.goto(portal.address)
    await page.keyboard.press("Tab")
    assert await focused(page) == "跳到正文"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    # Behind the link to the main part the next is the newest entry, and what has the focus can be seen.
    assert await page.evaluate("document.activeElement.closest('.entries') !== null")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/publications/*")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await focused(page) == "我要留言":
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/comment")
    await page.close()


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.textContent"))


async def test_a_comment_from_its_form_to_the_page_without_script(browser: Browser, portal: ServedPortal) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(portal.address + portal.paths["entry"])
    await page.get_by_role("link", name="我要留言").click()
    await page.get_by_label("留言内容").fill("请公布下一段路的开工时间。")
    await page.get_by_label("联系方式").fill("19999990001")
    answer = page.get_by_label("请回答")
    await answer.fill("99")
    await page.get_by_role("button", name="提交").click()
    assert "验证题答案不对" in await page.get_by_role("alert").inner_text()
    asked = await page.locator("label[for=answer]").inner_text()
    await answer.fill(answer_of(asked))
    await page.get_by_role("button", name="提交").click()
    await page.wait_for_url("**/comments/*")
    code = await page.locator(".code").inner_text()
    office = await portal.committed.callers(portal.place, "office")
    (waiting,) = (await office.get("/v1/comments", params={"state": "waiting"})).json()["data"]
    assert (await office.post(f"/v1/comments/{waiting['id']}/approve")).status_code == 200
    await portal.render()
    await page.goto(f"{portal.address}/comments")
    await page.get_by_label("查询码").fill(code)
    await page.get_by_role("button", name="查询").click()
    assert await page.get_by_text("审核通过，已公开").count() == 1
    await page.goto(portal.address + portal.paths["entry"])
    assert await page.get_by_text("请公布下一段路的开工时间。").count() == 1
    await context.close()
