from collections.abc import Mapping
from typing import Any

from supervision.cadence.moments import shanghai_day
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.states import DocumentKind
from supervision.scoring.leader_notes import plain_points


def warning_facts(row: Mapping[str, Any], *, unit: str, quarter: str, level: str) -> DocumentFacts:
    """Tell what a quarterly warning says as an official document."""
    return DocumentFacts(
        kind=DocumentKind.WARNING,
        subject_id=row["id"],
        values={"quarter": quarter, "points": plain_points(row["points"]), "level": level},
        recipients=unit,
        dated_on=shanghai_day(row["issued_at"]),
        signer_id=row["issued_by"],
    )
