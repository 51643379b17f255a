import re

# What stands beside the figure without belonging to the number: quoted, escaped (! in Chinese Excel), or filled in.
_LITERAL = re.compile(r'"([^"]*)"|[\\!*](.)|\[\$([^\]-]*)[^\]]*\]')
_UNSEEN = re.compile(r"_.|\[[^\]]*\]")
_SECTION = re.compile(r'(?:"[^"]*"|[\\!*_].|\[[^\]]*\]|[^;])*')
_GENERAL = re.compile(r"general|g/通用格式|@", re.IGNORECASE)
_DIGIT = "[0#?]"
# A text beside the figure that makes another one of it: words for powers of ten, and digits.
_MULTIPLIES = re.compile(
    r"[十拾佰仟千万萬亿億兆成‰‱\d]|百(?!分)|hundred|thousand|[mb]illion"
    r"|(?<![A-Za-z])(?:k|K|M|B|G|bn|mn|mln|bln)(?![A-Za-z])"
)
_SCALING_COMMA = re.compile(rf"{_DIGIT},+(?!{_DIGIT}|,)")
_INSIDE_FIGURE = re.compile(rf"{_DIGIT}[^0#?,.eE+/%]+{_DIGIT}|{_DIGIT}[^0#?]*\u0000[^0#?]*{_DIGIT}")
_DATE = re.compile(r"[ymdhs]|上午/下午|a/p", re.IGNORECASE)
_PERCENT_IDS = {"9", "10"}
# Of the numbers that formats have by themselves, those that Chinese Excel shows as year and month, or month and year.
_IDS_WITHOUT_DAY = {"17", "27", "36", "50", "52", "57"}


def is_percent(code: str) -> bool:
    return "%" in _plain(code)


def is_builtin_percent(number: str) -> bool:
    return number in _PERCENT_IDS


def wrong_with_builtin(number: str) -> str | None:
    return "date_without_day" if number in _IDS_WITHOUT_DAY else None


def wrong_with(code: str) -> str | None:
    """Tell by its code why a number format shows something else than the number that is stored; None if it does not."""
    sections = [each for each in _SECTION.findall(code) if each]
    if not sections or code.startswith(";"):
        return "hiding_format"
    if _is_date(sections[0]):
        return _wrong_with_date(sections[0])
    if any(_makes_another_figure(section) for section in sections):
        return "scaled_format"
    shown = _plain(sections[0])
    return None if re.search(_DIGIT, shown) or _GENERAL.search(shown) else "hiding_format"


def _makes_another_figure(section: str) -> bool:
    # A literal leaves a mark, so that it is seen when it stands between digits.
    digits = _GENERAL.sub("0", _plain(section, mark="\u0000")).replace(" ", "")
    bare = re.sub(rf"{_DIGIT}|[eE][+-]", "", digits)
    looks = (_MULTIPLIES.search(_printed(section)), _MULTIPLIES.search(bare), _SCALING_COMMA.search(digits))
    return any(looks) or bool(_INSIDE_FIGURE.search(digits))


def _printed(section: str) -> str:
    return " ".join("".join(groups) for groups in _LITERAL.findall(section))


def _plain(section: str, mark: str = "") -> str:
    return _UNSEEN.sub("", _LITERAL.sub(mark, section))


def _is_date(section: str) -> bool:
    plain = _GENERAL.sub("", _plain(section))
    return bool(_DATE.search(plain)) and not re.search(r"[#?]|(?<![s.0])0", plain)


def _wrong_with_date(section: str) -> str | None:
    plain = _plain(section).lower()
    if re.search(r"\d", _printed(section)):
        return "scaled_format"
    return "date_without_day" if "y" in plain and "d" not in plain else None
