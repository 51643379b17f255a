import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from supervision.foundation.texts import without_hidden
from supervision.items.errors import (
    ClassifiedMatter,
    DeadlineNeeded,
    StageNotNext,
    StagesOutOfOrder,
    StandingTakesNoDeadline,
)
from supervision.items.states import AuthorityKind, ItemKind

# What an item of a kind rests on unless its registration says so (§3(1)).
USUAL_AUTHORITY: Mapping[str, AuthorityKind] = MappingProxyType(
    {
        ItemKind.MAJOR_DECISION: AuthorityKind.ANNUAL_PLAN,
        ItemKind.SPECIAL_WORK: AuthorityKind.ANNUAL_PLAN,
        ItemKind.INSTRUCTION: AuthorityKind.LEADER,
        ItemKind.SUPERIOR_ASSIGNMENT: AuthorityKind.SUPERIOR,
        ItemKind.MAJOR_PROBLEM: AuthorityKind.PROBLEM,
        ItemKind.OFFICE_NOTICE: AuthorityKind.DOCUMENT,
    }
)

# A mark may be spaced out, as official documents set it. Work and trade secrets are no state secrets, and 机密 also
# comes about where one word ends and another begins, as in 手机密码.
_MARK = re.compile(r"绝\s*密|(?<!工作)(?<!商业)(?:机\s*密(?![码钥集封])|秘\s*密)")


def check_unclassified(*texts: str | None) -> None:
    """Refuse what is marked as a state secret (绝密, 机密, 秘密) in any of the texts."""
    if any(_MARK.search(_plain(text)) for text in texts if text):
        raise ClassifiedMatter


def _plain(text: str) -> str:
    # Characters that nobody sees would hide a mark from the machine, not from a reader.
    return without_hidden(unicodedata.normalize("NFKC", without_hidden(text)))


def deadline_of(deadline_on: date | None, *, is_standing: bool, year: int) -> date:
    """Return an item's deadline: that of standing work is the end of the ledger's year."""
    if is_standing:
        if deadline_on is not None:
            raise StandingTakesNoDeadline
        return date(year, 12, 31)
    if deadline_on is None:
        raise DeadlineNeeded
    return deadline_on


def deadline_after_pause(deadline_on: date, *, suspended_on: date, resumed_on: date) -> date:
    """Return the deadline with the days added for which the item stood still; one that had passed before stays."""
    return deadline_on if deadline_on < suspended_on else deadline_on + (resumed_on - suspended_on)


def check_stages(limits: Sequence[date], *, deadline_on: date) -> None:
    """Refuse stages of which one ends before its predecessor, or after the item's deadline."""
    if list(limits) != sorted(limits) or limits[-1] > deadline_on:
        raise StagesOutOfOrder


def check_next_stage(no: int, finished: Sequence[int]) -> None:
    """Refuse a stage that was finished, and one before which another is not."""
    if no != len(finished) + 1:
        raise StageNotNext
