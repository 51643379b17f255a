from dataclasses import dataclass
from enum import StrEnum

from supervision.messaging.gateways import Verdict


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

    def as_words(self) -> dict[str, str]:
        return {"kind": str(self.kind), "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """What one answer means, and what delivery does with the submissions that it is about."""

    verdict: Verdict
    meaning: Meaning


def answer_code(verdict: Verdict, kind: CodeClass, zh: str, en: str) -> AnswerCode:
    return AnswerCode(verdict, Meaning(kind, zh, en))
