from supervision.foundation.errors import Conflict, Invalid


class PaperLeaderNotOfCounty(Invalid):
    """Instructions on a paper are those of county leaders, and it is handed over to one of them."""

    zh = "批示人和接办人须是县领导。请核对人员。"
    en = "Who instructs by a paper, and whom it is handed to, must be a county leader. Check the officials."


class UnknownPaper(Invalid):
    """The earlier paper that the instruction follows is not on the register."""

    zh = "没有找到所指的在前批示件。请核对编号。"
    en = "The earlier paper was not found on the register. Check the id."


class PaperAlreadyLinked(Conflict):
    """The paper belongs to an item already."""

    zh = "该批示件已关联督查事项。"
    en = "The paper belongs to an item already."


class TransferNotByPrincipal(Conflict):
    """Only a paper of the county's principal leader is handed to another leader personally (§2(3))."""

    zh = "只有县主要领导的批示件可以直接转交其他领导。"
    en = "Only a paper of the county's principal leader is handed over directly."


class TransferToItsAuthor(Invalid):
    """A direct transfer goes to another leader than those who wrote on the paper."""

    zh = "接办领导不能是批示人本人。"
    en = "A paper cannot be handed over to a leader who wrote on it."


class AlreadyTransferred(Conflict):
    """The paper was handed to this leader before."""

    zh = "该批示件已转交该领导。"
    en = "The paper was handed over to this leader before."


class TransferConcluded(Conflict):
    """Nothing is added to a transfer whose outcome is known."""

    zh = "该直接转交已有办理结果，不能再登记。"
    en = "The outcome of this transfer is known; nothing more is logged."
