from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from supervision.official_documents.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class OfficialText:
    """The words of one official document, element by element (版头、主体、版记); what it has none of is empty."""

    title: str
    body: Sequence[str]
    head: str = ""
    number: str = ""
    signer: str = ""
    recipients: str = ""
    attachments: Sequence[str] = ()
    signature: str = ""
    day: date | None = None
    copies: str = ""
    is_draft: bool = False
    # In place of a red head.
    letterhead: Letterhead | None = None
    # Where its public check is, if its code is to be shown.
    check_address: str = ""
