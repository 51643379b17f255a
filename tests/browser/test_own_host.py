"""On an intranet there is no other host: what the server shows is whole without one."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Request, Route

from tests.browser.served_portal import ServedPortal


@pytest.mark.parametrize("name", ["docs", "overview", "list", "entry", "comment", "document", "missing"])
async def test_a_page_is_whole_where_no_other_host_can_be_reached(
    browser: Browser, portal: ServedPortal, name: str
) -> None:
    own = urlsplit(portal.address).netloc
    entry = portal.paths["entry"]
    path = {"overview": "", "list": "/publications", "entry": entry, "comment": f"{entry}/comment"}
    path |= {"document": portal.paths["document"], "missing": "/nothing"}
    address = f"http://{own}/docs" if name == "docs" else portal.address + path[name]
    asked: list[str] = []
    failed: list[str] = []

    async def let_through_to_own_host(route: Route, request: Request) -> None:
        asked.append(request.url)
        if urlsplit(request.url).netloc == own or request.url.startswith("data:"):
            await route.continue_()
        else:
            await route.abort()

    context = await browser.new_context(service_workers="block")
    await context.route("**/*", let_through_to_own_host)
    page = await context.new_page()
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    await page.goto(address, wait_until="networkidle")
    if name == "docs":
        # The page fetches the document and shows its operations.
        await page.locator(".opblock-tag").first.click()
        await page.locator(".opblock-summary-control").first.click()
        await page.locator(".opblock-body").first.wait_for()
    styled = await page.evaluate("document.styleSheets.length")
    await context.close()
    assert [url for url in asked if urlsplit(url).netloc not in {own, ""}] == []
    assert failed == []
    assert styled >= 1
    assert any(url.endswith(".css") for url in asked)
