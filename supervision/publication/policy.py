from sqlalchemy import ColumnElement, true

from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.publication.errors import DrafterReviews, OnlyDrafterEdits
from supervision.publication.models import Publication


def publications_visible_to(_actor: Actor) -> ColumnElement[bool]:
    """Let everybody whose role prepares or checks publications see all of them; no other role may ask."""
    return true()


def require_drafter(actor: Actor, publication: Publication) -> None:
    """Refuse everybody but the drafter."""
    if actor.person != publication.drafted_by:
        raise OnlyDrafterEdits


def require_another_person(actor: Actor, publication: Publication) -> None:
    """Refuse the drafter as reviewer."""
    step, taken_by = CounterStep.REVIEW_PUBLICATION, {"draft_publication": publication.drafted_by}
    require_another(actor, step, taken_by, DrafterReviews)
