from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, Flag, FullDate, Id, Line, Moment, Name, PageOf, ProviderName
from supervision.foundation.actors import Role
from supervision.identity.models import LeadershipLevel, Position, UnitKind

ClientRole = Literal[
    "office", "group", "leader", "unit", "publisher", "auditor", "administrator", "security_administrator"
]
OperationName = Annotated[str, Field(max_length=100)]
KeyKind = Literal["live", "test"]
Telephone = Annotated[Line, Field(min_length=11, max_length=20, examples=["19999990001"])]
ScopeName = Annotated[str, Field(pattern=r"^[a-z]+:(read|write)$", max_length=40, examples=["items:read"])]


class RegisterUnit(Body):
    name: Name
    kind: UnitKind


class AmendUnit(Body):
    name: Name | None = None
    kind: UnitKind | None = None


class UnitOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    kind: UnitKind
    version: int = Field(ge=1)


class UnitPage(PageOf[UnitOut]):
    pass


class RegisterOfficial(Body):
    unit_id: Id
    name: Name
    post: Name
    position: Position
    leadership_level: LeadershipLevel
    telephone: Telephone | None = None


class AmendOfficial(Body):
    post: Name | None = None
    position: Position | None = None
    leadership_level: LeadershipLevel | None = None
    telephone: Telephone | None = None
    left_on: FullDate | None = None


class OfficialOut(Answer):
    id: Id
    unit_id: Id
    name: str = Field(max_length=200)
    post: str = Field(max_length=200)
    position: Position
    leadership_level: LeadershipLevel
    telephone: str | None = Field(max_length=20, description="masked")
    left_on: FullDate | None
    version: int = Field(ge=1)


class OfficialPage(PageOf[OfficialOut]):
    pass


class RegisterClient(Body):
    name: Name
    role: ClientRole
    unit_id: Id | None = None
    may_act_for_officials: Flag = False
    token_client: ProviderName | None = Field(
        default=None, description="what the identity provider calls this front end; people sign in through it then"
    )


class ClientOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    role: ClientRole
    unit_id: Id | None
    may_act_for_officials: bool
    token_client: str | None = Field(max_length=255)
    created_at: datetime
    disabled_at: datetime | None = Field(description="from then on none of its keys is let in")
    version: int = Field(ge=1)


class ClientPage(PageOf[ClientOut]):
    pass


class IssueKey(Body):
    kind: KeyKind
    scopes: list[ScopeName] | None = Field(
        default=None, min_length=1, max_length=50, description="all that the role can use, if left out"
    )
    expires_at: Moment | None = Field(default=None, description="366 days from now at most, and if left out")


class KeyOut(Answer):
    id: Id
    client_id: Id
    kind: KeyKind
    prefix: str = Field(max_length=40)
    scopes: list[ScopeName] = Field(max_length=50)
    issued_by: Id | None
    created_at: datetime
    approved_by: Id | None = Field(description="null with a key that was approved on the server itself")
    approved_at: datetime | None = Field(description="until then the key waits, and nobody is let in with it")
    expires_at: datetime
    revoked_at: datetime | None
    version: int = Field(ge=1)


class IssuedKey(KeyOut):
    key: str = Field(max_length=100, description="shown this once")


class KeyList(Answer):
    data: list[KeyOut] = Field(max_length=1000)
    next: None


class JurisdictionOut(Answer):
    id: Id
    code: str = Field(max_length=20)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=20)


class HeldRole(Answer):
    id: Id = Field(description="for the Ducha-Acting-As header")
    role: Role
    unit_id: Id | None
    since_on: FullDate
    until_on: FullDate | None
    operations: list[OperationName] = Field(max_length=1000, description="what the role may call, as operation ids")


class Me(Answer):
    jurisdiction: JurisdictionOut
    role: Role
    client_id: Id
    official_id: Id | None
    unit_id: Id | None
    scopes: list[ScopeName] = Field(max_length=50)
    is_test: bool
    proof: Literal["key", "on_behalf", "token"] = Field(description="how it was shown who asks")
    signed_in_at: datetime | None = Field(description="when the person last signed in at the provider, if it says so")
    appointments: list[HeldRole] = Field(max_length=100, description="the person's roles that are in force")


class HoldClock(Body):
    at: Moment


class ClockOut(Answer):
    now: datetime
    is_held: bool
