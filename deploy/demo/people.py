from dataclasses import dataclass, field
from typing import Any

from deploy.demo.desk import Desk
from deploy.identity_provider import set_claims, sign_in

FRONT_END = "demo-front-end"


@dataclass
class People:
    """Signs people in at the demonstration's provider, and gives them roles: one administrator grants, one approves."""

    base_url: str
    issuer: str
    first: Desk = field(init=False)
    second: Desk = field(init=False)
    provider_id: str = field(init=False)

    def begin(self, invitations: dict[str, str]) -> None:
        """Let the two security administrators take their invitations."""
        self.first, self.second = (self._take(name, code) for name, code in invitations.items())
        self.provider_id = self.first.get("/v1/identity_providers")["data"][0]["id"]

    def desk_of(self, official_id: str, role: str, **more: Any) -> Desk:
        """Give an official a role, and a desk where they have signed in."""
        path = f"/v1/officials/{official_id}/sign_in_links"
        link = self.first.post(path, {"provider_id": self.provider_id, "subject": official_id})
        self.second.post(f"/v1/sign_in_links/{link['id']}/approval", version=link["version"])
        granted = self.first.post("/v1/appointments", {"official_id": official_id, "role": role, **more})
        self.second.post(f"/v1/appointments/{granted['id']}/approval", version=granted["version"])
        return self._signed_in(official_id)

    def _take(self, name: str, code: str) -> Desk:
        desk = self._signed_in(name)
        desk.post("/v1/invitations/acceptance", {"code": code})
        return desk

    def _signed_in(self, subject: str) -> Desk:
        set_claims(self.issuer, subject, amr=["pwd", "mfa"])
        return Desk(self.base_url, sign_in(self.issuer, subject, client_id=FRONT_END))
