from sqlalchemy import ColumnElement, select, true

from supervision.documents.models import AttachmentReader, Upload
from supervision.foundation.actors import Actor, Role


def uploads_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Let a unit read what it sent or was told of; every other role that may ask reads all."""
    if actor.role is Role.UNIT:
        told = select(AttachmentReader.attachment_id).where(AttachmentReader.unit_id == actor.unit_id)
        return Upload.attachment_id.in_(told)
    return true()
