"""Each gateway has its own address and two secrets of its own, and each process only those of its direction."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.foundation.settings import SettingRefused
from supervision.messaging.gateways.chosen import choose_gateways, listening_gateways
from tests.factories.gateway_settings import Chosen, chosen_gateways
from tests.factories.simulator import RECEIPT_SECRET, SECRET

OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2YtYW5vdGhlci1nYXRld2F5"


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Chosen]:
    with chosen_gateways(monkeypatch, tmp_path) as chosen:
        yield chosen


@pytest.mark.parametrize(
    "url", ["https://sms.example.cn/v1", "http://127.0.0.1:9", "http://localhost:9", "http://[::1]"]
)
async def test_a_gateway_is_reached_by_https_or_on_this_machine(choose: Chosen, url: str) -> None:
    choose(gateway="http", gateway_url=url, gateway_secret_file=SECRET, gateway_receipt_secret_file=RECEIPT_SECRET)
    assert listening_gateways()[False][0].name == "http"
    gateways = choose_gateways()
    assert (gateways[False][0].name, gateways[True][0].name) == ("http", "console")
    await gateways[False][0].gateway.aclose()


@pytest.mark.parametrize("prefix", ["gateway", "test_gateway"])
@pytest.mark.parametrize("url", ["", "http://sms.example.cn", "http://10.1.2.3", "ftp://127.0.0.1", "https://", "sms"])
def test_another_address_is_refused_in_both_languages(choose: Chosen, prefix: str, url: str) -> None:
    choose(**{prefix: "http", f"{prefix}_url": url, f"{prefix}_secret_file": SECRET})
    choose(**{f"{prefix}_receipt_secret_file": RECEIPT_SECRET})
    name = f"DUCHA_{prefix.upper()}_URL"
    for opened in (choose_gateways, listening_gateways):
        with pytest.raises(SettingRefused, match=rf"请将 {name}(?s:.)*Set {name}"):
            opened()


def test_who_sends_needs_the_secret_of_sending_and_who_listens_that_of_receipts(choose: Chosen) -> None:
    choose(gateway="http", gateway_url="https://sms.example.cn")
    with pytest.raises(SettingRefused, match="DUCHA_GATEWAY_SECRET_FILE"):
        choose_gateways()
    with pytest.raises(SettingRefused, match="DUCHA_GATEWAY_RECEIPT_SECRET_FILE"):
        listening_gateways()
    choose(gateway_secret_file=SECRET)
    assert choose_gateways()[False][0].name == "http"
    with pytest.raises(SettingRefused, match="DUCHA_GATEWAY_RECEIPT_SECRET_FILE"):
        listening_gateways()


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_x"])
def test_what_is_no_secret_is_refused(choose: Chosen, secret: str) -> None:
    choose(gateway="http", gateway_url="https://sms.example.cn", gateway_secret_file=secret)
    with pytest.raises(SettingRefused, match="whsec_…"):
        choose_gateways()


@pytest.mark.parametrize(
    "secrets",
    [
        {"gateway_receipt_secret_file": RECEIPT_SECRET, "test_gateway_receipt_secret_file": RECEIPT_SECRET},
        {
            "gateway_receipt_secret_file": RECEIPT_SECRET,
            "gateway_secret_file": RECEIPT_SECRET,
            "test_gateway_receipt_secret_file": OTHER,
        },
    ],
)
def test_one_secret_does_not_serve_twice(choose: Chosen, secrets: dict[str, str]) -> None:
    choose(gateway="http", gateway_url="https://sms.example.cn", **secrets)
    choose(test_gateway="http", test_gateway_url="https://test.example.cn")
    with pytest.raises(SettingRefused, match="no two are the same"):
        listening_gateways()
    choose(gateway_receipt_secret_file=SECRET)
    assert listening_gateways()[True][0].name == "http"


YUNMAS = {
    "gateway": "yunmas",
    "gateway_url": "https://mas.example.cn:28888/sms/submit",
    "gateway_company": "某县督查室",
    "gateway_account": "ducha",
    "gateway_sign": "SimSign01",
    "gateway_secret_file": "口令 with blanks",
    "gateway_receipt_secret_file": "a1" * 32,
}


async def test_yunmas_is_opened_by_its_account(choose: Chosen) -> None:
    choose(**YUNMAS, gateway_rate="100", gateway_pulls="true")
    listening, sending = listening_gateways()[False][0].gateway, choose_gateways()[False][0].gateway
    assert (listening.name, sending.capabilities.batch_size, sending.capabilities.rate_per_second) == (
        "yunmas",
        5000,
        100,
    )
    assert sending.capabilities.pulls_receipts
    await sending.aclose()


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateway_company": " "},
        {"gateway_account": ""},
        {"gateway_sign": ""},
        {"gateway_secret_file": ""},
        {"gateway_receipt_secret_file": "short"},
        {"gateway_receipt_secret_file": "不是" * 20},
        {"gateway_url": "http://mas.example.cn:1992/sms/norsubmit"},
    ],
    ids=str,
)
def test_what_yunmas_lacks_is_named_in_both_languages(choose: Chosen, wrong: dict[str, str]) -> None:
    choose(**YUNMAS | wrong)
    (name,) = wrong
    with pytest.raises(SettingRefused, match=rf"请将 DUCHA_{name.upper()}(?s:.)*Set DUCHA_{name.upper()}"):
        choose_gateways()


def test_live_and_test_accounts_do_not_share_a_secret(choose: Chosen) -> None:
    choose(**YUNMAS, **{f"test_{name}": value for name, value in YUNMAS.items()})
    with pytest.raises(SettingRefused, match="no two are the same"):
        listening_gateways()
    choose(test_gateway_secret_file="another", test_gateway_receipt_secret_file="b2" * 32)
    assert listening_gateways()[True][0].name == "yunmas"


ALIYUN = {
    "gateway": "aliyun",
    "gateway_url": "https://dysmsapi.aliyuncs.com",
    "gateway_account": "LTAI5tExample",
    "gateway_templates_file": '{"SMS_1": "请于${deadline}前报送。"}',
    "gateway_secret_file": "secret",
    "gateway_receipt_secret_file": "a1" * 32,
}


async def test_aliyun_is_opened_by_its_key_and_templates(choose: Chosen) -> None:
    choose(**ALIYUN)
    sending = choose_gateways()[False][0].gateway
    assert (sending.name, sending.capabilities.batch_size, listening_gateways()[False][0].name) == (
        "aliyun",
        1000,
        "aliyun",
    )
    await sending.aclose()


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateway_account": ""},
        {"gateway_templates_file": "[]"},
        {"gateway_templates_file": '{"SMS_1": "${a}${a}"}'},
        {"gateway_secret_file": ""},
        {"gateway_receipt_secret_file": "short"},
    ],
    ids=str,
)
def test_what_aliyun_lacks_is_named_in_both_languages(choose: Chosen, wrong: dict[str, str]) -> None:
    choose(**ALIYUN | wrong)
    (name,) = wrong
    with pytest.raises(SettingRefused, match=rf"DUCHA_{name.upper()}(?s:.)*DUCHA_{name.upper()}"):
        choose_gateways()


CMPP = {
    "gateway": "cmpp",
    "gateway_account": "901234",
    "gateway_service": "DUCHA",
    "gateway_serial": "10690000",
    "gateway_secret_file": "password",
}


@pytest.mark.parametrize("url", ["cmpp://127.0.0.1:7890", "cmpp://10.1.2.3", "cmpps://gw.example.cn:7891"])
async def test_a_session_of_cmpp_is_read_by_nobody_else(choose: Chosen, url: str) -> None:
    choose(**CMPP, gateway_url=url)
    assert listening_gateways()[False][0].name == "cmpp"
    gateway = choose_gateways()[False][0].gateway
    assert (gateway.name, gateway.capabilities.batch_size) == ("cmpp", 16)
    await gateway.aclose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("gateway_url", url)
            for url in ("", "cmpp://", "cmpp://211.136.0.1:7890", "cmpp://gw.example.cn", "https://a.cn")
        ),
        ("gateway_account", ""),
        ("gateway_account", "9012345"),
        ("gateway_service", "督查"),
        ("gateway_serial", ""),
        ("gateway_secret_file", ""),
    ],
)
def test_what_no_frame_of_cmpp_holds_is_refused_in_both_languages(choose: Chosen, name: str, value: str) -> None:
    choose(**{**CMPP, "gateway_url": "cmpp://127.0.0.1:7890", name: value})
    with pytest.raises(SettingRefused) as refused:
        choose_gateways()
    assert str(refused.value).count(f"DUCHA_{name.upper()}") == 2
