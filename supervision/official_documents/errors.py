from supervision.foundation.errors import Conflict, Forbidden, Invalid


class UnknownDocumentField(Invalid):
    """The words of a kind of document name its own fields only."""

    zh = "公文模板中有不能使用的字段。请改用所列字段后再提交。"
    en = "The words name fields that this kind of document does not have. Use those that are listed."


class DocumentTemplateWrittenMeanwhile(Conflict):
    """Somebody else wrote the next version of the words at the same moment."""

    zh = "他人刚刚修改了此公文模板。请重新读取后再提交。"
    en = "Somebody else has just written these words. Read them again, then repeat your change."


class DocumentTemplateNeedsApproval(Forbidden):
    """Where the county asks for it, one person writes the words and another approves them."""

    zh = "本县规定公文模板须由另一人批准。请改用 /v1/document_templates/proposals 提请。"
    en = "This county has another person approve these words. Propose them at /v1/document_templates/proposals."


class DocumentIssued(Conflict):
    """What was issued is read as it was issued; it is never made anew."""

    zh = "此文已印发。请读取已印发的公文。"
    en = "This has been issued. Read the official document that was issued."
