"""Templates as a vendor has registered them (报备模板), for vendors who take no text but a template's variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]{1,40})\}")


class TemplatesRefused(ValueError):  # noqa: N818 - states the fact
    """The file is none of templates; it says in both languages what is wrong."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    code: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Template:
    code: str
    literals: tuple[str, ...]  # one more than there are names
    names: tuple[str, ...]

    def unfill(self, text: str) -> FilledTemplate | None:
        """Find variables that make this text; where several would do, any of them makes the same text."""
        first, *middle = self.literals
        if not text.startswith(first):
            return None
        if not self.names:
            return FilledTemplate(self.code, ()) if text == first else None
        position, values = len(first), []
        *between, last = middle
        for literal in between:
            # The earliest place leaves most to those behind, so that no other needs to be tried.
            found = text.find(literal, position + 1)
            if found < 0:
                return None
            values.append(text[position:found])
            position = found + len(literal)
        end = len(text) - len(last)
        if end <= position or not text.endswith(last):
            return None
        return FilledTemplate(self.code, tuple(zip(self.names, (*values, text[position:end]), strict=True)))


class RegisteredTemplates:
    """Finds the registered template, and its variables, that make a text; the one with most fixed text first."""

    def __init__(self, bodies: Mapping[str, str]) -> None:
        """Take bodies by the vendor's code, with variables as ${name}; refuses one that names a variable twice."""
        templates = [_parse(code, body) for code, body in bodies.items()]
        self._templates = sorted(templates, key=lambda each: -len("".join(each.literals)))

    def find(self, text: str) -> FilledTemplate | None:
        return next((filled for each in self._templates if (filled := each.unfill(text))), None)


def read_templates(path: Path) -> RegisteredTemplates:
    """Read a JSON object of codes and bodies; refuses what is none."""
    try:
        bodies = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        bodies = None
    if not isinstance(bodies, dict) or not bodies or not all(isinstance(body, str) for body in bodies.values()):
        raise TemplatesRefused(
            "应为 JSON 对象：模板代码对应正文，变量写作 ${name}",
            "this must be a JSON object of template codes and bodies, with variables as ${name}",
        )
    return RegisteredTemplates(bodies)


def _parse(code: str, body: str) -> _Template:
    names = tuple(_VARIABLE.findall(body))
    if len(set(names)) < len(names):
        raise TemplatesRefused(f"模板 {code} 中同一变量出现两次", f"template {code} names a variable twice")
    return _Template(code, tuple(_VARIABLE.split(body)[::2]), names)
