import random
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from supervision.foundation.errors import FieldError
from supervision.foundation.texts import is_blank
from supervision.messaging.errors import TemplateNotFilled

ONE_SEGMENT_UNITS = 70
LONG_SEGMENT_UNITS = 67  # the other three carry the number of the segment
MAX_SEGMENTS = 8  # domestic gateways take 500 characters; eight segments hold 536

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

# Seconds before the next try, by tries made. A throttled burst is back within a minute, a gateway that is down
# overnight is still found in the morning; after about sixteen hours there is no next try.
_RETRY_SECONDS = (15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 14_400, 28_800)

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(7, 30)

VariableValue = str | int | Decimal | date


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_segments(signature: str, text: str) -> list[str]:
    """Cut 【signature】text into what one SMS each carries: 70 UTF-16 units, or 67 each when it is longer."""
    return cut_into_segments(f"【{signature}】{text}")


def cut_into_segments(whole: str) -> list[str]:
    """Cut a complete text, its signature in it, as `split_segments` does."""
    if _units(whole) <= ONE_SEGMENT_UNITS:
        return [whole]
    segments = []
    start = used = 0
    for position, character in enumerate(whole):
        width = 2 if character > "\uffff" else 1
        if used + width > LONG_SEGMENT_UNITS:
            segments.append(whole[start:position])
            start, used = position, 0
        used += width
    return [*segments, whole[start:]]


def count_segments(signature: str, text: str) -> int:
    """Count the SMS that 【signature】text costs."""
    return len(split_segments(signature, text))


def placeholders(body: str) -> frozenset[str]:
    """Return the names of the variables that a template body asks for."""
    return frozenset(_PLACEHOLDER.findall(body))


def _is_unprintable(character: str) -> bool:
    # Formatting characters reverse or hide text, lone surrogates cannot be sent; a line feed is ordinary.
    category = unicodedata.category(character)
    return character != "\n" and (category.startswith("C") or category in ("Zl", "Zp"))


def lint_body(body: str, *, signature: str = "", pointer: str = "/body") -> list[FieldError]:
    """List what is wrong with a template body: empty, 【】, unprintable characters, stray braces, too many segments."""
    found = {
        "empty": is_blank(body),
        "signature_bracket": "【" in body or "】" in body,
        "unprintable": any(map(_is_unprintable, body)),
        "stray_brace": bool(re.search(r"[{}]", _PLACEHOLDER.sub("", body))),
        "too_many_parts": count_segments(signature, body) > MAX_SEGMENTS,
    }
    return [FieldError(pointer, code, *_BODY_PROBLEMS[code]) for code, is_there in found.items() if is_there]


_BODY_PROBLEMS = {
    "empty": ("正文为空。", "The body is empty."),
    "signature_bracket": (
        "正文中不得出现【】，签名由系统自动添加。",
        "【】 may not stand in the body: the signature is put in front of it.",
    ),
    "unprintable": ("正文含有控制字符或不可见字符。", "The body holds control characters or invisible ones."),
    "stray_brace": (
        "花括号只能用于变量，如 {name}（小写字母、数字和下划线）。",
        "Braces are for variables only, such as {name} (small letters, digits and underscores).",
    ),
    "too_many_parts": (
        f"正文连同签名超过 {MAX_SEGMENTS} 条短信的长度。",
        f"With its signature the body is longer than {MAX_SEGMENTS} parts.",
    ),
}


def render(body: str, variables: Mapping[str, VariableValue]) -> str:
    """Fill a template body; refuses a variable that is missing, blank or not asked for (`TemplateNotFilled`)."""
    texts = {name: _write(value) for name, value in variables.items()}
    asked = placeholders(body)
    problems = [
        *(
            FieldError(
                f"/variables/{name}", "unfilled_variable", "模板需要此变量。", "The template needs this variable."
            )
            for name in sorted(asked)
            if is_blank(texts.get(name, ""))
        ),
        *(
            FieldError(
                f"/variables/{name}", "unknown_variable", "模板没有此变量。", "The template has no such variable."
            )
            for name in sorted(texts.keys() - asked)
        ),
    ]
    if problems:
        raise TemplateNotFilled(problems=problems)
    return _PLACEHOLDER.sub(lambda match: texts[match[1]], body)


def _write(value: VariableValue) -> str:
    if isinstance(value, str):
        # A title of somebody else's may hold line breaks, or brackets that gateways would take for a signature.
        visible = "".join(" " if _is_unprintable(character) else character for character in value)
        return " ".join(visible.split()).replace("【", "〔").replace("】", "〕")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    raise TypeError(f"a template takes text, whole numbers, Decimals and days, not {type(value).__name__}")


def not_before(moment: datetime, *, quiet_from: time = QUIET_FROM, quiet_until: time = QUIET_UNTIL) -> datetime:
    """Return when a message may leave: the moment itself, or in UTC the end of the quiet hours (Asia/Shanghai)."""
    local = moment.astimezone(_SHANGHAI)
    opening = local.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    if quiet_from <= quiet_until:
        is_quiet = quiet_from <= local.time() < quiet_until
    else:
        is_quiet = local.time() >= quiet_from or local.time() < quiet_until
    if not is_quiet:
        return moment
    return (opening if opening > local else opening + timedelta(days=1)).astimezone(UTC)


def retry_at(attempts: int, now: datetime, rng: random.Random) -> datetime | None:
    """Return when to try again after so many tries (one or more), or None when there is no next try.

    The jitter takes up to half of the delay away, so that what failed together does not come back together.
    """
    if attempts > len(_RETRY_SECONDS):
        return None
    return now + timedelta(seconds=_RETRY_SECONDS[attempts - 1] * rng.uniform(0.5, 1))
