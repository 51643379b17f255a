from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.connections import is_private
from supervision.foundation.insertion import insert_or_refuse
from supervision.identity.errors import ProviderExists, ProviderNotSafe
from supervision.identity.models import IdentityProvider
from supervision.identity.tokens import ALGORITHMS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProvider:
    """An identity provider to be trusted; without an audience its ID tokens are taken, which name the front end."""

    name: str
    issuer: str
    jwks_url: str
    audience: str | None = None
    client_claim: str = "client_id"
    subject_claim: str = "sub"
    algorithms: Sequence[str] = ("RS256", "PS256", "ES256")
    second_factors: Sequence[str] = ("mfa",)
    longest_life_seconds: int = 3600


async def add_provider(session: AsyncSession, actor: Actor, new: NewProvider) -> UUID:
    """Trust an identity provider for the jurisdiction (RFC 9068 where it has an audience).

    Refuses an issuer that is trusted already, addresses that are not https beyond this machine, and algorithms whose
    key could also sign.
    """
    if not (is_private(new.issuer) and is_private(new.jwks_url) and set(new.algorithms) <= set(ALGORITHMS)):
        raise ProviderNotSafe
    facts = {**asdict(new), "algorithms": list(new.algorithms), "second_factors": list(new.second_factors)}
    facts["client_claim"] = new.client_claim if new.audience else "aud"
    provider = IdentityProvider(**facts, added_at=await clock.now(session))
    await insert_or_refuse(session, provider, uq_identity_provider_issuer=ProviderExists)
    await audit.record(session, actor, "provider.added", provider.id, issuer=new.issuer, audience=new.audience)
    return provider.id
