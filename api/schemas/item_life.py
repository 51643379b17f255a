from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.schemas.fields import Answer, Body, Flag, FullDate, Id, Line, Name, PageOf, Prose
from api.schemas.items import ItemOut
from supervision.items.states import ItemChangeKind, ItemKind

StageNumber = Annotated[int, Field(ge=1, le=20)]


class SetItemProcedure(Body):
    kind: ItemKind
    needs_approval: Flag = Field(description="whether a second person confirms each registration of the kind")


class ItemProcedureOut(Answer):
    kind: ItemKind
    needs_approval: bool


class ItemProcedures(Answer):
    data: list[ItemProcedureOut] = Field(max_length=10)
    next: None


class ChangeItem(Body):
    reason: Prose


class TerminateItem(Body):
    reason: Prose
    ordered_by: Line = Field(
        description="who ordered it, and in which words or document", examples=["县政府第3次常务会议"]
    )
    ordered_on: FullDate


class MergeItem(Body):
    into_id: Id = Field(description="the open item that takes up the tasks")
    reason: Prose


class SplitPartIn(Body):
    title: Name
    task_ids: list[Id] = Field(min_length=1, max_length=100)


class SplitItem(Body):
    portions: list[SplitPartIn] = Field(alias="parts", min_length=1, max_length=20)
    reason: Prose


class SplitItems(Answer):
    data: list[ItemOut] = Field(max_length=20, description="the new items, in the order of the parts")
    next: None


class TransferItem(Body):
    from_unit_id: Id = Field(description="the responsible unit that gives its open tasks away")
    to_unit_id: Id
    responsible_person_id: Id = Field(description="who answers for them in the new unit")
    reason: Prose


class HandOverItems(Body):
    from_clerk_id: Id
    to_clerk_id: Id = Field(description="an official in post, or a client")
    reason: Prose


class HandoverOut(Answer):
    from_clerk_id: Id
    to_clerk_id: Id
    items: int = Field(ge=0, description="how many changed hands")


class ItemChangeOut(Answer):
    id: Id
    kind: ItemChangeKind
    reason: str | None = Field(max_length=4000)
    facts: dict[str, Any] = Field(description="what the change was; of an amended field what it was and is")
    changed_by: Id | None
    changed_at: datetime


class ItemChangePage(PageOf[ItemChangeOut]):
    pass


class StageIn(Body):
    name: Name
    limit_on: FullDate


class PlanStages(Body):
    stages: list[StageIn] = Field(min_length=1, max_length=20, description="in their order")


class FinishStage(Body):
    finished_on: FullDate
    note: Prose


class ItemStageOut(Answer):
    id: Id
    item_id: Id
    no: StageNumber
    name: str = Field(max_length=200)
    limit_on: FullDate
    finished_on: FullDate | None
    finished_by: Id | None


class ItemStages(Answer):
    data: list[ItemStageOut] = Field(max_length=20)
    next: None
