from supervision.foundation.errors import Conflict


class KeyNotWaiting(Conflict):
    """Only a key that was issued, and neither approved, revoked nor ended since, is approved."""

    zh = "该密钥不在待批准状态。确需使用的，请另发新密钥。"
    en = "This key does not wait for approval. Issue another if one is needed."


class ClientActsForNobody(Conflict):
    """Only for a front end that may act for officials are officials named."""

    zh = "该接入方登记时未允许代人员办理。请另行登记允许代办的接入方。"
    en = "This client was not registered to act for officials. Register one that is."


class OfficialAlreadyNamed(Conflict):
    """The front end may act for the official in this role already, or that waits for approval."""

    zh = "该接入方代该人员以此角色办理，已登记（含待批准的）。"
    en = "This front end may act for the official in this role already, or it waits for approval."


class NamingNotWaiting(Conflict):
    """Only what was proposed, and neither approved nor ended, is approved."""

    zh = "该代办登记不在待批准状态。"
    en = "This naming does not wait for approval."


class NamingIsOver(Conflict):
    """What was ended before is not ended again."""

    zh = "该代办登记已终止。"
    en = "This naming is over."
