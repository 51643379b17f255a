"""Every message is in the part of one gateway, by its carrier and the weights; none is in two, and none is left."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from supervision.messaging.gateway_parts import BUCKETS, NONE, STRIDE, WHOLE, Part, Standing, find_part
from supervision.messaging.gateways.carriers import CARRIER_OF, Carrier
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.route import Route

EVERYBODY = frozenset(Carrier)
PREFIXES = ["138", "131", "199", "192", "170", None]


def standing(
    name: str, weight: int = 100, carriers: frozenset[Carrier] = EVERYBODY, *, is_on: bool = True, share: int = 100
) -> Standing:
    gateway = ConsoleGateway(None)
    gateway.name = name
    return Standing(Route(gateway, weight, carriers), is_on, share)


def takers(standings: list[Standing], prefix: str | None, bucket: int) -> list[str]:
    """Say as the claim does which gateways take a message."""
    found = []
    for each in standings:
        part = find_part(each.route.name, standings)
        first, end = (part.by_prefix.get(prefix or "", part.others)) if part else NONE
        found += [each.route.name] * (first <= bucket < end)
    return found


def test_the_only_gateway_takes_all_however_badly_it_does() -> None:
    assert find_part("a", [standing("a", share=5)]) == WHOLE
    assert WHOLE.is_whole


def test_weights_divide_and_messages_that_follow_each_other_are_spread() -> None:
    standings = [standing("a", 300), standing("b", 100)]
    assert [find_part(name, standings) for name in "ab"] == [Part({}, (0, 7500)), Part({}, (7500, BUCKETS))]
    taken = [takers(standings, "138", number * STRIDE % BUCKETS) for number in range(1, 401)]
    assert {*map(len, taken)} == {1}
    for start in range(0, 400, 40):
        assert 28 <= Counter(name for (name,) in taken[start : start + 40])["a"] <= 32


def test_what_is_tried_again_may_go_elsewhere() -> None:
    standings = [standing("a"), standing("b")]
    for number in range(1, 50):
        tries = {takers(standings, None, (number + tried) * STRIDE % BUCKETS)[0] for tried in range(6)}
        assert tries == {"a", "b"}


def test_a_carrier_goes_to_those_who_take_it_and_a_number_of_none_to_those_who_take_all() -> None:
    standings = [
        standing("mobile", carriers=frozenset({Carrier.MOBILE})),
        standing("unicom", carriers=frozenset({Carrier.UNICOM})),
        standing("any"),
    ]
    buckets = range(0, BUCKETS, 100)
    for prefix, wanted in {
        "138": {"mobile", "any"},
        "131": {"unicom", "any"},
        "199": {"any"},
        "192": {"any"},
        "170": {"any"},
        None: {"any"},
    }.items():
        assert {name for bucket in buckets for name in takers(standings, prefix, bucket)} == wanted


def test_one_that_is_off_gives_its_part_to_the_others_but_not_to_those_who_do_not_take_it() -> None:
    standings = [standing("mobile", carriers=frozenset({Carrier.MOBILE}), is_on=False), standing("any")]
    assert (find_part("mobile", standings), find_part("any", standings)) == (None, WHOLE)
    rest = [standing("mobile", carriers=frozenset({Carrier.MOBILE})), standing("rest", carriers=EVERYBODY - {"mobile"})]
    off = [standing("mobile", carriers=frozenset({Carrier.MOBILE}), is_on=False), rest[1]]
    assert takers(rest, "138", 0) == ["mobile"]
    assert takers(off, "138", 0) == []
    # Nobody takes all, so anybody takes the numbers of nobody knows whom.
    assert takers(off, "170", 0) == ["rest"]


_STANDINGS = st.builds(
    standing,
    st.just(""),
    st.integers(1, 1000),
    st.sampled_from([EVERYBODY, frozenset({Carrier.MOBILE}), EVERYBODY - {Carrier.MOBILE}]),
    is_on=st.booleans(),
    share=st.sampled_from([5, 10, 25, 50, 100]),
)


@given(st.lists(_STANDINGS, min_size=1, max_size=4), st.integers(0, BUCKETS - 1))
def test_nothing_is_in_two_parts_and_nothing_is_left_while_its_takers_are_on(made: list[Standing], bucket: int) -> None:
    standings = [
        standing(f"g{n}", each.route.weight, each.route.carriers, is_on=each.is_on, share=each.share)
        for n, each in enumerate(made)
    ]
    for prefix in PREFIXES:
        carrier = CARRIER_OF.get(prefix or "")
        may = [each for each in standings if carrier in each.route.carriers] if carrier else []
        if carrier is None:
            may = [each for each in standings if each.route.carriers == EVERYBODY] or standings
        assert len(takers(standings, prefix, bucket)) == any(each.is_on for each in may)
