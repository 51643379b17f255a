"""One county's portal: its name and look, and where its pages are."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.identity.models import Jurisdiction, JurisdictionKind
from supervision.official_documents import check_codes
from supervision.official_documents.looks import usual_office
from supervision.official_documents.models import PortalLook
from supervision.publication import public_addresses as addresses
from supervision.publication.feed_documents import TITLES
from supervision.publication.feeds import FeedFormat
from supervision.publication.portal.colours import lightened

# A quiet blue, where a county has chosen nothing.
USUAL_COLOUR = "#1f4e79"


@dataclass(frozen=True, slots=True)
class Site:
    code: str
    county: str
    name: str
    colour: str
    emblem: bytes | None
    site_code: str
    # Whose the portal is, by the name that its documents bear.
    source: str
    # Of a demonstration or a test nobody shall take the figures for real.
    is_real: bool

    @property
    def domain(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def colour_at_night(self) -> str:
        return lightened(self.colour)

    # On paper nobody can follow a link, so that pages name themselves by their whole address.
    @property
    def address(self) -> str:
        return addresses.portal_address(self.code)

    def entry_address(self, entry_id: UUID) -> str:
        return addresses.portal_entry_address(self.code, entry_id)

    def document_address(self, document_id: UUID) -> str:
        return check_codes.check_address(self.code, document_id)

    def page(self, path: str = "") -> str:
        return addresses.path_of(addresses.portal_page_address(self.code, path))

    def entry(self, entry_id: UUID) -> str:
        return addresses.path_of(self.entry_address(entry_id))

    def entry_data(self, entry_id: UUID) -> str:
        return addresses.path_of(addresses.entry_address(self.code, entry_id))

    def comment(self, entry_id: UUID) -> str:
        return addresses.path_of(addresses.portal_comment_address(self.code, entry_id))

    def handling(self, comment_code: str) -> str:
        return addresses.path_of(addresses.portal_handling_address(self.code, comment_code))

    def document(self, document_id: UUID) -> str:
        return addresses.path_of(self.document_address(document_id))

    def feed(self, channel: str, media: str) -> str:
        return addresses.path_of(addresses.feed_address(self.code, channel, media))

    @property
    def feeds(self) -> list[tuple[str, str]]:
        """Return title and address of the Atom feed of each channel."""
        return [(title, self.feed(channel, FeedFormat.ATOM)) for channel, title in TITLES.items()]


async def read_site(session: AsyncSession) -> Site:
    """Read the site of the county in which the session stands."""
    statement = (
        select(
            Jurisdiction.code,
            Jurisdiction.name,
            Jurisdiction.kind,
            PortalLook.name.label("site_name"),
            PortalLook.colour,
            PortalLook.emblem,
            PortalLook.site_code,
            PortalLook.office,
        )
        .outerjoin(PortalLook, PortalLook.jurisdiction_id == Jurisdiction.id)
        .where(Jurisdiction.id == session.info["jurisdiction"])
    )
    (row,) = await fetch(session, statement)
    return Site(
        code=row["code"],
        county=row["name"],
        name=row["site_name"] or f"{row['name']}督查工作公开",
        colour=row["colour"] or USUAL_COLOUR,
        emblem=row["emblem"],
        site_code=row["site_code"] or "",
        source=row["office"] or usual_office(row["name"]),
        is_real=row["kind"] == JurisdictionKind.LIVE,
    )
