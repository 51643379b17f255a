"""The frames of CMPP: what we write we read again, what is none is refused, and tshark reads the same."""

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.messaging import rules
from supervision.messaging.gateways import cmpp_codec as cmpp
from supervision.messaging.gateways.cmpp_fields import MalformedFrame, UnfitValue
from supervision.messaging.gateways.cmpp_texts import prove_gateway, prove_provider, read_text, write_parts
from tests.factories.cmpp import dissect

_ids = st.integers(0, 2**64 - 1)
_status = st.integers(0, 2**32 - 1)


def _words(size: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=size)


_contents = st.binary(max_size=160)
_frames: st.SearchStrategy[Any] = st.one_of(
    st.builds(cmpp.Connect, _words(6), st.binary(min_size=16, max_size=16), _status),
    st.builds(cmpp.ConnectAnswer, _status, st.binary(min_size=16, max_size=16)),
    st.integers(1, 255).flatmap(
        lambda parts: st.builds(
            cmpp.Submit,
            _words(6),
            _words(10),
            _words(21),
            _words(32),
            _contents,
            st.integers(1, parts),
            st.just(parts),
            st.sampled_from([0, 8, 15]),
        )
    ),
    st.builds(cmpp.SubmitAnswer, _ids, _status),
    st.builds(
        cmpp.Deliver,
        _ids,
        _words(21),
        _words(10),
        _words(32),
        _contents,
        is_report=st.booleans(),
        has_header=st.booleans(),
        message_format=st.sampled_from([0, 8, 15]),
    ),
    st.builds(cmpp.DeliverAnswer, _ids, _status),
    st.sampled_from([cmpp.Terminate(), cmpp.TerminateAnswer(), cmpp.ActiveTest(), cmpp.ActiveTestAnswer()]),
)


@given(_frames, _status)
def test_what_is_written_is_read_again(frame: Any, sequence: int) -> None:
    written = cmpp.write(frame, sequence)
    assert cmpp.rest_after(written[:12]) == len(written) - 12
    assert cmpp.read(written[:12], written[12:]) == (sequence, frame)


@given(_frames, st.data())
def test_what_is_cut_off_or_altered_is_refused_or_read_and_never_breaks(frame: Any, data: st.DataObject) -> None:
    written = cmpp.write(frame, 1)
    body = written[12:]
    with pytest.raises(MalformedFrame):
        cmpp.read(written[:12], body + b"\x00")
    if body:
        with pytest.raises(MalformedFrame):
            cmpp.read(written[:12], body[:-1])
        # Its length mended, its end is still missing.
        shorter = data.draw(st.integers(0, len(body) - 1))
        with pytest.raises(MalformedFrame):
            cmpp.read(struct.pack(">I", 12 + shorter) + written[4:12], body[:shorter])
    noise = data.draw(st.binary(min_size=len(body), max_size=len(body)))
    with suppress(MalformedFrame):
        cmpp.read(written[:12], noise)


@given(_ids, _words(7), _words(10), _words(32), _status)
def test_a_report_is_read_again(message_id: int, status: str, moment: str, number: str, sequence: int) -> None:
    report = cmpp.Report(message_id, status, moment, moment, number, sequence)
    content = report.content()
    assert len(content) == 71
    assert cmpp.Report.read(content) == report
    with pytest.raises(MalformedFrame):
        cmpp.Report.read(content[:-11])  # that of CMPP 2.0


@pytest.mark.parametrize("length", [0, 11, 513, 2**32 - 1])
def test_a_length_beyond_any_frame_is_refused_before_it_is_read(length: int) -> None:
    with pytest.raises(MalformedFrame):
        cmpp.rest_after(struct.pack(">III", length, 5, 1))


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(MalformedFrame):
        cmpp.read(struct.pack(">III", 12, 0x99, 1), b"")


@pytest.mark.parametrize(
    "frame",
    [
        cmpp.Submit("901234", "DUCHA", "10690000", "督查", b""),
        cmpp.Submit("9012345", "DUCHA", "10690000", "13800000000", b""),
        cmpp.Submit("901234", "DUCHA", "10690000", "13800000000", bytes(161)),
        cmpp.Submit("901234", "DUCHA", "10690000", "13800000000", b"", part=2),
        cmpp.Submit("901234", "DUCHA", "10690000", "13800000000", b"", parts=256),
        cmpp.Connect("901234", bytes(15), 1),
    ],
)
def test_what_no_field_holds_is_not_written(frame: cmpp.Submit) -> None:
    with pytest.raises(UnfitValue):
        cmpp.write(frame, 1)


_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=600)


@given(_texts, st.integers(0, 2**62))
def test_parts_are_those_that_are_counted_and_together_they_are_the_text(text: str, name: int) -> None:
    contents = write_parts(text, name)
    assert len(contents) == len(rules.cut_into_segments(text))
    assert all(len(content) <= 140 for content in contents)
    is_long = len(contents) > 1
    # Surrogates stand together, or a part would hold what is no character.
    assert "".join(read_text(content, 8, has_header=is_long) for content in contents) == text
    if is_long:
        heads = [content[:6] for content in contents]
        assert heads == [bytes([5, 0, 3, name % 256, len(contents), part]) for part in range(1, len(contents) + 1)]


@pytest.mark.parametrize(("units", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3), (536, 8)])
def test_the_bounds_of_parts(units: int, parts: int) -> None:
    assert len(write_parts("督" * units, 1)) == parts


MESSAGE_ID = 2**60 + 7


def test_tshark_reads_how_a_session_begins_and_ends() -> None:
    proof = prove_provider("901234", "secret", 1128165535)
    connect, connected, *rest = dissect(
        [
            cmpp.Connect("901234", proof, 1128165535),
            cmpp.ConnectAnswer(0, prove_gateway(0, proof, "secret")),
            cmpp.ActiveTest(),
            cmpp.ActiveTestAnswer(),
            cmpp.Terminate(),
            cmpp.TerminateAnswer(),
        ]
    )
    assert connect["cmpp.connect.Source_Addr"] == "901234"
    assert connect["cmpp.Version"] == connected["cmpp.Version"] == "03.00"
    assert connect["cmpp.connect.Timestamp"] == "11/28 16:55:35"
    assert connected["cmpp.connect_resp.Status"] == "0"
    assert [frame["cmpp.Command_Id"] for frame in rest] == ["0x00000008", "0x80000008", "0x00000002", "0x80000002"]


def test_tshark_reads_the_parts_of_a_long_text() -> None:
    contents = write_parts("【示例县督查室】" + "请于明日下班前报送重点工作进展情况" * 5, 0x2A)
    parts = [
        cmpp.Submit("901234", "DUCHA", "10690000", "13800000000", content, part, len(contents))
        for part, content in enumerate(contents, start=1)
    ]
    *told, answer = dissect([*parts, cmpp.SubmitAnswer(MESSAGE_ID, 8)])
    for frame, part in zip(told, parts, strict=True):
        wanted = {
            "submit.Pk_total": "2", "submit.Pk_number": str(part.part), "submit.Registered_Delivery": "1",
            "Servicd_Id": "DUCHA", "submit.Fee_UserType": "2", "TP_udhi": "1", "Msg_Fmt": "8",
            "submit.Msg_src": "901234", "submit.FeeType": "01", "submit.FeeCode": "000000", "submit.Src_Id": "10690000",
            "submit.DestUsr_tl": "1", "Dest_terminal_Id": "13800000000", "Msg_Length": str(len(part.content)),
            "LinkID": "",
        }  # fmt: skip
        assert {name: frame[f"cmpp.{name}"] for name in wanted} == wanted
    assert answer["cmpp.submit_resp.Result"] == "8"
    assert answer["cmpp.Msg_Id"] == f"0x{MESSAGE_ID:016x}"


def test_tshark_reads_a_report_and_a_reply() -> None:
    report = cmpp.Report(MESSAGE_ID, "DELIVRD", "2611281655", "2611281656", "13800000000", 9)
    reported, reply, taken = dissect(
        [
            cmpp.Deliver(5, "10690000", "DUCHA", "13800000000", report.content(), is_report=True),
            cmpp.Deliver(6, "10690000", "DUCHA", "13800000000", "已阅".encode("utf-16-be"), message_format=8),
            cmpp.DeliverAnswer(5, 0),
        ]
    )
    assert reported["cmpp.deliver.Registered_Delivery"] == "1"
    assert reported["cmpp.deliver.Report.Status"] == "DELIVRD"
    assert reported["cmpp.deliver.Report.Done_time"] == "2611281656"
    assert reported["cmpp.Report.SMSC_sequence"] == "9"
    assert reply["cmpp.deliver.Dest_Id"] == "10690000"
    assert reply["cmpp.deliver.Src_terminal_Id"] == "13800000000"
    assert (reply["cmpp.Msg_Fmt"], reply["cmpp.Msg_Length"], reply["cmpp.LinkID"]) == ("8", "4", "")
    assert taken["cmpp.deliver_resp.Result"] == "0"
