from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer


class Liveness(Answer):
    status: str = Field(max_length=20)


class Readiness(Answer):
    status: str = Field(max_length=20)
    checks: dict[str, Annotated[str, Field(max_length=40)]]
