from dataclasses import replace

from supervision.cadence.moments import day_zh
from supervision.official_documents import rules
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.letterhead import Letterhead
from supervision.official_documents.looks import DocumentLook
from supervision.official_documents.official_text import OfficialText
from supervision.official_documents.rules import Words
from supervision.official_documents.states import DocumentKind

# What goes to a higher office names who signed it (签发人).
_UPWARD = frozenset({DocumentKind.ACCOUNTABILITY})
# What goes to newspapers and television is no official document under GB/T 9704.
_UNDER_LETTERHEAD = frozenset({DocumentKind.PRESS_RELEASE})


def compose(look: DocumentLook, words: Words, facts: DocumentFacts, *, signer: str) -> OfficialText:
    """Put the facts into the words of their kind, element by element."""
    values = {
        **(rules.withhold(facts.values) if facts.is_secret else facts.values),
        "county": look.county,
        "office": look.office,
        "number": facts.number or "",
        "date": day_zh(facts.dated_on) if facts.dated_on else "",
        "signer": signer,
        "recipients": facts.recipients,
    }
    # One by one as well: put together, a number would be hidden by the digits beside it.
    masked = {name: rules.mask_numbers(value) for name, value in values.items()}
    filled = rules.mask(rules.fill(words, masked))
    is_addressed = bool(facts.recipients) or "{recipients}" not in words.recipients
    return OfficialText(
        head=filled.head,
        number=rules.mask_numbers(facts.number or ""),
        signer=rules.mask_numbers(signer) if facts.kind in _UPWARD else "",
        title=filled.title,
        recipients=filled.recipients if is_addressed else "",
        body=filled.body.splitlines(),
        signature=filled.signature,
        day=facts.dated_on,
        copies=filled.copies,
        letterhead=_letterhead(look) if facts.kind in _UNDER_LETTERHEAD and not filled.head else None,
    )


def _letterhead(look: DocumentLook) -> Letterhead | None:
    shown = look.letterhead
    return replace(shown, name=rules.mask_numbers(shown.name)) if shown else None
