from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from supervision.foundation.ids import new_id
from supervision.official_documents import rules
from supervision.official_documents.composition import compose
from supervision.official_documents.default_words import DEFAULTS
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.layout import make_docx, title_lines
from supervision.official_documents.letterhead import Letterhead
from supervision.official_documents.looks import DocumentLook
from supervision.official_documents.rules import Words
from supervision.official_documents.states import DocumentKind
from tests.factories.official_documents import make_text
from tests.factories.pictures import EMBLEM


def part(docx: bytes, name: str) -> str:
    return ZipFile(BytesIO(docx)).read(f"word/{name}").decode()


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_same_text_makes_the_same_bytes(kind: DocumentKind) -> None:
    once = make_docx(make_text(kind))
    assert once == make_docx(make_text(kind))
    assert {entry.date_time for entry in ZipFile(BytesIO(once)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_draft_says_so_on_every_page() -> None:
    text = make_text(DocumentKind.NOTICE)
    draft = make_docx(replace(text, is_draft=True, number="", day=None))
    assert "【草稿】" in part(draft, "header.xml")
    assert "草稿" not in part(make_docx(text), "header.xml")
    assert "〔2016〕3号" not in part(draft, "document.xml").split("签收")[0].split("督查通知")[0]


def test_levels_have_their_typefaces() -> None:
    document = part(make_docx(make_text(DocumentKind.NOTICE)), "document.xml")
    for level, face in (
        ("一、工作要求", "黑体"),
        ("（一）加强领导。", "楷体_GB2312"),
        ("1. 明确责任。", "仿宋_GB2312"),
    ):
        assert face in document.split(level)[0].rsplit("<w:r>", 1)[1], level


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert "ab" in part(make_docx(replace(make_text(DocumentKind.NOTICE), title="a\x0bb")), "document.xml")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("督查抄告单", ["督查抄告单"]),
        ("关于2016年第一季度督查情况的预警通知", ["关于2016年第一季度督查情况的预警通知"]),
        (
            "关于办理“县城北区污水处理厂提标改造工程”事项的督查通知",
            ["关于办理“县城北区污水处理厂", "提标改造工程”事项的督查通知"],
        ),
        ("一二三四五六七八九十”一二三四五六七八九", ["一二三四五六七八九", "十”一二三四五六七八九"]),
    ],
)
def test_a_title_is_broken_evenly(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_system_s_own_words_know_their_fields(kind: DocumentKind) -> None:
    assert rules.check_words(kind, DEFAULTS[kind]) == []


@pytest.mark.parametrize("body", ["{quarter}", "{nobody}", "{", "}{text}", "{text.__class__}", "{}"])
def test_a_field_of_another_kind_is_refused(body: str) -> None:
    (problem,) = rules.check_words(DocumentKind.NOTICE, Words(title="督查通知", body=body))
    assert (problem.pointer, problem.code) == ("/body", "unknown_field")


def test_a_value_is_no_template() -> None:
    words = rules.fill(
        Words(title="{item}", body=""),
        {"item": "{county}", "office": "示例县督查室", "county": "示例县", "recipients": ""},
    )
    assert words.title == "{county}"


def test_only_what_has_no_red_head_bears_emblem_and_colour() -> None:
    shown = Letterhead("示例县督查公开", "#1f4e79", EMBLEM)
    look = DocumentLook("330326", "示例县", "示例县督查室", has_document_codes=False, letterhead=shown)
    for kind in DocumentKind:
        facts = DocumentFacts(kind=kind, subject_id=new_id(), values=dict.fromkeys(rules.FIELDS[kind], "示例"))
        text = compose(look, DEFAULTS[kind], facts, signer="")
        docx = make_docx(text)
        names, document = ZipFile(BytesIO(docx)).namelist(), part(docx, "document.xml")
        is_release = kind is DocumentKind.PRESS_RELEASE
        found = ("word/media/emblem.png" in names, "1F4E79" in document, shown.name in document)
        assert found == (is_release,) * 3, kind
        assert ("FF0000" in document) == (not is_release), kind
