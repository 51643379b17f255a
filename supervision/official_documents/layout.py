import re
from collections.abc import Iterator, Sequence
from math import ceil

from supervision.cadence.moments import day_zh
from supervision.official_documents import check_codes, docx_file, drawings
from supervision.official_documents import page_setup as sheet
from supervision.official_documents.docx_file import pack, relation_id
from supervision.official_documents.imprint import imprint
from supervision.official_documents.letterhead import letterhead
from supervision.official_documents.markup import Element, R, blank, lines, paragraph, run, tab, w, xml
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.page_setup import CHARACTER, LINE
from supervision.official_documents.seal_page import CHARACTERS, SHORT, find_end_beside_seal, width_of

DRAFT = "草稿"
# How paragraphs of the first two levels begin, 一、 and （一）; those of 1. and （1） are set like the text.
_LEVELS = (
    (re.compile(r"[一二三四五六七八九十百]+、[^。]*。?"), sheet.HEITI),
    (re.compile(r"（[一二三四五六七八九十百]+）[^。]*。?"), sheet.KAITI),
)
_HEAD_POINTS = 48
_TITLE_CHARACTERS = 19
_CLOSING, _OPENING = "，。、；：！？）〕》”’", "（〔《“‘"
_LINES_FOR_SEAL = 3
_ABOVE_CODE_MM = 3


def make_docx(text: OfficialText) -> bytes:
    """Set a text by GB/T 9704-2012; the same text makes the same bytes."""
    head = list(_head(text))
    body = w("body", [*head, *_main(text, head), *imprint(text), _section()])
    return pack(
        {
            "document.xml": xml(w("document", [body])),
            "header.xml": xml(w("hdr", [_header(is_draft=text.is_draft)])),
            "footer.xml": xml(w("ftr", [_page_number("right")])),
            "footer_even.xml": xml(w("ftr", [_page_number("left")])),
        },
        _pictures(text),
    )


def _pictures(text: OfficialText) -> dict[str, bytes]:
    code = {docx_file.CODE: check_codes.draw_code(text.check_address)} if text.check_address else {}
    emblem = text.letterhead.emblem if text.letterhead else None
    return {**code, **({docx_file.EMBLEM: emblem} if emblem else {})}


def _head(text: OfficialText) -> Iterator[Element]:
    """Set the red head: the office's name, the number, who signed if it goes upward, and the red rule."""
    if text.letterhead is not None:
        yield letterhead(text.letterhead)
    if not text.head:
        return
    yield blank(sheet.ABOVE_HEAD / LINE)
    # Half points of the largest size at which the name fills one line at most.
    size = 2 * min(_HEAD_POINTS, sheet.WIDTH // 20 // len(text.head))
    name = run(text.head, sheet.XIAOBIAOSONG, size=size, color=sheet.RED, is_bold=True)
    yield paragraph([name], w("spacing", before=0, after=0, line=size * 13, lineRule="exact"), w("jc", val="center"))
    yield blank(2)
    rule = w("pBdr", [w("bottom", val="single", sz=18, space=sheet.ABOVE_RULE // 20, color=sheet.RED)])
    if text.signer:
        # What goes to a higher office has its number on the left, and the signer on the right, each one character in.
        # An indent would move the rule as well.
        tabs = w("tabs", [w("tab", val="right", pos=sheet.WIDTH - CHARACTER)])
        signer = [run("签发人："), run(text.signer, sheet.KAITI)]
        yield paragraph([run(f"　{text.number}"), tab(), *signer], rule, tabs, lines())
    else:
        yield paragraph([run(text.number)], rule, lines(), w("jc", val="center"))
    yield blank(2)


def _main(text: OfficialText, head: Sequence[Element]) -> Iterator[Element]:
    opening = list(_opening(text))
    body = [each.strip() for each in text.body if each.strip()]
    paragraphs = [_body_paragraph(words) for words in body[:-1]]
    closing = [*_attachments(text.attachments), *_signature(text)]
    yield from (*opening, *paragraphs)
    if body:
        yield from _last_paragraph(text, [*head, *opening], paragraphs, body[-1])
    yield from closing


def _opening(text: OfficialText) -> Iterator[Element]:
    for line in title_lines(text.title):
        title = run(line, sheet.XIAOBIAOSONG, size=sheet.SIZE_2, is_bold=True)
        yield paragraph([title], w("keepNext"), lines(1.25), w("jc", val="center"))
    yield blank()
    if text.recipients:
        yield paragraph([run(text.recipients)], lines())


def _last_paragraph(
    text: OfficialText, head: Sequence[Element], others: Sequence[Element], words: str
) -> Iterator[Element]:
    """Set the last paragraph so that a page that has the seal has words as well, and the first page has some too."""
    is_kept = len(words) <= SHORT
    if text.attachments or not (text.signature or text.check_address):
        yield _body_paragraph(words)
    elif is_kept and (others or len(words) < CHARACTERS):
        yield _body_paragraph(words, is_kept=True)
    elif end := find_end_beside_seal([*head, *others], words, list(_signature(text))):
        yield _body_paragraph(words[:end])
        yield paragraph([run(words[end:])], w("keepNext"), w("pageBreakBefore"), lines())
    else:
        yield _body_paragraph(words, is_kept=is_kept)


def title_lines(title: str) -> list[str]:
    """Break a title into lines of nearly one length, the first one the longest, none beginning with a closing mark."""
    count = max(1, ceil(width_of(title) / _TITLE_CHARACTERS))
    broken = []
    for left in range(count, 0, -1):
        end = -(-len(title) // left)
        while end < len(title) and (title[end] in _CLOSING or title[end - 1] in _OPENING):
            end -= 1
        broken.append(title[:end])
        title = title[end:]
    return [*broken[:-1], broken[-1] + title]


def _body_paragraph(words: str, *, is_kept: bool = False) -> Element:
    for begins, face in _LEVELS:
        if found := begins.match(words):
            runs = [run(found.group(), face), *([run(words[found.end() :])] if words[found.end() :] else [])]
            # A heading stands on one page with what it is the heading of.
            is_kept = is_kept or found.end() == len(words)
            break
    else:
        runs = [run(words)]
    indent = w("ind", firstLineChars=200, firstLine=2 * CHARACTER)
    return paragraph(runs, *([w("keepNext")] if is_kept else []), lines(), indent)


def _attachments(names: Sequence[str]) -> Iterator[Element]:
    """List what is attached one line below the text; further names stand under the first one."""
    if names:
        yield blank()
    for place, name in enumerate(names, 1):
        number = f"{place}. " if len(names) > 1 else ""
        label = "附件：" if place == 1 else ""
        left = 5 if len(names) == 1 else 6
        hanging = left - 2 if place == 1 else left - 5
        indent = w("ind", left=left * CHARACTER, hanging=hanging * CHARACTER)
        kept = [w("keepNext")] if place == len(names) else []
        yield paragraph([run(f"{label}{number}{name}")], *kept, lines(), indent)


def _signature(text: OfficialText) -> Iterator[Element]:
    """Set office and day so that they stand centred under the seal, which needs some lines above them."""
    if text.check_address:
        yield from _code()
    elif text.signature:
        yield from (blank(1, w("keepNext")) for _ in range(_LINES_FOR_SEAL))
    if not text.signature:
        return
    day = day_zh(text.day) if text.day else "　　年　月　日"
    widths = width_of(text.signature), width_of(day)
    # The day ends four characters from the right, or the office two, whichever leaves both within the type area.
    right = max(4 + widths[1] / 2, 2 + widths[0] / 2)
    for words, width, kept in ((text.signature, widths[0], [w("keepNext")]), (day, widths[1], [])):
        indent = w("ind", right=round((right - width / 2) * CHARACTER))
        yield paragraph([run(words)], *kept, lines(), indent, w("jc", val="right"))


def _code() -> Iterator[Element]:
    """Set the code at the left of the lines that are left for the seal, and beside it what it is for."""
    size = (check_codes.SIDE_MM * drawings.EMU_PER_MM,) * 2
    code = drawings.picture(docx_file.CODE, size)
    shown = drawings.run_of(
        drawings.anchored(code, drawings.PICTURE, size, number=2, name="公文核验码", below_mm=_ABOVE_CODE_MM)
    )
    beside = w("ind", left=round(check_codes.SIDE_MM * sheet.TWIPS_PER_MM))
    yield paragraph([shown], w("keepNext"), lines())
    yield paragraph([run("扫码核验", size=sheet.SIZE_4)], w("keepNext"), lines(), beside)
    yield blank(_LINES_FOR_SEAL - 2, w("keepNext"))


def _header(*, is_draft: bool) -> Element:
    words = [run(f"【{DRAFT}】", sheet.HEITI)] if is_draft else []
    return paragraph(words, lines(), w("jc", val="left"))


def _page_number(side: str) -> Element:
    """Set the number of a page as — 1 —, on its outer side, one character in."""
    character = 10 * sheet.SIZE_4
    field = w("fldSimple", [run("1", sheet.SONGTI, size=sheet.SIZE_4)], instr=" PAGE ")
    dash = [run(words, sheet.SONGTI, size=sheet.SIZE_4) for words in ("— ", " —")]
    indent = w("ind", **{side: character})
    return paragraph([dash[0], field, dash[1]], lines(0.5), indent, w("jc", val=side))


def _section() -> Element:
    parts = []
    for kind, tag, pages in (
        ("header", "headerReference", ("default", "even")),
        ("footer", "footerReference", ("default",)),
        ("even_footer", "footerReference", ("even",)),
    ):
        for each in pages:
            reference = w(tag, type=each)
            reference.set(f"{{{R}}}id", relation_id(kind))
            parts.append(reference)
    width, height = sheet.PAGE
    margins = {"top": sheet.TOP, "right": sheet.RIGHT, "bottom": sheet.BOTTOM, "left": sheet.LEFT}
    return w(
        "sectPr",
        [
            *parts,
            w("pgSz", w=width, h=height),
            w("pgMar", **margins, header=sheet.HEADER, footer=sheet.FOOTER, gutter=0),
            w("docGrid", type="lines", linePitch=LINE),
        ],
    )
