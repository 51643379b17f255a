import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one place of a request, told in both languages."""

    pointer: str
    code: str
    zh: str
    en: str


class Refusal(Exception):  # noqa: N818 - a refusal states a fact, it is no programming error
    """A request that the system declines; each subclass is one sentence with a stable code.

    The code is the class's name in small letters and underlines, where none is given.

    The facts fill the sentences, so they may hold ids, states, days and counts of ours, never what a caller sent.
    """

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __init__(self, *, problems: Sequence[FieldError] = (), **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts
        self.problems = tuple(problems)

    def detail(self, language: str) -> str:
        return (self.en if language == "en" else self.zh).format(**self.facts)


class Unauthenticated(Refusal):
    """Nobody whom we know is asking."""

    zh = "请求未携带有效的密钥。请在 Authorization 头中以 Bearer 方式提供密钥。"
    en = "The request carries no valid key. Send one as a Bearer token in the Authorization header."


class Forbidden(Refusal):
    """The caller is known, and may not do this."""

    zh = "您的角色或密钥范围不允许此操作。"
    en = "Your role or the scope of your key does not allow this operation."


class AnotherPersonNeeded(Forbidden):
    """Two steps that check each other are taken by two persons."""

    zh = "此步骤须由另一人办理：提出、办理人及当事人本人不得自行批准。"
    en = "Another person must take this step: whoever proposed it, and whom it concerns, may not approve it."


class NotFound(Refusal):
    """There is nothing here that the caller may see."""

    zh = "没有找到所请求的内容。"
    en = "What you asked for was not found."


class Gone(Refusal):
    """There was something here, and it was taken back for good."""

    zh = "所请求的内容已撤回，不再提供。"
    en = "What you asked for was taken back and is no longer here."


class Conflict(Refusal):
    """The state of the thing does not allow this now."""

    zh = "当前状态不允许此操作。"
    en = "The present state does not allow this."


class Stale(Refusal):
    """The caller's copy is older than ours."""

    zh = "内容已被他人修改。请重新读取后再提交。"
    en = "It was changed by somebody else. Read it again, then repeat your change."


class Invalid(Refusal):
    """The request itself cannot be right, whatever the state."""

    zh = "请求内容有误，详见各项说明。"
    en = "The request is not valid; see the list of problems."


class Unavailable(Refusal):
    """Another server, which this cannot be done without, does not answer; nothing was stored."""

    zh = "所需的服务暂时不可用，操作未生效，请稍后重试。"
    en = "A server that is needed does not answer just now and nothing was stored. Try again shortly."


class DayInFuture(Invalid):
    """What is entered has happened."""

    zh = "所填日期晚于今天（{today}），请核对。"
    en = "The day lies after today ({today}). Check it."


class DayTooEarly(Invalid):
    """A day that is entered lies not so long ago that it can only be a slip."""

    zh = "所填日期过早，最早可填{first}，请核对年份。"
    en = "The day lies too far back; {first} is the first that is taken. Check the year."


class DayTooLate(Invalid):
    """A day that is entered lies not so far ahead that it can only be a slip."""

    zh = "所填日期过晚，最晚可填{last}，请核对年份。"
    en = "The day lies too far ahead; {last} is the last that is taken. Check the year."


class BlankText(Invalid):
    """A text that is needed holds nothing that can be seen."""

    zh = "内容为空白，没有可见的文字。请填写内容；选填项可不填。"
    en = "There is nothing to be seen in this text. Write something, or leave it out where it is optional."


def or_not_found(row: Thing | None) -> Thing:
    """Return what was looked for; refuses where there is nothing, or nothing in sight."""
    if row is None:
        raise NotFound
    return row
