import re
import unicodedata
from collections.abc import Iterator

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
# PostgreSQL takes lexemes of up to 2,046 bytes; no word that anybody looks for is longer than this.
_WORD_CHARACTERS = 100


def vector_of(*texts: str) -> str:
    """Return texts as a tsvector literal: pairs of neighbouring Chinese characters, and the words between them."""
    lexemes = {lexeme for text in texts for run in _runs(text) for lexeme in (*_pairs(run), run[-1:])}
    return " ".join(sorted(map(_quoted, lexemes)))


def query_of(text: str) -> str:
    """Return what is looked for as a tsquery literal in which every pair and word must occur."""
    return " & ".join(term for run in _runs(text) for term in _terms(run))


def _terms(run: str) -> Iterator[str]:
    if len(run) == 1 and _IS_HAN.match(run):
        # One character begins a pair, or ends its run and so stands alone.
        yield f"{_quoted(run)}:*"
    else:
        yield from map(_quoted, _pairs(run))


def _runs(text: str) -> Iterator[str]:
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield match[0]


def _pairs(run: str) -> list[str]:
    if not _IS_HAN.match(run):
        return [run[:_WORD_CHARACTERS]]
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
