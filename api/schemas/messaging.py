from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, Digits, Id, Line, MassPageOf, Moment, PageOf, Prose
from supervision.foundation.settings import GatewayKind
from supervision.identity.models import LeadershipLevel, Position, UnitKind
from supervision.messaging.gateways import Verdict
from supervision.messaging.gateways.carriers import Carrier
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.reachability import LastOutcome, NumberProblem
from supervision.messaging.states import BroadcastState, DecisionKind, MessageState, ReplyMeaning

TemplateName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40, examples=["notice"])]
GatewayToken = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{32,128}$", min_length=32, max_length=128)]
GatewayName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,19}$", max_length=20, examples=["http"])]
Variables = Annotated[dict[TemplateName, Prose], Field(max_length=20, examples=[{"text": "请于3月3日前报送进展。"}])]
Count = Annotated[int, Field(ge=0, le=2_147_483_647)]


class WriteTemplate(Body):
    name: TemplateName
    body: Prose


class TemplateOut(Answer):
    id: Id
    name: TemplateName
    version: int = Field(ge=1)
    body: str = Field(max_length=4000)
    created_at: datetime


class TemplatePage(PageOf[TemplateOut]):
    pass


class AudienceIn(Body):
    """Officials in post who meet all criteria (level, units, their kinds, positions), and those who are named.

    They are named one by one, as members of groups, or as parties of items.
    """

    min_level: LeadershipLevel | None = None
    unit_kinds: list[UnitKind] = Field(default=[], max_length=3)
    unit_ids: list[Id] = Field(default=[], max_length=200)
    positions: list[Position] = Field(default=[], max_length=6)
    official_ids: list[Id] = Field(default=[], max_length=1000)
    group_ids: list[Id] = Field(default=[], max_length=20, description="groups that the office keeps")
    item_ids: list[Id] = Field(
        default=[],
        max_length=50,
        description="lead leaders, responsible persons, and the handlers of responsible and supporting units",
    )
    excluded_ids: list[Id] = Field(default=[], max_length=1000, description="told in no case")


class PreviewBroadcast(Body):
    template: TemplateName
    variables: Variables
    audience: AudienceIn
    send_at: Moment | None = Field(default=None, description="when it is to leave; null: at once")


class ConfirmBroadcast(PreviewBroadcast):
    matter: Line = Field(description="what it is about; one matter is broadcast once")
    shown: str = Field(pattern=r"^[0-9a-f]{64}$", max_length=64, description="as the preview gave it")
    critical_reason: Line | None = Field(default=None, description="why it may leave in quiet hours (21:00–07:30)")


class LeftOut(Answer):
    no_number: Count
    left_post: Count
    duplicate_number: Count
    told_already: Count = Field(description="the same text goes to them within a day by another broadcast")


class PreviewOut(Answer):
    template: TemplateName
    template_version: int = Field(ge=1)
    text: str = Field(max_length=1000, description="as it leaves, signature first")
    parts: int = Field(ge=1, le=8)
    recipients: Count
    left_out: LeftOut
    gateway_calls: Count
    seconds: Count | None = Field(description="at the gateway's rate; null: as fast as it answers")
    send_at: datetime | None
    leaves_at: datetime = Field(description="later than asked for where that is in quiet hours (21:00–07:30)")
    shown: str = Field(max_length=64, description="stands for all of this; the confirmation needs it")


class BroadcastOut(Answer):
    id: Id
    template_id: Id
    matter: str = Field(max_length=300)
    text: str | None = Field(max_length=1000, description="null once it was erased")
    audience: dict[str, object] = Field(description="as it was described; a scheduled one describes itself")
    parts: int = Field(ge=1, le=8)
    recipients: Count
    left_out: LeftOut
    is_test: bool
    critical_reason: str | None = Field(max_length=200)
    send_at: datetime | None = Field(description="the moment that was asked for; null: at once")
    leaves_at: datetime | None = Field(description="from when on it leaves, after quiet hours; null: of long ago")
    state: BroadcastState
    state_by: Id | None = Field(description="who paused, resumed or cancelled it last")
    state_at: datetime | None
    state_reason: str | None = Field(max_length=200)
    confirmed_by: Id | None
    confirmed_at: datetime
    erased_at: datetime | None = Field(description="when its text was erased, after the time set for it")


class MessageCounts(Answer):
    queued: Count
    submitting: Count
    accepted: Count
    delivered: Count
    refused: Count
    failed: Count
    expired: Count
    unknown: Count
    cancelled: Count


class BroadcastDetail(BroadcastOut):
    messages: MessageCounts


class BroadcastPage(PageOf[BroadcastOut]):
    pass


class Meaning(Answer):
    kind: CodeClass
    zh: str = Field(max_length=200)
    en: str = Field(max_length=200)


class MessageOut(Answer):
    id: Digits
    broadcast_id: Id | None
    official_id: Id
    telephone: str | None = Field(max_length=20, description="masked; null once it was erased")
    template_id: Id
    text: str | None = Field(max_length=1000, description="null once it was erased")
    matter: str | None = Field(max_length=300)
    state: MessageState
    is_test: bool
    not_before: datetime
    queued_at: datetime
    tries: Count
    gateway: str | None = Field(max_length=20)
    reference: str | None = Field(max_length=128)
    code: str | None = Field(max_length=128)
    accepted_at: datetime | None
    finished_at: datetime | None
    erased_at: datetime | None = Field(description="when text and number were erased, after the time set for them")
    meaning: Meaning | None = Field(description="what the gateway's code means")
    decision: DecisionKind | None = Field(description="what was decided about a message that did not surely arrive")
    decision_reason: str | None = Field(max_length=200)
    decided_by: Id | None
    decided_at: datetime | None
    resent_as: Digits | None = Field(description="the message that goes in its place")


class AttemptOut(Answer):
    gateway: str = Field(max_length=20)
    started_at: datetime
    verdict: Verdict | None
    code: str | None = Field(max_length=128)
    finished_at: datetime | None


class MessageDetail(MessageOut):
    attempts: list[AttemptOut] = Field(max_length=1000)


class MessagePage(MassPageOf[MessageOut]):
    pass


class ReceiptsTaken(Answer):
    """What `http` and the vendors want to hear; some send again until they have read a code of 0."""

    status: Literal["kept"]
    lines: Count
    code: Literal[0]
    msg: Literal["接收成功"]


class ReplyOut(Answer):
    id: Digits
    official_id: Id
    official_name: str = Field(max_length=200)
    unit_id: Id
    message_id: Digits = Field(description="the message that it answers: the last one to the number")
    text: str | None = Field(max_length=1000, description="null once it was erased")
    at: datetime | None = Field(description="when it was sent, as the gateway says")
    received_at: datetime
    meaning: ReplyMeaning | None = Field(description="null until it is read")
    note: str | None = Field(max_length=200)
    handled_by: Id | None = Field(description="null too where a notice was acknowledged by it")
    handled_at: datetime | None


class ReplyPage(MassPageOf[ReplyOut]):
    pass


class HandleReply(Body):
    note: Line | None = Field(default=None, description="what was done about it")


class HaltBroadcast(Body):
    reason: Line


class DecideMessage(Body):
    decision: Literal["resend", "give_up", "told", "wrong_person"] = Field(
        description="send it again; give it up; the official was told by telephone; the number is somebody else's"
    )
    reason: Line | None = None


class ReachabilityOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    post: str = Field(max_length=200)
    unit_id: Id
    unit_name: str = Field(max_length=200)
    telephone: str | None = Field(max_length=20, description="masked")
    problem: NumberProblem | None = Field(description="why the number must be looked at")
    last_queued_at: datetime | None = Field(description="when the last message was queued")
    last_outcome: LastOutcome
    code: str | None = Field(max_length=128)
    meaning: Meaning | None


class ReachabilityPage(PageOf[ReachabilityOut]):
    pass


class GatewayChangeOut(Answer):
    share: int | None = Field(ge=1, le=100, description="the share from then on; null: it was switched on or off")
    reason: str = Field(max_length=1000)
    changed_at: datetime


class GatewayOut(Answer):
    name: str = Field(max_length=20)
    kind: GatewayKind
    is_test: bool = Field(description="it is handed the messages that test keys cause, and no others")
    carriers: list[Carrier] = Field(max_length=10, description="whose numbers it takes")
    is_on: bool = Field(description="false: switched off for maintenance")
    weight: int = Field(ge=1, le=1000, description="its part among the others, as it is set")
    share: int = Field(ge=1, le=100, description="percent of its weight that it has now: less after failures")
    last_change: GatewayChangeOut | None
    succeeded_at: datetime | None = Field(description="when it last took a message, to some twenty seconds")


class GatewayList(Answer):
    data: list[GatewayOut] = Field(max_length=100, description="all of them, in the order of the settings")
