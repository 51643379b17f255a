"""Where the public finds what is published; what feeds link to is written here and nowhere else."""

from urllib.parse import urlsplit
from uuid import UUID

from supervision.foundation import settings


def portal_address(code: str) -> str:
    """Return the address of a county's portal."""
    return f"{_public_url()}/portal/{code}"


def portal_entry_address(code: str, entry_id: UUID) -> str:
    """Return the address of an entry's page in the portal."""
    return f"{portal_address(code)}/publications/{entry_id}"


def portal_page_address(code: str, path: str) -> str:
    """Return the address of a page or file of the portal by its path below the portal's own address."""
    return f"{portal_address(code)}/{path}" if path else portal_address(code)


def portal_comment_address(code: str, entry_id: UUID) -> str:
    """Return the address of the form in which people comment on an entry."""
    return f"{portal_entry_address(code, entry_id)}/comment"


def portal_handling_address(code: str, comment_code: str) -> str:
    """Return the address at which the author of a comment sees what became of it."""
    return f"{portal_address(code)}/comments/{comment_code}"


def path_of(address: str) -> str:
    """Return an address as pages of this host link to it, under whatever name the reader came."""
    return urlsplit(address).path


def entry_address(code: str, entry_id: UUID) -> str:
    """Return the address at which programs read an entry as JSON."""
    return f"{_public_url()}/feeds/{code}/entries/{entry_id}"


def feed_address(code: str, channel: str, media: str) -> str:
    """Return the address of a feed in one of its formats."""
    return f"{_public_url()}/feeds/{code}/{channel}.{media}"


def archive_address(code: str, channel: str, month: str) -> str:
    """Return the address of a month's archive of a feed."""
    return f"{_public_url()}/feeds/{code}/archives/{channel}/{month}.atom"


def _public_url() -> str:
    return settings.current().public_url.rstrip("/")
