from pathlib import Path

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))


def require_valid(content: bytes) -> None:
    """Assert that a document is valid by the grammar of RFC 4287 and by the rules that a grammar cannot tell."""
    feed = etree.fromstring(content)
    GRAMMAR.assertValid(feed)
    assert feed.findall(f"{ATOM}author") or all(each.findall(f"{ATOM}author") for each in feed.findall(f"{ATOM}entry"))
    for entry in feed.findall(f"{ATOM}entry"):
        links = [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")]
        assert "alternate" in links or entry.find(f"{ATOM}content") is not None
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
