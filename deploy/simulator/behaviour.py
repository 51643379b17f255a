from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ReceiptBehaviour(BaseModel):
    """How receipts are sent: delays in seconds, beginnings of telephone numbers that fail, and a mode.

    `out_of_order` sends behind each receipt an older one that says `failed`, as when a gateway tried a second route;
    `before_response` sends receipts before the answer to the submission. `unregistered_prefixes` fail because their
    carrier does not know the signature, `fail_long_texts` because one part of a long text did not arrive.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_min_s: float = Field(default=0.05, ge=0, le=3600)
    delay_max_s: float = Field(default=0.5, ge=0, le=3600)
    mode: Literal["normal", "twice", "never", "out_of_order", "before_response"] = "normal"
    fail_prefixes: tuple[str, ...] = ()
    unregistered_prefixes: tuple[str, ...] = ()
    fail_long_texts: bool = False

    @model_validator(mode="after")
    def _delays_are_ordered(self) -> Self:
        if self.delay_min_s > self.delay_max_s:
            raise ValueError("delay_min_s is above delay_max_s")
        return self


class Behaviour(BaseModel):
    """How submissions are answered; what is left out of a `PUT /behaviour` is as it should be.

    `fail_rate` is the share of submissions answered 503 with nothing taken; `throttle_per_second` counts messages;
    `drop_after_accept` takes the messages and breaks its answer off, `answer_twice` puts it twice into its body;
    `answer_code` is the code of a vendor's protocol with which every submission is declined.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_delay_s: float = Field(default=0, ge=0, le=600)
    drop_after_accept: bool = False
    answer_twice: bool = False
    answer_code: str | None = Field(default=None, max_length=128)
    fail_rate: float = Field(default=0, ge=0, le=1)
    refuse_prefixes: tuple[str, ...] = ()
    throttle_per_second: float | None = Field(default=None, gt=0, le=1_000_000)
    receipt: ReceiptBehaviour = ReceiptBehaviour()
