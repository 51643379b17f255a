"""The page that has the seal has words as well, however long the last paragraph is and wherever it ends."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from supervision.official_documents.layout import make_docx
from supervision.official_documents.pdf import make_pdfs
from supervision.official_documents.states import DocumentKind
from tests.factories.official_documents import make_text, require_office_programs
from tests.supervision.official_documents.test_pages import ADDRESS, read_lines

SENTENCE = "各乡镇各部门要把督查事项办理作为抓落实的重要抓手，逐项明确责任单位责任人和完成时限。"
SHORT = "确保件件有着落。"
BEFORE = range(0, 24, 2)


@pytest.mark.parametrize("sentences", [1, 2, 6, 10, 24])
@pytest.mark.parametrize("has_code", [False, True])
def test_the_seal_never_stands_alone(sentences: int, tmp_path: Path, *, has_code: bool) -> None:
    require_office_programs()
    text = make_text(DocumentKind.NOTICE)
    body = {before: [*[SHORT] * before, SENTENCE * sentences] for before in BEFORE}
    checked = f"{ADDRESS}/1" if has_code else ""
    documents = {
        str(before): make_docx(replace(text, body=paragraphs, check_address=checked))
        for before, paragraphs in body.items()
    }
    for before, content in asyncio.run(make_pdfs("soffice", documents, seconds=120)).items():
        pdf = tmp_path / f"{before}.pdf"
        pdf.write_bytes(content)
        pages = [[line.text for line in page] for page in read_lines(pdf)]
        (sealed,) = [page for page in pages if text.signature in page]
        words = sealed[: sealed.index(text.signature)]
        # Two lines at least of what has more than two, and nothing got lost on the way.
        assert len([line for line in words if line != "扫码核验"]) >= (1 if sentences == 1 else 2), (before, pages)
        everything = "".join(line for page in pages for line in page if not line.startswith("—"))
        assert everything.count("完成时限。") == sentences
        # The first page is not left empty for it.
        assert any("各乡镇" in line or line == SHORT for line in pages[0]), (before, pages[0])
