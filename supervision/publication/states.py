from enum import StrEnum


class Channel(StrEnum):
    """What the public can follow: tasks' progress, circulars, and exposure with an order to rectify."""

    PROGRESS = "progress"
    CIRCULARS = "circulars"
    EXPOSURE = "exposure"


# The channel that holds what all others hold.
ALL_CHANNELS = "all"


class PublicationState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class ReviewVerdict(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"


# A later edition replaces what was published; a withdrawal takes all editions back, and the drafted one with them.
FOLLOWS: dict[PublicationState, frozenset[PublicationState]] = {
    PublicationState.DRAFTED: frozenset({PublicationState.APPROVED, PublicationState.REFUSED}),
    PublicationState.APPROVED: frozenset({PublicationState.PUBLISHED}),
    PublicationState.REFUSED: frozenset(),
    PublicationState.PUBLISHED: frozenset({PublicationState.REPLACED, PublicationState.WITHDRAWN}),
    PublicationState.REPLACED: frozenset({PublicationState.WITHDRAWN}),
    PublicationState.WITHDRAWN: frozenset(),
}

# What the public has seen and can still see, be it in an archive.
SHOWN = frozenset({PublicationState.PUBLISHED, PublicationState.REPLACED})
# What waits for its review or its release.
WAITING = frozenset({PublicationState.DRAFTED, PublicationState.APPROVED})


class CommentState(StrEnum):
    """Whether the public sees a comment."""

    WAITING = "waiting"
    PUBLISHED = "published"
    REFUSED = "refused"


# What is out may still be taken down, with the reason.
COMMENT_FOLLOWS: dict[CommentState, frozenset[CommentState]] = {
    CommentState.WAITING: frozenset({CommentState.PUBLISHED, CommentState.REFUSED}),
    CommentState.PUBLISHED: frozenset({CommentState.REFUSED}),
    CommentState.REFUSED: frozenset(),
}


class CommentUse(StrEnum):
    """What the office makes of a comment (群众监督): a clue for an inspection, or an opinion on an item."""

    CLUE = "clue"
    OPINION = "opinion"


class DocumentState(StrEnum):
    """What became of an official document, as anybody may know it."""

    VALID = "valid"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class FileMatch(StrEnum):
    """Which of the two issued files a file is, byte by byte."""

    DOCX = "docx"
    PDF = "pdf"
    NONE = "none"
