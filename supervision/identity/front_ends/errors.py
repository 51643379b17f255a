from supervision.foundation.errors import Conflict, Invalid


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


class KeyLivesTooLong(Invalid):
    """A key lives a year at most."""

    zh = "密钥有效期最长一年，最晚可填{last}。请缩短有效期，到期前另发新密钥。"
    en = "A key lives a year at most; {last} is the last day that is taken. Issue another before it ends."


class TooManyKeys(Conflict):
    """A client has two active keys already, which is what rotation needs."""

    zh = "该接入方已有两个有效密钥。请先吊销其中一个。"
    en = "The client has two active keys already. Revoke one first."


class KeyAlreadyRevoked(Conflict):
    """The key was revoked before."""

    zh = "该密钥已被吊销。"
    en = "The key was revoked before."


class ScopeBeyondRole(Invalid):
    """A key may not carry a scope that its client's role cannot use."""

    zh = "密钥范围超出接入方角色的权限。"
    en = "The key asks for a scope that the client's role cannot use."
