from supervision.foundation.errors import AnotherPersonNeeded, Conflict, Invalid


class ArchiveTooLong(Conflict):
    """An archive is read whole, so it has an upper length."""

    zh = "该事项档案超过 {limit} 条记录，请用 since_on、until_on 分时段读取。"
    en = "The archive holds more than {limit} entries; read it in parts by since_on and until_on."


class ArchiveTooLarge(Conflict):
    """A downloaded archive has an upper size."""

    zh = "该事项档案的附件合计超过 {megabytes} MB，请用 since_on、until_on 分时段下载，或逐件下载附件。"
    en = (
        "The attachments of the archive exceed {megabytes} MB; download it in parts by since_on and until_on, "
        "or the attachments one by one."
    )


class UnknownRequest(Invalid):
    """A complaint names what was really asked of the unit."""

    zh = "没有找到向本单位提出的该项要求。"
    en = "No such thing was asked of your unit."


class SameRequest(Invalid):
    """Nothing repeats itself."""

    zh = "被投诉的要求与先前的要求不能是同一件。"
    en = "The request and the earlier one are the same."


class EarlierIncomplete(Invalid):
    """An earlier request is named by its kind and its id."""

    zh = "先前的要求须同时填写类型和编号。"
    en = "Name the earlier request by both its kind and its id."


class ComplaintWaits(Conflict):
    """One complaint about a request is answered before the next one."""

    zh = "就该项要求提出的反映尚在等待答复。"
    en = "A complaint about this request still waits for its answer."


class ComplaintAnswered(Conflict):
    """A complaint is answered once."""

    zh = "该反映当前状态为 {state}，已经答复。"
    en = "The complaint is {state}; it was answered already."


class ComplainantAnswers(AnotherPersonNeeded):
    """A complaint is answered by another person."""

    zh = "提出反映的人不能自行答复。"
    en = "Whoever filed the complaint may not answer it."
