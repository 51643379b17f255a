import re
import unicodedata
from collections.abc import Iterator

from supervision.foundation.texts import without_hidden

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_HAN_RUN = re.compile(rf"[{_HAN}]")
# PostgreSQL takes lexemes of up to 2,046 bytes; no word that anybody looks for is longer than this.
_WORD_CHARACTERS = 100


def vector_of(*texts: str) -> str:
    """Return texts as a tsvector literal: pairs of neighbouring Chinese characters, and the words between them."""
    # The last character of a run begins no pair, so it stands alone as well.
    lexemes = {lexeme for text in texts for run in _runs(text) for lexeme in (*_pairs(run), _end(run))}
    return " ".join(sorted(map(_quoted, lexemes)))


def query_of(text: str) -> str:
    """Return what is looked for as a tsquery literal in which every pair and word must occur."""
    return " & ".join(term for run in _runs(text) for term in _terms(run))


def pairs_of(text: str) -> set[str]:
    """Return the pairs of neighbouring Chinese characters of a text, and the words between them."""
    return {pair for run in _runs(text) for pair in _pairs(run)}


def _terms(run: str) -> list[str]:
    # A character that is looked for by itself begins a pair or stands alone.
    prefix = ":*" if len(run) == 1 and _HAN_RUN.match(run) else ""
    return [_quoted(pair) + prefix for pair in _pairs(run)]


def _runs(text: str) -> Iterator[str]:
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", without_hidden(text)).casefold()):
        yield match[0]


def _pairs(run: str) -> list[str]:
    if not _HAN_RUN.match(run):
        return [run[:_WORD_CHARACTERS]]
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _end(run: str) -> str:
    return run[-1] if _HAN_RUN.match(run) else run[:_WORD_CHARACTERS]


def _quoted(lexeme: str) -> str:
    # A run is letters and digits, so there is never a quote or a backslash to escape.
    return f"'{lexeme}'"
