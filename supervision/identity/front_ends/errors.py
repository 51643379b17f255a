from supervision.foundation.errors import Conflict


class KeyNotWaiting(Conflict):
    """Only a key that was issued, and neither approved, revoked nor ended since, is approved."""

    zh = "该密钥不在待批准状态。确需使用的，请另发新密钥。"
    en = "This key does not wait for approval. Issue another if one is needed."
