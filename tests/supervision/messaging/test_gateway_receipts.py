import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from supervision.foundation.clock import real_now
from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt
from supervision.messaging.gateways import (
    ReceiptLine,
)
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from supervision.messaging.gateways.http import HttpGateway
from tests.factories.simulator import SECRET

LISTENING = HttpGateway("http://127.0.0.1:9", receipt_secret=SECRET)  # only ever reads receipts


def signed(body: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    at = at or real_now()
    return {
        "Webhook-Id": "rcp_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("rcp_1", at, body.decode()),
    }


BODY = b'{"receipts": []}'


def test_a_signature_of_ours_is_taken() -> None:
    LISTENING.verify_receipt(signed(BODY), BODY)
    LISTENING.verify_receipt(signed(BODY, at=real_now() - timedelta(minutes=4)), BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (signed(BODY), BODY + b" "),
        (signed(BODY), b"\xff\xfe"),
        (signed(BODY, at=real_now() - timedelta(minutes=6)), BODY),
        (signed(BODY, at=real_now() + timedelta(hours=2)), BODY),
        (signed(BODY, secret="whsec_YW5vdGhlciBzZWNyZXQ="), BODY),
        ({**signed(BODY), "Webhook-Id": "rcp_2"}, BODY),
        ({**signed(BODY), "Webhook-Timestamp": "nan"}, BODY),
        ({**signed(BODY), "Webhook-Timestamp": "9" * 40}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1"}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1,签名"}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v1,="}, BODY),
        ({**signed(BODY), "Webhook-Signature": "v2,x v1a,x"}, BODY),
    ],
)
def test_other_signatures_are_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(UnsignedReceipt):
        LISTENING.verify_receipt(headers, body)


@given(st.text(), st.text(), st.binary())
def test_no_header_and_no_body_breaks_the_check(stamp: str, signature: str, body: bytes) -> None:
    for timestamp in (stamp, str(int(real_now().timestamp()))):
        headers = {"webhook-id": "1", "webhook-timestamp": timestamp, "webhook-signature": signature}
        with pytest.raises(UnsignedReceipt):
            LISTENING.verify_receipt(headers, body)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"status": "delivered"},
        {"id": 7, "status": "delivered"},
        {"id": "seven", "status": "delivered"},
        {"id": "7\n", "status": "delivered"},
        {"id": "٧", "status": "delivered"},
        {"id": "9" * 19, "status": "delivered"},
        {"id": "7", "status": "read"},
        {"reference": "", "status": "failed"},
        {"reference": "a\x00", "status": "failed"},
        {"reference": "a" * 129, "status": "failed"},
        {"id": "7", "status": "failed", "code": "a\nb"},
        {"id": "7", "status": "failed", "at": "2016-01-15T09:00:00"},
        {"id": "7", "status": "failed", "at": "0001-01-01T00:00:00+08:00"},
        {"id": "7", "status": "failed", "at": "9999-12-31T23:59:59-08:00"},
        {"id": "7", "status": "failed", "at": "yesterday"},
        None,
    ],
)
def test_a_receipt_with_one_wrong_line_is_malformed(line: object) -> None:
    right = {"id": "7", "status": "delivered", "at": "2016-01-15T09:00:00+08:00", "later": "ignored"}
    assert LISTENING.parse_receipts(json.dumps({"receipts": [right]}).encode()) == [
        ReceiptLine("7", None, delivered=True, code=None, at=datetime(2016, 1, 15, 1, tzinfo=UTC))
    ]
    with pytest.raises(MalformedReceipt):
        LISTENING.parse_receipts(json.dumps({"receipts": [right, line]}).encode())


@given(st.binary() | st.sampled_from([b"{}", b"[]", b'{"receipts":{}}', b'{"receipts":[[' + b"[" * 5000]))
def test_bytes_that_are_no_receipt_are_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedReceipt):
        LISTENING.parse_receipts(raw)


@given(st.none() | st.text())
def test_no_code_breaks_the_table(code: str | None) -> None:
    assert classify(code).kind in CodeClass


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("DELIVRD", CodeClass.OK),
        ("delivrd ", CodeClass.OK),
        ("EXPIRED", CodeClass.ABSENT),
        ("REJECTD", CodeClass.BLOCKED),
        ("CB:0001", CodeClass.INVALID),
        ("CB:0099", CodeClass.GATEWAY),
        ("IB:0008", CodeClass.THROTTLED),
        ("MK:0004", CodeClass.ABSENT),
        ("http_429", CodeClass.THROTTLED),
        ("http_413", CodeClass.GATEWAY),
        ("never heard of", CodeClass.GATEWAY),
        (None, CodeClass.GATEWAY),
    ],
)
def test_codes_have_classes(code: str | None, kind: CodeClass) -> None:
    assert classify(code).kind is kind
