from pathlib import Path

from lxml import etree

GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "rss.rng"))


def require_rss(content: bytes) -> None:
    """Assert that a document is an RSS 2.0 feed whose items are told apart."""
    document = etree.fromstring(content)
    GRAMMAR.assertValid(document)
    guids = [each.text for each in document.iter("guid")]
    assert len(set(guids)) == len(guids)
