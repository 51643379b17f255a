"""What JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) asks of a feed; of its fields those that we write."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Author(_Told):
    name: str


class _Item(_Told):
    id: Annotated[str, Field(min_length=1)]
    url: HttpUrl
    title: str
    # An item has text or HTML; ours have text.
    content_text: str
    date_published: AwareDatetime
    date_modified: AwareDatetime
    tags: list[str]


class _JsonFeed(_Told):
    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    description: str | None = None
    icon: HttpUrl | None = None
    home_page_url: HttpUrl
    feed_url: HttpUrl
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    authors: Annotated[list[_Author], Field(min_length=1)]
    items: list[_Item]


def require_json_feed(content: bytes) -> None:
    """Assert that a document is a JSON Feed 1.1 whose items are told apart."""
    feed = _JsonFeed.model_validate_json(content)
    ids = [item.id for item in feed.items]
    assert len(set(ids)) == len(ids)
    assert all(item.date_published <= item.date_modified for item in feed.items)
