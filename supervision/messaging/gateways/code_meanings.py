from dataclasses import dataclass
from enum import StrEnum


class CodeClass(StrEnum):
    OK = "ok"
    ABSENT = "absent"  # switched off, or out of reach
    INVALID = "invalid"  # no such number, or out of service
    BLOCKED = "blocked"  # black list, keyword, unsubscribed
    UNREGISTERED = "unregistered"  # signature or template is not on file with the carrier
    THROTTLED = "throttled"
    GATEWAY = "gateway"  # the fault lies between us and the carrier, not with the number


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: CodeClass
    zh: str
    en: str
