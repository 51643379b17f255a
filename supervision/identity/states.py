from enum import StrEnum


class AppointmentState(StrEnum):
    """A role is granted by one administrator, approved or refused by another, and ended; it is never taken back."""

    GRANTED = "granted"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


# What excludes another role: an appointment that waits counts as one that is there.
STANDING = (AppointmentState.GRANTED, AppointmentState.APPROVED)
