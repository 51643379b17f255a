"""What a gateway of CMPP delivers, as lines of our own that can be kept: status reports and replies."""

import hashlib
from collections.abc import Sequence

import orjson
import structlog

from supervision.foundation.clock import SHANGHAI, real_now
from supervision.messaging.gateways import ReceiptLine, Reply
from supervision.messaging.gateways.cmpp_codec import Deliver, Report
from supervision.messaging.gateways.cmpp_fields import MalformedFrame
from supervision.messaging.gateways.cmpp_texts import read_text
from supervision.messaging.gateways.numbers import domestic, local_moment, word
from supervision.messaging.gateways.vendor_lines import read_lines

_DONE, _AT = "%y%m%d%H%M", "%Y%m%d%H%M%S"
_log = structlog.get_logger()


def write_lines(delivered: Sequence[Deliver]) -> bytes:
    """Write what was delivered; a report that is none of CMPP 3.0 is passed over."""
    return orjson.dumps([line for each in delivered if (line := _line(each))])


def name_of(reply: Deliver) -> str:
    """Return what a reply is known by when it is delivered again, because our answer did not arrive."""
    return hashlib.sha256(reply.body()).hexdigest()


def read_reports(raw: bytes) -> list[ReceiptLine]:
    return [
        ReceiptLine(None, reference, code == "DELIVRD", code, local_moment(line.get("done"), _DONE))
        for line in read_lines(raw)
        if (reference := word(line.get("reference"))) and (code := word(line.get("status")))
    ]


def read_replies(raw: bytes) -> list[Reply]:
    return [
        Reply(f"+86{mobile}", line["text"], local_moment(line.get("at"), _AT))
        for line in read_lines(raw)
        if isinstance(line.get("text"), str) and (mobile := domestic(line.get("number")))
    ]


def _line(delivered: Deliver) -> dict[str, str] | None:
    if not delivered.is_report:
        text = read_text(delivered.content, delivered.message_format, has_header=delivered.has_header)
        # Nothing that a column of text could not hold.
        at = f"{real_now().astimezone(SHANGHAI):{_AT}}"
        return {"number": delivered.number, "text": text.replace("\x00", ""), "at": at}
    try:
        report = Report.read(delivered.content)
    except MalformedFrame as error:
        _log.warning("receipts_passed_over", gateway="cmpp", reason=str(error))
        return None
    # The number is left out: a report is found by its reference.
    return {"reference": str(report.message_id), "status": report.status, "done": report.done}
