"""The frames of CMPP 3.0 (中国移动通信互联网短信网关接口协议) as bytes: pure functions, nothing of the network.

A frame has a header (length, command, sequence) and the body of its command. Only what a service provider (SP) and its
gateway (ISMG) say to each other is here. Texts within frames are bytes: `cmpp_texts` knows what they say.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Self

from supervision.messaging.gateways.cmpp_fields import (
    MalformedFrame,
    UnfitValue,
    content_of,
    exactly,
    octets,
    sized,
    unpack,
    word,
)

VERSION = 0x30
HEADER = struct.Struct(">III")
# A DELIVER has at most 109 bytes beside its content; whoever announces much more does not speak CMPP.
LONGEST_FRAME = 512
_REPORT = struct.Struct(">Q7s10s10s32sI")
# Up to the length of the content.
_SUBMIT = struct.Struct(">QBBBB10sB32sBBBB6s2s6s17s17s21sB32sB")
_DELIVER = struct.Struct(">Q21s10sBBB32sBB")
_LINK_ID = 20
# The provider pays (Fee_UserType), and the person who reads it nothing (FeeType, FeeCode).
_PROVIDER_PAYS, _FREE, _NO_FEE = 2, b"01", b"000000"


@dataclass(frozen=True, slots=True)
class Connect:
    command: ClassVar = 0x00000001
    source_address: str
    authenticator: bytes = field(repr=False)
    timestamp: int
    version: int = VERSION

    def body(self) -> bytes:
        head = octets(self.source_address, 6) + exactly(self.authenticator, 16)
        return head + struct.pack(">BI", self.version, self.timestamp)

    @classmethod
    def read(cls, body: bytes) -> Self:
        source, authenticator, version, timestamp = unpack(">6s16sBI", body)
        return cls(word(source), authenticator, timestamp, version)


@dataclass(frozen=True, slots=True)
class ConnectAnswer:
    command: ClassVar = 0x80000001
    status: int
    authenticator: bytes = field(repr=False)
    version: int = VERSION

    def body(self) -> bytes:
        return struct.pack(">I", self.status) + exactly(self.authenticator, 16) + bytes([self.version])

    @classmethod
    def read(cls, body: bytes) -> Self:
        return cls(*unpack(">I16sB", body))


@dataclass(frozen=True, slots=True)
class Submit:
    """One part to one number; what it costs is the provider's, and nothing to the person who reads it."""

    command: ClassVar = 0x00000004
    source: str  # Msg_src: the provider's own code
    service: str
    source_number: str  # Src_Id: the number that the telephone shows
    number: str = field(repr=False)
    content: bytes = field(repr=False)
    part: int = 1
    parts: int = 1
    message_format: int = 8
    message_id: int = 0

    def body(self) -> bytes:
        if not 1 <= self.part <= self.parts:
            raise UnfitValue(f"part {self.part} of {self.parts}")
        wants_report, level, pid, many, number_type = 1, 0, 0, 1, 0
        head = _SUBMIT.pack(
            self.message_id, self.parts, self.part, wants_report, level, octets(self.service, 10), _PROVIDER_PAYS, b"",
            number_type, pid, int(self.parts > 1), self.message_format, octets(self.source, 6), _FREE, _NO_FEE,
            b"", b"", octets(self.source_number, 21), many, octets(self.number, 32), number_type,
        )  # fmt: skip
        return head + sized(self.content) + bytes(_LINK_ID)

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = unpack(_SUBMIT.format, body[: _SUBMIT.size])
        message_id, parts, part, _, _, service, _, _, _, _, _, message_format, source = fields[:13]
        source_number, many, number, _ = fields[17:]
        content = content_of(body, begins=_SUBMIT.size, tail=_LINK_ID)
        if many != 1 or not 1 <= part <= parts:
            raise MalformedFrame(f"a SUBMIT to {many} numbers, of part {part} of {parts}")
        words = word(source), word(service), word(source_number), word(number)
        return cls(*words, content, part, parts, message_format, message_id)


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    command: ClassVar = 0x80000004
    message_id: int
    result: int

    def body(self) -> bytes:
        return struct.pack(">QI", self.message_id, self.result)

    @classmethod
    def read(cls, body: bytes) -> Self:
        return cls(*unpack(">QI", body))


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one part: the content of a DELIVER that is a status report (状态报告)."""

    message_id: int
    status: str
    submitted: str
    done: str  # YYMMDDhhmm
    number: str = field(repr=False)
    sequence: int = 0

    def content(self) -> bytes:
        return _REPORT.pack(
            self.message_id,
            octets(self.status, 7),
            octets(self.submitted, 10),
            octets(self.done, 10),
            octets(self.number, 32),
            self.sequence,
        )

    @classmethod
    def read(cls, content: bytes) -> Self:
        message_id, *words, sequence = unpack(_REPORT.format, content)
        status, submitted, done, number = map(word, words)
        return cls(message_id, status, submitted, done, number, sequence)


@dataclass(frozen=True, slots=True)
class Deliver:
    """What the gateway hands to us: a status report, or a reply (上行)."""

    command: ClassVar = 0x00000005
    message_id: int
    destination: str
    service: str
    number: str = field(repr=False)  # whose reply it is
    content: bytes = field(repr=False)
    is_report: bool = False
    has_header: bool = False
    message_format: int = 0

    def body(self) -> bytes:
        head = _DELIVER.pack(
            self.message_id, octets(self.destination, 21), octets(self.service, 10), 0, int(self.has_header),
            self.message_format, octets(self.number, 32), 0, int(self.is_report),
        )  # fmt: skip
        return head + sized(self.content) + bytes(_LINK_ID)

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = unpack(_DELIVER.format, body[: _DELIVER.size])
        message_id, destination, service, _, has_header, message_format, number, _, is_report = fields
        content = content_of(body, begins=_DELIVER.size, tail=_LINK_ID)
        return cls(
            message_id, word(destination), word(service), word(number), content,
            is_report=is_report == 1, has_header=has_header == 1, message_format=message_format,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeliverAnswer:
    command: ClassVar = 0x80000005
    message_id: int
    result: int = 0

    def body(self) -> bytes:
        return struct.pack(">QI", self.message_id, self.result)

    @classmethod
    def read(cls, body: bytes) -> Self:
        return cls(*unpack(">QI", body))


@dataclass(frozen=True, slots=True)
class _Empty:
    def body(self) -> bytes:
        return b""

    @classmethod
    def read(cls, body: bytes) -> Self:
        unpack(">", body)
        return cls()


class Terminate(_Empty):
    command: ClassVar = 0x00000002


class TerminateAnswer(_Empty):
    command: ClassVar = 0x80000002


class ActiveTest(_Empty):
    command: ClassVar = 0x00000008


@dataclass(frozen=True, slots=True)
class ActiveTestAnswer:
    command: ClassVar = 0x80000008

    def body(self) -> bytes:
        return b"\x00"

    @classmethod
    def read(cls, body: bytes) -> Self:
        unpack(">B", body)
        return cls()


Frame = (
    Connect
    | ConnectAnswer
    | Submit
    | SubmitAnswer
    | Deliver
    | DeliverAnswer
    | Terminate
    | TerminateAnswer
    | ActiveTest
    | ActiveTestAnswer
)
_KINDS: Mapping[int, type[Frame]] = MappingProxyType(
    {
        kind.command: kind
        for kind in (
            Connect, ConnectAnswer, Submit, SubmitAnswer, Deliver, DeliverAnswer,
            Terminate, TerminateAnswer, ActiveTest, ActiveTestAnswer,
        )
    }
)  # fmt: skip


def write(frame: Frame, sequence: int) -> bytes:
    """Return the bytes of a frame; refuses a value that its field cannot hold (`UnfitValue`)."""
    try:
        body = frame.body()
        return HEADER.pack(HEADER.size + len(body), frame.command, sequence) + body
    except struct.error as error:
        raise UnfitValue(str(error)) from None


def rest_after(header: bytes) -> int:
    """Return how many bytes follow a header; refuses a length beyond any frame's before a byte of it is read."""
    length = HEADER.unpack(header)[0]
    if not HEADER.size <= length <= LONGEST_FRAME:
        raise MalformedFrame(f"a frame of {length} bytes")
    return int(length) - HEADER.size


def read(header: bytes, body: bytes) -> tuple[int, Frame]:
    """Return the sequence of a frame, and the frame; refuses what is none, or has another length than it says."""
    if rest_after(header) != len(body):
        raise MalformedFrame("a frame of another length than it says")
    _, command, sequence = HEADER.unpack(header)
    if command not in _KINDS:
        raise MalformedFrame(f"command {command:#010x}")
    return sequence, _KINDS[command].read(body)
