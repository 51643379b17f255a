from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import ColumnElement, false, or_

from supervision.approvals.errors import ProposerApproves
from supervision.approvals.models import Proposal
from supervision.approvals.states import ProposalKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.two_persons import CounterStep, require_another

_WORK = frozenset({Role.OFFICE, Role.GROUP, Role.LEADER, Role.AUDITOR})
# Whose business each kind is: they read and decide.
_CONCERNED: Mapping[ProposalKind, frozenset[Role]] = MappingProxyType(
    {
        ProposalKind.SET_ITEM_PROCEDURE: _WORK | {Role.ADMINISTRATOR},
        ProposalKind.SET_NOTICE_PROCEDURE: _WORK | {Role.ADMINISTRATOR},
        ProposalKind.TERMINATE_ITEM: _WORK,
        ProposalKind.WRITE_TEMPLATE: _WORK,
        ProposalKind.PROPOSE_BROADCAST: _WORK,
        ProposalKind.ADOPT_SCORING_POLICY: _WORK,
        ProposalKind.SET_TWO_PERSON_STEPS: _WORK | {Role.ADMINISTRATOR},
        ProposalKind.PROPOSE_DOCUMENT_TEMPLATE: _WORK | {Role.ADMINISTRATOR},
    }
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let those see a proposal whose business its kind is."""
    return or_(false(), *(Proposal.kind == kind for kind, roles in _CONCERNED.items() if actor.role in roles))


def require_another_than_proposer(actor: Actor, proposal: Proposal) -> None:
    """Refuse the proposer as the one who approves."""
    step = CounterStep.APPROVE_PROPOSAL
    taken_by = {each: proposal.proposed_by if each == proposal.kind else None for each in step.steps}
    require_another(actor, step, taken_by, ProposerApproves)
