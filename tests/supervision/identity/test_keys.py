from supervision.identity import keys


def test_a_minted_key_is_parsed() -> None:
    text, parts = keys.mint("test")
    assert keys.parse(text) == parts


def test_a_mistyped_key_is_known_without_the_database() -> None:
    text, _ = keys.mint("live")
    for place in range(len(text)):
        wrong = text[:place] + ("x" if text[place] != "x" else "z") + text[place + 1 :]
        assert keys.parse(wrong) is None, place


def test_secrets_do_not_repeat() -> None:
    assert len({keys.mint("test")[1].secret for _ in range(100)}) == 100
