from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, validates

from supervision.foundation.database import (
    Base,
    Local,
    Named,
    Signed,
    Versioned,
    belongs_to,
    folded,
    local_table,
    one_of,
)
from supervision.foundation.ids import new_id
from supervision.foundation.texts import fold
from supervision.identity.states import AppointmentState


class JurisdictionKind(StrEnum):
    LIVE = "live"
    DEMONSTRATION = "demonstration"
    TEST = "test"


class UnitKind(StrEnum):
    TOWNSHIP = "township"
    DEPARTMENT = "department"
    OTHER = "other"


class LeadershipLevel(StrEnum):
    """领导职务层次, from low to high: the order of the members is the order of the levels."""

    NONE = "none"
    DEPUTY_SECTION = "deputy_section"
    SECTION = "section"
    DEPUTY_DIVISION = "deputy_division"
    DIVISION = "division"

    @classmethod
    def at_least(cls, level: "LeadershipLevel") -> "list[LeadershipLevel]":
        members = list(cls)
        return members[members.index(level) :]


class Position(StrEnum):
    """What part an official has in supervision (annex art. 3, §5(1))."""

    PRINCIPAL_COUNTY_LEADER = "principal_county_leader"
    COUNTY_LEADER = "county_leader"
    PRINCIPAL_LEADER = "principal_leader"
    LEADER_IN_CHARGE = "leader_in_charge"
    HANDLER = "handler"
    OFFICE = "office"
    OTHER = "other"


# Who answers for a unit before its handlers do, and who leads the county.
UNIT_LEADERS = (Position.PRINCIPAL_LEADER, Position.LEADER_IN_CHARGE)
COUNTY_LEADERS = (Position.PRINCIPAL_COUNTY_LEADER, Position.COUNTY_LEADER)


class Jurisdiction(Base):
    __tablename__ = "jurisdiction"
    __table_args__ = (one_of("kind", JurisdictionKind),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    # Of a county that stood when periods still ended with the years of its ledgers: the day from which they go on.
    periods_from: Mapped[date | None]


class Unit(Named, Versioned, Base):
    __tablename__ = "unit"
    __table_args__ = local_table(UniqueConstraint("jurisdiction_id", "name_folded"), one_of("kind", UnitKind))

    name: Mapped[str]
    name_folded: Mapped[str] = folded("name")
    kind: Mapped[str]

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_folded = fold(name)
        return name


class Official(Named, Versioned, Base):
    __tablename__ = "official"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        UniqueConstraint("jurisdiction_id", "unit_id", "name_folded", "post_folded"),
        one_of("leadership_level", LeadershipLevel),
        one_of("position", Position),
        Index(None, "telephone_index"),
        Index(None, "jurisdiction_id", "leadership_level"),
    )

    unit_id: Mapped[UUID]
    name: Mapped[str]
    name_folded: Mapped[str] = folded("name")
    post: Mapped[str]
    post_folded: Mapped[str] = folded("post")
    position: Mapped[str]
    leadership_level: Mapped[str]
    telephone_sealed: Mapped[bytes | None]
    telephone_index: Mapped[bytes | None]
    telephone_masked: Mapped[str | None]
    # The real moment; unknown of a number that was there at registration.
    telephone_since: Mapped[datetime | None]
    left_on: Mapped[date | None]

    @validates("post")
    def _fold(self, _key: str, post: str) -> str:
        self.post_folded = fold(post)
        return post


class Client(Named, Versioned, Base):
    """A front end or another program that calls with keys."""

    __tablename__ = "client"
    __table_args__ = local_table(
        belongs_to("unit", "unit_id"),
        UniqueConstraint("jurisdiction_id", "name_folded"),
        UniqueConstraint("jurisdiction_id", "token_client"),
        CheckConstraint("(role = 'unit') = (unit_id IS NOT NULL)", name="unit_role_has_unit"),
    )

    name: Mapped[str]
    name_folded: Mapped[str] = folded("name")
    role: Mapped[str]
    unit_id: Mapped[UUID | None]
    may_act_for_officials: Mapped[bool]
    # What the identity provider calls this front end; tokens that were made for it name it so.
    token_client: Mapped[str | None]
    created_at: Mapped[datetime]
    # From then on none of its keys is let in.
    disabled_at: Mapped[datetime | None]


class ClientKey(Named, Signed, Base):
    """A key of a client, issued by one administrator; it lets in once another has approved it."""

    __tablename__ = "client_key"
    __table_args__ = local_table(belongs_to("client", "client_id"), Index(None, "client_id"))
    signed_fields = ("client_id", "kind", "scopes", "expires_at")

    client_id: Mapped[UUID]
    kind: Mapped[str]
    lookup: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ClientOfficial(Named, Signed, Base):
    """For whom a front end acts, in which role: named by one administrator and approved by another."""

    __tablename__ = "client_official"
    __table_args__ = local_table(
        belongs_to("client", "client_id"),
        belongs_to("official", "official_id"),
        Index(
            "uq_client_official",
            "client_id",
            "official_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "client_id"),
    )
    signed_fields = ("client_id", "official_id", "role")

    client_id: Mapped[UUID]
    official_id: Mapped[UUID]
    role: Mapped[str]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class TwoPersonStep(Local, Base):
    """Whether the county asks for another person in a step where it has the choice; no row: it does not."""

    __tablename__ = "two_person_step"
    __table_args__ = (PrimaryKeyConstraint("jurisdiction_id", "operation"),)

    operation: Mapped[str]
    is_asked: Mapped[bool]


class IdentityProvider(Named, Base):
    """Who signs the county's officials in: an OpenID provider whose tokens are believed, with its limits."""

    __tablename__ = "identity_provider"
    __table_args__ = local_table(
        CheckConstraint("longest_life_seconds BETWEEN 60 AND 86400", name="longest_life"),
        CheckConstraint("(audience IS NULL) = (client_claim = 'aud')", name="audience"),
    )

    name: Mapped[str]
    issuer: Mapped[str] = mapped_column(unique=True)
    jwks_url: Mapped[str]
    # None where the provider issues no access tokens of its own kind, and front ends send their ID tokens.
    audience: Mapped[str | None]
    client_claim: Mapped[str]
    subject_claim: Mapped[str]
    algorithms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Values of `acr` or `amr`, any of which says that a second factor was used.
    second_factors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    longest_life_seconds: Mapped[int]
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInLink(Named, Signed, Base):
    """Whose subject at the provider an official is; linked by one administrator and approved by another."""

    __tablename__ = "sign_in_link"
    __table_args__ = local_table(
        belongs_to("official", "official_id"),
        belongs_to("identity_provider", "provider_id"),
        CheckConstraint("subject IS NOT NULL OR code_hash IS NOT NULL", name="subject_or_code"),
        CheckConstraint("approved_at IS NULL OR subject IS NOT NULL", name="approved_has_subject"),
        Index(
            "uq_sign_in_link_subject",
            "provider_id",
            "subject",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_sign_in_link_official",
            "official_id",
            "provider_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    signed_fields = ("official_id", "provider_id", "subject")

    official_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    subject: Mapped[str | None]
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_expires_at: Mapped[datetime | None]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class Appointment(Named, Signed, Base):
    """A role that an official has, for a time, granted by one administrator and approved by another."""

    __tablename__ = "appointment"
    __table_args__ = local_table(
        belongs_to("official", "official_id"),
        belongs_to("unit", "unit_id"),
        CheckConstraint("(role = 'unit') = (unit_id IS NOT NULL)", name="unit_role_has_unit"),
        CheckConstraint("until_on >= since_on", name="until_follows_since"),
        one_of("state", AppointmentState),
        Index(None, "official_id"),
    )
    signed_fields = ("official_id", "role", "unit_id", "since_on", "until_on")

    official_id: Mapped[UUID]
    role: Mapped[str]
    unit_id: Mapped[UUID | None]
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    state: Mapped[str]
    granted_by: Mapped[UUID | None]
    granted_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
