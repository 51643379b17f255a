from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from supervision.items.models import Item
from supervision.items.states import ItemState

_CAN_BE_LATE = (ItemState.OPEN, ItemState.CLOSED)


def counts_for_lateness(item: type[Item] = Item) -> ColumnElement[bool]:
    """Tell whose deadline counts (annex art. 7, 8, 11).

    What waits for approval, stands still, or ended otherwise than by its close-out is never late, nor is standing
    work, which has no end.
    """
    return item.state.in_(_CAN_BE_LATE) & ~item.is_standing


# The same for statements that are written out, as a condition on `item i`.
COUNTS_FOR_LATENESS = (
    f"({counts_for_lateness(aliased(Item, name='i')).compile(compile_kwargs={'literal_binds': True})})"
)
