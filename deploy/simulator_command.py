"""`ducha simulator`: a gateway that sends nothing, for those who connect a gateway or a front end."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError
from rich.console import Console

from deploy.simulator.app import serve
from deploy.simulator.behaviour import Behaviour
from deploy.simulator.ledger import Entry, SubmissionLedger
from deploy.simulator.secrets_folder import SecretsFolder
from deploy.simulator.spoken import PROTOCOLS, Surroundings
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.clock import SHANGHAI, real_now
from supervision.foundation.connections import is_loopback

console = Console()
# What is told of an event; the summary of the ledger names the same.
_EVENTS_ZH = {
    "accepted": "接收",
    "duplicate": "重复，未再接收",
    "refused": "拒绝",
    "throttled": "限流",
    "delivered": "已送达",
    "failed": "未送达",
    "receipt_sent": "回执已取走",
    "receipt_given_up": "回执无人接收",
}


class ProtocolName(StrEnum):
    HTTP = "http"
    YUNMAS = "yunmas"
    ALIYUN = "aliyun"
    CMPP = "cmpp"


class ReceiptMode(StrEnum):
    NORMAL = "normal"
    TWICE = "twice"
    NEVER = "never"
    OUT_OF_ORDER = "out_of_order"
    BEFORE_RESPONSE = "before_response"


Prefixes = Annotated[list[str] | None, typer.Option(help="beginning of a number (+86199…); may be given several times")]


# Long because each misbehaviour is an option of its own, which is how typer is told.
def simulator(  # noqa: PLR0913 - likewise
    *,
    port: Annotated[int, typer.Option(help="on the loopback interface")] = 8090,
    cmpp_port: Annotated[int | None, typer.Option(help="of cmpp; the one behind the port if left out")] = None,
    protocol: Annotated[list[ProtocolName] | None, typer.Option(help="all of them if left out")] = None,
    folder: Annotated[Path, typer.Option(help="where secrets and ledger are kept")] = Path(".data/simulator"),
    receipts: Annotated[
        str | None, typer.Option(help="where Ducha answers, such as http://127.0.0.1:8000; without it they are held")
    ] = None,
    answer_delay: Annotated[float, typer.Option(help="seconds by which an answer comes after the acceptance")] = 0,
    drop_after_accept: Annotated[bool, typer.Option(help="accept, then break the answer off")] = False,
    answer_twice: Annotated[bool, typer.Option(help="put the answer twice into one body")] = False,
    answer_code: Annotated[str | None, typer.Option(help="yunmas, aliyun, cmpp: decline all with this code")] = None,
    fail_rate: Annotated[float, typer.Option(help="share of submissions answered 503, nothing taken")] = 0,
    throttle: Annotated[float | None, typer.Option(help="messages a second that are taken")] = None,
    refuse_prefix: Prefixes = None,
    fail_prefix: Prefixes = None,
    unregistered_prefix: Prefixes = None,
    fail_long_texts: Annotated[bool, typer.Option(help="one part of a long text does not arrive")] = False,
    receipt_mode: Annotated[ReceiptMode, typer.Option(help="of the receipts")] = ReceiptMode.NORMAL,
    receipt_delay: Annotated[tuple[float, float], typer.Option(help="seconds, at least and at most")] = (0.05, 0.5),
    seed: Annotated[int, typer.Option(help="of everything that happens by chance")] = 0,
    quiet: Annotated[bool, typer.Option(help="do not tell each event")] = False,
) -> None:
    """短信网关模拟器: speak gateways' protocols, send nothing, keep a ledger, misbehave as told (docs/gateways.md)."""
    if receipts and not is_loopback(urlsplit(receipts).hostname or ""):
        raise typer.BadParameter(f"模拟器只向本机发送回执。 Receipts stay on the loopback interface, unlike {receipts}")
    misbehaviour = {
        "answer_delay_s": answer_delay,
        "drop_after_accept": drop_after_accept,
        "answer_twice": answer_twice,
        "answer_code": answer_code,
        "fail_rate": fail_rate,
        "throttle_per_second": throttle,
        "refuse_prefixes": refuse_prefix or (),
        "receipt": {
            "mode": receipt_mode,
            "delay_min_s": receipt_delay[0],
            "delay_max_s": receipt_delay[1],
            "fail_prefixes": fail_prefix or (),
            "unregistered_prefixes": unregistered_prefix or (),
            "fail_long_texts": fail_long_texts,
        },
    }
    try:
        behaviour = Behaviour.model_validate(misbehaviour)
    except ValidationError as error:
        raise typer.BadParameter("; ".join(str(each["msg"]) for each in error.errors())) from None
    ledger = SubmissionLedger(folder / "ledger.jsonl", (lambda *_: None) if quiet else _tell)
    desk = SubmissionDesk(ledger, seed)
    desk.behave(behaviour)
    ducha = receipts.rstrip("/") if receipts else None
    here = Surroundings(desk, SecretsFolder(folder), port, ducha, cmpp_port or port + 1)
    spoken = [PROTOCOLS[name](here) for name in protocol or ProtocolName]
    console.print(f"短信网关模拟器 http://127.0.0.1:{port}   台账/ledger {folder / 'ledger.jsonl'}", soft_wrap=True)
    for _, settings in spoken:
        console.print("\n# 督查系统的设置 / settings of Ducha", style="bold")
        for field, value in settings.items():
            console.print(f"DUCHA_GATEWAY{field}={value}", soft_wrap=True, markup=False, highlight=False)
    console.print("\n行为/behaviour: PUT /behaviour   Ctrl-C 停止/stops", soft_wrap=True)
    serve(desk, [protocol for protocol, _ in spoken], port)


def _tell(event: str, entry: Entry) -> None:
    at: datetime = real_now().astimezone(SHANGHAI)
    number = f"{entry.telephone[:6]}****{entry.telephone[-4:]}"
    why = f" {entry.code}" if entry.code else ""
    line = f"{at:%H:%M:%S} {entry.protocol:6} {number} {_EVENTS_ZH[event]} {event}{why} {entry.id}"
    console.print(line, soft_wrap=True, markup=False, highlight=False)
