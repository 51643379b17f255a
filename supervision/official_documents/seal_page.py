"""Which words go over to the page of the seal, so that it never stands there alone (GB/T 9704)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from supervision.official_documents.markup import Element, W
from supervision.official_documents.page_setup import LINE

LINES, CHARACTERS = 22, 28
# A last paragraph as short as this is moved whole, unless it is the only one; of a longer one only its end.
SHORT = 4 * CHARACTERS
_INDENT = 2
# Programs break the lines of long texts a little differently; where so little decides, words are moved as well.
_NEAR = 2
# What is moved are two or three lines that begin behind a stop, if there is one.
_MOVED = 2 * CHARACTERS
_STOPS = "。；，、"


@dataclass
class _Page:
    """A page that is being filled line by line."""

    used: float = 0
    # How many lines of the paragraph that was set last stand on it.
    count: int = 0
    is_begun_here: bool = True

    def set_paragraph(self, count: int, height: float) -> None:
        self.count, self.is_begun_here = 0, True
        for _ in range(count):
            if self.used + height > LINES:
                self.is_begun_here = not self.count
                self.used = self.count = 0
            self.used += height
            self.count += 1


def width_of(words: str) -> float:
    """Return how many characters wide a line is; digits take half the place, and a little beside what is Chinese."""
    beside = sum(first.isascii() != second.isascii() for first, second in pairwise(words))
    return sum(0.5 if each.isascii() else 1 for each in words) + 0.2 * beside


def find_end_beside_seal(before: Iterable[Element], words: str, seal: Sequence[Element]) -> int:
    """Return at which character the last paragraph goes over to the page of the seal; 0 where it may run on."""
    near = _NEAR if len(words) > SHORT else 0
    page = _Page()
    for each in before:
        page.set_paragraph(*_measured(each))
    page.set_paragraph(_lines(words), 1)
    needed = sum(count * height for count, height in map(_measured, seal))
    has_words = page.is_begun_here or page.count > near
    if has_words and page.used + needed <= LINES - near:
        return 0
    best = len(words) - min(_MOVED, len(words) // 2)
    latest = len(words) - min(CHARACTERS, len(words) // 3)
    stops = [place for place in range(max(1, best - _MOVED), latest) if words[place - 1] in _STOPS]
    return min(stops, key=lambda place: abs(place - best), default=best)


def _measured(paragraph: Element) -> tuple[int, float]:
    """Return how many lines a paragraph has, and how high they are."""
    spacing = paragraph.find(f"{{{W}}}pPr/{{{W}}}spacing")
    height = int(spacing.get(f"{{{W}}}line", "0")) / LINE if spacing is not None else 0
    return _lines("".join(each.text or "" for each in paragraph.iter(f"{{{W}}}t"))), height


def _lines(words: str) -> int:
    return max(1, ceil((width_of(words) + _INDENT) / CHARACTERS))
