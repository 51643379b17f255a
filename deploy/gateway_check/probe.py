import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import orjson
from pydantic import ValidationError
from standardwebhooks import Webhook

from deploy.gateway_check.receipt_listener import ReceiptListener
from supervision.foundation.clock import real_now
from supervision.messaging.gateways.lines import WireFound, WireResult

Message = dict[str, str]


class Breach(Exception):  # noqa: N818 - names what the gateway does otherwise
    """The gateway does otherwise than the protocol says, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Unseen(Exception):  # noqa: N818 - likewise
    """There was no occasion to see it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass
class Probe:
    """Talks to the gateway that is tried; every message goes to one number."""

    url: str
    secret: str
    receipt_secret: str
    telephone: str
    batch: int
    patience_seconds: float
    listener: ReceiptListener
    accepted: dict[str, str | None] = field(default_factory=dict)
    # Ids that no earlier run has used: the gateway sends each of them once, for ever.
    _ids: Any = field(default_factory=lambda: count(time.time_ns() // 1000))

    def message(self) -> Message:
        number = str(next(self._ids))
        return {"id": number, "telephone": self.telephone, "text": f"【督查室】网关联调 {number}，请忽略。"}

    def post(
        self,
        path: str,
        question: object,
        *,
        secret: str | None = None,
        age: timedelta = timedelta(),
        alter: Callable[[bytes], bytes] = lambda body: body,
    ) -> httpx.Response:
        body = question if isinstance(question, bytes) else orjson.dumps(question)
        at: datetime = real_now() - age
        call = f"req_{secrets.token_hex(16)}"
        headers = {
            "content-type": "application/json",
            "webhook-id": call,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(call, at, body.decode()),
        }
        try:
            return httpx.post(f"{self.url}/{path}", content=alter(body), headers=headers, timeout=30, trust_env=False)
        except httpx.HTTPError as error:
            raise Breach(f"没有应答：{error}", f"no answer: {error}") from None

    def submit(self, messages: Sequence[Message]) -> dict[str, WireResult]:
        """Submit and return the results by id; refuses answers that Ducha would not understand."""
        return self.results(self.post("messages", {"messages": messages}), messages)

    def results(self, answer: httpx.Response, messages: Sequence[Message]) -> dict[str, WireResult]:
        if answer.status_code != httpx.codes.OK:
            raise Breach(f"应答 {answer.status_code}，应为 200", f"it answered {answer.status_code}, and not 200")
        results = {line.id: line for line in _read(WireResult, answer, "results")}
        missing = {message["id"] for message in messages} - results.keys()
        if missing:
            raise Breach(f"{len(missing)} 个 id 没有结果", f"{len(missing)} ids have no result")
        self.accepted |= {line.id: line.reference for line in results.values() if line.status == "accepted"}
        return results

    def query(self, ids: Sequence[str]) -> dict[str, WireFound]:
        answer = self.post("messages/query", {"ids": ids})
        if answer.status_code != httpx.codes.OK:
            raise Breach(f"查询应答 {answer.status_code}", f"the query was answered {answer.status_code}")
        return {line.id: line for line in _read(WireFound, answer, "messages")}


def _read(model: type[Any], answer: httpx.Response, name: str) -> list[Any]:
    try:
        lines = orjson.loads(answer.content)[name]
        return [model.model_validate(line) for line in lines]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Breach(f"应答不是带有 {name} 列表的 JSON", f"the answer is no JSON with a list of {name}") from None
    except ValidationError as error:
        place = "/".join(map(str, error.errors()[0]["loc"]))
        raise Breach(f"{name} 中 {place} 的值不合协议", f"a value of {place} in {name} is not the protocol's") from None
