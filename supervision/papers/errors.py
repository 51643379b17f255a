from supervision.foundation.errors import Conflict, Invalid


class PaperLeaderNotOfCounty(Invalid):
    """Instructions on a paper are those of county leaders, and it is handed over to one of them."""

    code = "paper_leader_not_of_county"
    zh = "批示人和接办人须是县领导。请核对人员。"
    en = "Who instructs by a paper, and whom it is handed to, must be a county leader. Check the officials."


class UnknownPaper(Invalid):
    """The earlier paper that the instruction follows is not on the register."""

    code = "unknown_paper"
    zh = "没有找到所指的在前批示件。请核对编号。"
    en = "The earlier paper was not found on the register. Check the id."


class PaperAlreadyLinked(Conflict):
    """The paper belongs to an item already."""

    code = "paper_already_linked"
    zh = "该批示件已关联督查事项。"
    en = "The paper belongs to an item already."


class TransferNotByPrincipal(Conflict):
    """Only a paper of the county's principal leader is handed to another leader personally (§2(3))."""

    code = "transfer_not_by_principal"
    zh = "只有县主要领导的批示件可以直接转交其他领导。"
    en = "Only a paper of the county's principal leader is handed over directly."


class TransferToItsAuthor(Invalid):
    """A direct transfer goes to another leader than those who wrote on the paper."""

    code = "transfer_to_its_author"
    zh = "接办领导不能是批示人本人。"
    en = "A paper cannot be handed over to a leader who wrote on it."


class AlreadyTransferred(Conflict):
    """The paper was handed to this leader before."""

    code = "already_transferred"
    zh = "该批示件已转交该领导。"
    en = "The paper was handed over to this leader before."


class TransferConcluded(Conflict):
    """Nothing is added to a transfer whose outcome is known."""

    code = "transfer_concluded"
    zh = "该直接转交已有办理结果，不能再登记。"
    en = "The outcome of this transfer is known; nothing more is logged."
