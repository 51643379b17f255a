from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What the record knows of one thing that is issued; `values` are the fields of its kind."""

    kind: str
    subject_id: UUID
    values: Mapping[str, str]
    recipients: str = ""
    # Given where the thing has a number of its own.
    number: str | None = None
    # None until it is issued.
    dated_on: date | None = None
    signer_id: UUID | None = None
    # Whether it tells of a work secret: a paper leaves the system, which alone knows who may read that.
    is_secret: bool = False
