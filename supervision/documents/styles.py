from collections.abc import Mapping
from dataclasses import dataclass, field

from supervision.documents import number_formats
from supervision.documents.packages import Package

_STYLES = "xl/styles.xml"
_STRINGS = "xl/sharedStrings.xml"
_FORMAT_CHARACTERS = 255
_GENERAL = "0"
_OFF = {"0", "false", "off"}


@dataclass(slots=True)
class Styles:
    """What the styles of a workbook, by the number that a cell gives, do to the look of a cell."""

    percent: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    # Why the number that is shown is not the stored one; and whether the format changes texts as well.
    unfit: dict[str, str] = field(default_factory=dict)
    changes_text: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Runs:
    """What is special about the pieces of one text, which may each have a font of their own."""

    characters: int = 0
    seen: int = 0
    struck: int = 0
    # Pieces without a font of their own look as their cell does.
    plain: int = 0
    is_raised: bool = False
    _font: tuple[bool, bool] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "r":
                self._font = None
            case "rPr":
                self._font = (False, False)
            case "strike" if self._font and attributes.get("val") not in _OFF:
                self._font = (True, self._font[1])
            case "vertAlign" if self._font and attributes.get("val") in {"superscript", "subscript"}:
                self._font = (self._font[0], True)

    def text(self, piece: str) -> None:
        seen = len("".join(piece.split()))
        is_struck, is_raised = self._font or (False, False)
        self.characters += len(piece)
        self.seen += seen
        self.plain += seen if self._font is None else 0
        self.struck += seen if is_struck else 0
        self.is_raised |= is_raised and seen > 0

    def struck_in(self, *, is_cell_struck: bool) -> int:
        """Return how many of the characters that can be seen are struck through, in a cell of such a font."""
        return self.struck + (self.plain if is_cell_struck else 0)


def read_styles(package: Package) -> tuple[bytes, Styles]:
    """Return the bytes of the workbook's styles, and what they come to."""
    raw = b"".join(package.pieces(_STYLES)) if package.has(_STYLES) else b""
    reader = _StylesReader()
    if raw:
        package.read([raw], start=reader.start, end=reader.end)
    return raw, reader.styles


def read_strings(package: Package) -> tuple[bytes, list[Runs]]:
    """Return the bytes of the texts that the sheets share, and what is special about each."""
    raw = b"".join(package.pieces(_STRINGS)) if package.has(_STRINGS) else b""
    found: list[Runs] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            found.append(Runs())
        elif found:
            found[-1].start(name, attributes)

    if raw:
        package.read([raw], start=start, text=lambda piece: found[-1].text(piece) if found else None)
    return raw, found


class _StylesReader:
    def __init__(self) -> None:
        self.styles = Styles()
        self._codes: dict[str, str] = {}
        self._struck_fonts: set[str] = set()
        self._fonts = 0
        self._cells = 0
        self._inside = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "numFmts" | "fonts" | "cellXfs":
                self._inside = name
            case "numFmt" if self._inside == "numFmts":
                self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:_FORMAT_CHARACTERS]
            case "font" if self._inside == "fonts":
                self._fonts += 1
            case "strike" if self._inside == "fonts" and attributes.get("val") not in _OFF:
                self._struck_fonts.add(str(self._fonts - 1))
            case "xf" if self._inside == "cellXfs":
                self._note(str(self._cells), attributes)
                self._cells += 1

    def end(self, name: str) -> None:
        if name == self._inside:
            self._inside = ""

    def _note(self, style: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("fontId") in self._struck_fonts:
            self.styles.struck.add(style)
        number = attributes.get("numFmtId", _GENERAL)
        code = self._codes.get(number)
        if number_formats.is_percent(code) if code is not None else number_formats.is_builtin_percent(number):
            self.styles.percent.add(style)
        wrong = number_formats.wrong_with(code) if code is not None else number_formats.wrong_with_builtin(number)
        if wrong:
            self.styles.unfit[style] = wrong
        if code is not None and "@" in code:
            self.styles.changes_text.add(style)
