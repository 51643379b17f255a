from supervision.foundation.errors import Conflict, Invalid


class UnknownDocumentField(Invalid):
    """The words of a kind of document name its own fields only."""

    zh = "公文模板中有不能使用的字段。请改用所列字段后再提交。"
    en = "The words name fields that this kind of document does not have. Use those that are listed."


class DocumentTemplateWrittenMeanwhile(Conflict):
    """Somebody else wrote the next version of the words at the same moment."""

    zh = "他人刚刚修改了此公文模板。请重新读取后再提交。"
    en = "Somebody else has just written these words. Read them again, then repeat your change."


class DocumentIssued(Conflict):
    """What was issued is read as it was issued; it is never made anew."""

    zh = "此文已印发。请读取已印发的公文。"
    en = "This has been issued. Read the official document that was issued."
