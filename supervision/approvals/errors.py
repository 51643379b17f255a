from supervision.foundation.errors import AnotherPersonNeeded, Conflict


class ProposerApproves(AnotherPersonNeeded):
    """A proposal is approved by another person than its proposer."""

    zh = "提请人不能批准自己提请的事项，须由另一人批准。"
    en = "Who proposed it may not approve it; another person must."


class ProposalNotWaiting(Conflict):
    """The proposal was approved or refused before."""

    zh = "该提请已作决定（{state}），不能再次决定。确需办理的，请重新提请。"
    en = "The proposal is decided ({state}). Propose it anew if it is still wanted."
