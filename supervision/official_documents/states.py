from enum import StrEnum


class DocumentKind(StrEnum):
    """What the office issues as an official document."""

    NOTICE = "notice"
    SLIP = "slip"
    URGING = "urging"
    REWORK = "rework"
    FEEDBACK = "feedback"
    CIRCULAR = "circular"
    RECTIFICATION = "rectification"
    WARNING = "warning"
    PRESS_RELEASE = "press_release"
    ACCOUNTABILITY = "accountability"
