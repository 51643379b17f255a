"""One browser and one filled county for all that is looked at in a browser."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from api.app import create_app
from deploy.roles import DatabaseUrls
from tests.browser.installed import chromium
from tests.browser.served_portal import ServedPortal, served_portal
from tests.places import make_database


@pytest.fixture(scope="session")
def browser_urls() -> DatabaseUrls:
    chromium()
    return make_database("browser")


@pytest.fixture(scope="session")
async def portal(browser_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedPortal]:
    # Other tests that run meanwhile put the one app on their databases, so this county has one of its own.
    async with served_portal(browser_urls, create_app(), tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()
