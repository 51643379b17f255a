from datetime import datetime

from sqlalchemy import case

from supervision.approvals.models import Proposal
from supervision.approvals.policy import visible_to
from supervision.approvals.states import ProposalKind, ProposedStepState
from supervision.desk.work.work_line import at, not_mine, waiting, words
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Rows
from supervision.identity.models import Appointment, Client, ClientKey, ClientOfficial, Official, SignInLink
from supervision.identity.states import AppointmentState

_KINDS = {
    ProposalKind.SET_ITEM_PROCEDURE: "立项程序",
    ProposalKind.SET_NOTICE_PROCEDURE: "通知签发程序",
    ProposalKind.TERMINATE_ITEM: "终止事项",
    ProposalKind.WRITE_TEMPLATE: "短信模板",
    ProposalKind.PROPOSE_BROADCAST: "群发短信",
    ProposalKind.ADOPT_SCORING_POLICY: "计分办法",
    ProposalKind.SET_TWO_PERSON_STEPS: "须另一人办理的步骤",
    ProposalKind.PROPOSE_DOCUMENT_TEMPLATE: "公文模板",
}


def proposals_to_decide(actor: Actor, _now: datetime) -> Rows:
    return waiting(
        "proposal",
        of=Proposal.id,
        title=words("批准提请：", case({str(kind): name for kind, name in _KINDS.items()}, value=Proposal.kind)),
        since=Proposal.proposed_at,
        path=at("/v1/proposals/", Proposal.id),
    ).where(Proposal.state == ProposedStepState.PROPOSED, visible_to(actor), not_mine(actor, Proposal.proposed_by))


def appointments_to_approve(actor: Actor, _now: datetime) -> Rows:
    granted = waiting(
        "appointment",
        of=Appointment.id,
        title=words("批准任命：", Official.name, " ", Appointment.role),
        since=Appointment.granted_at,
        path=at("/v1/appointments/", Appointment.id),
    ).join(Official, Official.id == Appointment.official_id)
    return granted.where(
        Appointment.state == AppointmentState.GRANTED, not_mine(actor, Appointment.granted_by, Appointment.official_id)
    )


def sign_in_links_to_approve(actor: Actor, _now: datetime) -> Rows:
    """Tell of links whose account is known; an invitation that nobody has taken yet waits for its official."""
    linked = waiting(
        "sign_in_link",
        of=SignInLink.id,
        title=words("批准登录关联：", Official.name),
        since=SignInLink.proposed_at,
        path=at("/v1/sign_in_links/", SignInLink.id),
    ).join(Official, Official.id == SignInLink.official_id)
    return linked.where(
        SignInLink.subject.is_not(None),
        SignInLink.approved_at.is_(None),
        SignInLink.ended_at.is_(None),
        not_mine(actor, SignInLink.proposed_by, SignInLink.official_id),
    )


def keys_to_approve(actor: Actor, _now: datetime) -> Rows:
    issued = waiting(
        "client_key",
        of=ClientKey.id,
        title=words("批准密钥：", Client.name, " ", ClientKey.lookup),
        since=ClientKey.created_at,
        path=words("/v1/clients/", Client.id, "/keys/", ClientKey.id),
    ).join(Client, Client.id == ClientKey.client_id)
    return issued.where(
        ClientKey.approved_at.is_(None),
        ClientKey.revoked_at.is_(None),
        ClientKey.expires_at > clock.real_now(),
        not_mine(actor, ClientKey.issued_by),
    )


def namings_to_approve(actor: Actor, _now: datetime) -> Rows:
    named = (
        waiting(
            "client_official",
            of=ClientOfficial.id,
            title=words("批准代办登记：", Client.name, " ", Official.name, " ", ClientOfficial.role),
            since=ClientOfficial.proposed_at,
            path=words("/v1/clients/", Client.id, "/officials/", ClientOfficial.id),
        )
        .join(Client, Client.id == ClientOfficial.client_id)
        .join(Official, Official.id == ClientOfficial.official_id)
    )
    return named.where(
        ClientOfficial.approved_at.is_(None),
        ClientOfficial.ended_at.is_(None),
        not_mine(actor, ClientOfficial.proposed_by, ClientOfficial.official_id),
    )
