"""Several gateways at once: a list of names, each with settings of its own that begin with its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.foundation.settings import SettingRefused
from supervision.messaging.gateways.carriers import CARRIER_OF, Carrier
from supervision.messaging.gateways.chosen import choose_gateways, listening_gateways, signer_of
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.route import Route, count_calls, count_seconds
from tests.factories.gateway_settings import Chosen, chosen_gateways
from tests.factories.simulator import RECEIPT_SECRET, SECRET

TWO = {
    "gateways": "yunmas, backup",
    "gateway_yunmas": "yunmas",
    "gateway_yunmas_url": "https://mas.example.cn:28888/sms/submit",
    "gateway_yunmas_company": "某县督查室",
    "gateway_yunmas_account": "ducha",
    "gateway_yunmas_sign": "SimSign01",
    "gateway_yunmas_secret_file": "口令",
    "gateway_yunmas_receipt_secret_file": "a1" * 32,
    "gateway_yunmas_carriers": "移动、广电",
    "gateway_yunmas_weight": "300",
    "gateway_backup": "http",
    "gateway_backup_url": "https://sms.example.cn",
    "gateway_backup_secret_file": SECRET,
    "gateway_backup_receipt_secret_file": RECEIPT_SECRET,
    "gateway_backup_rate": "20",
}


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Chosen]:
    with chosen_gateways(monkeypatch, tmp_path) as chosen:
        yield chosen


async def test_each_goes_by_its_name_and_has_its_own_settings(choose: Chosen) -> None:
    # What is set for the only gateway is nobody's among several.
    choose(**TWO, gateway="http", gateway_url="https://elsewhere.example.cn", gateway_rate="7")
    routes = choose_gateways()[False]
    assert [(route.name, route.weight, route.carriers) for route in routes] == [
        ("yunmas", 300, frozenset({Carrier.MOBILE, Carrier.BROADNET})),
        ("backup", 100, frozenset(Carrier)),
    ]
    assert [route.gateway.capabilities.rate_per_second for route in routes] == [None, 20]
    for route in routes:
        await route.gateway.aclose()
    assert [route.name for route in choose_gateways()[True]] == ["console"]
    # Each is found by its own name when its receipts come.
    headers = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    is_test, gateway = signer_of("yunmas", headers, b"[]", token="a1" * 32)
    assert (is_test, gateway.name) == (False, "yunmas")


async def test_two_of_one_kind_and_a_list_of_test_gateways(choose: Chosen) -> None:
    choose(
        test_gateways="a,b",
        test_gateway_a="http",
        test_gateway_a_url="https://a.example.cn",
        test_gateway_a_secret_file=SECRET,
        test_gateway_b="http",
        test_gateway_b_url="https://b.example.cn",
        test_gateway_b_secret_file=RECEIPT_SECRET,
    )
    routes = choose_gateways()[True]
    assert [route.name for route in routes] == ["a", "b"]
    for route in routes:
        await route.gateway.aclose()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"gateways": "yunmas,url"}, "DUCHA_GATEWAYS"),
        ({"gateways": "yunmas,receipt"}, "DUCHA_GATEWAYS"),
        ({"gateways": "yunmas,yunmas"}, "DUCHA_GATEWAYS"),
        ({"gateways": "yunmas,Backup"}, "DUCHA_GATEWAYS"),
        ({"gateways": "yunmas,back_up"}, "DUCHA_GATEWAYS"),
        ({"gateways": "yunmas,backup,third"}, "DUCHA_GATEWAY_THIRD"),
        ({"gateway_backup_carriers": "移动,铁通"}, "DUCHA_GATEWAY_BACKUP_CARRIERS"),
        ({"gateway_backup_carriers": "移动,联通"}, "DUCHA_GATEWAY_…_CARRIERS"),
        ({"gateway_backup_url": "http://sms.example.cn"}, "DUCHA_GATEWAY_BACKUP_URL"),
        ({"gateway_backup_secret_file": ""}, "DUCHA_GATEWAY_BACKUP_SECRET_FILE"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_in_both_languages(choose: Chosen, wrong: dict[str, str], named: str) -> None:
    choose(**TWO | wrong)
    with pytest.raises(SettingRefused, match=rf"{named}\b(?s:.)*\n(?s:.)*{named}"):
        choose_gateways()


@pytest.mark.parametrize("wrong", [{"gateway_backup_weight": "0"}, {"gateway_backup": "smtp"}], ids=str)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(choose: Chosen, wrong: dict[str, str]) -> None:
    choose(**TWO | wrong)
    ((name, _),) = wrong.items()
    with pytest.raises(SettingRefused, match=f"DUCHA_{name.upper()}: "):
        choose_gateways()


def test_no_two_of_several_share_a_secret(choose: Chosen) -> None:
    choose(**TWO | {"gateway_backup_receipt_secret_file": SECRET})
    with pytest.raises(SettingRefused, match="no two are the same"):
        listening_gateways()


def test_the_preview_counts_calls_and_time_by_the_parts() -> None:
    quick, slow = ConsoleGateway(None), HttpGateway("http://127.0.0.1:9", SECRET, rate_per_second=10)
    assert count_calls([Route(quick)], 1000) == 2
    assert count_seconds([Route(quick)], 1000) is None
    routes = [Route(quick, 300), Route(slow, 100)]
    assert count_calls(routes, 4000) == 6 + 2
    assert count_seconds(routes, 4000) == 100


def test_each_carrier_has_prefixes_and_each_prefix_one_carrier() -> None:
    assert set(CARRIER_OF.values()) == set(Carrier)
    assert all(len(prefix) == 3 and prefix.startswith("1") for prefix in CARRIER_OF)
    assert (CARRIER_OF["139"], CARRIER_OF["186"], CARRIER_OF["189"], CARRIER_OF["192"]) == (
        Carrier.MOBILE,
        Carrier.UNICOM,
        Carrier.TELECOM,
        Carrier.BROADNET,
    )
    assert not {"170", "174"} & CARRIER_OF.keys()
