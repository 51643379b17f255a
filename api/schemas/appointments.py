from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, GiveReason, Id, Line, PageOf, ProviderName
from supervision.identity.states import AppointmentState

AppointedRole = Literal[
    "office", "group", "leader", "unit", "publisher", "auditor", "administrator", "security_administrator"
]
ShortWord = Annotated[str, Field(max_length=100)]


class GrantRole(Body):
    official_id: Id
    role: AppointedRole
    unit_id: Id | None = Field(default=None, description="whose matters; of role unit only")
    since_on: FullDate | None = Field(default=None, description="today, if left out")
    until_on: FullDate | None = Field(default=None, description="the last day; open, if left out")


class RefuseRole(GiveReason):
    pass


class EndRole(GiveReason):
    pass


class AppointmentOut(Answer):
    id: Id
    official_id: Id
    role: AppointedRole
    unit_id: Id | None
    since_on: FullDate
    until_on: FullDate | None
    state: AppointmentState
    granted_by: Id | None
    granted_at: datetime
    approved_by: Id | None = Field(description="who approved or refused it")
    approved_at: datetime | None
    ended_by: Id | None
    ended_at: datetime | None
    reason: str | None = Field(max_length=2000)
    version: int = Field(ge=1)


class AppointmentPage(PageOf[AppointmentOut]):
    pass


class LinkOfficial(Body):
    provider_id: Id
    subject: ProviderName | None = Field(
        default=None, description="the account at the provider; left out, an invitation code is made"
    )


class AcceptInvitation(Body):
    code: Annotated[Line, Field(max_length=40)]


class EndLink(GiveReason):
    pass


class SignInLinkOut(Answer):
    id: Id
    official_id: Id
    provider_id: Id
    subject: str | None = Field(max_length=255)
    code_expires_at: datetime | None
    proposed_by: Id | None
    proposed_at: datetime
    accepted_at: datetime | None
    approved_by: Id | None
    approved_at: datetime | None
    ended_by: Id | None
    ended_at: datetime | None
    version: int = Field(ge=1)


class NewSignInLink(SignInLinkOut):
    code: str | None = Field(max_length=40, description="the invitation code, shown this once")


class SignInLinkPage(PageOf[SignInLinkOut]):
    pass


class InvitationAccepted(Answer):
    official_id: Id
    is_approved: Literal[False] = Field(description="another administrator approves the link first")


class IdentityProviderOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    issuer: str = Field(max_length=500)
    jwks_url: str = Field(max_length=500)
    audience: str | None = Field(max_length=255)
    client_claim: str = Field(max_length=50)
    subject_claim: str = Field(max_length=50)
    algorithms: list[ShortWord] = Field(max_length=20)
    second_factors: list[ShortWord] = Field(max_length=20)
    longest_life_seconds: int
    added_at: datetime
    ended_at: datetime | None


class IdentityProviderList(Answer):
    data: list[IdentityProviderOut] = Field(max_length=100)
    next: None
