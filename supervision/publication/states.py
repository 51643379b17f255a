from enum import StrEnum


class PublicationState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"


class ReviewVerdict(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"


FOLLOWS: dict[PublicationState, frozenset[PublicationState]] = {
    PublicationState.DRAFTED: frozenset({PublicationState.APPROVED, PublicationState.REFUSED}),
    PublicationState.APPROVED: frozenset({PublicationState.PUBLISHED}),
    PublicationState.REFUSED: frozenset(),
    PublicationState.PUBLISHED: frozenset(),
}
