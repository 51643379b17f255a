from supervision.foundation.errors import Invalid, NotFound, Unavailable


class SpreadsheetRefused(Invalid):
    """The file as a whole cannot be read as a table; each subclass says why."""

    zh = "无法读取该表格文件。"
    en = "The spreadsheet file cannot be read."
    # The worksheet that it is about, None for the file as a whole.
    sheet: str | None = None


class SpreadsheetTooLarge(SpreadsheetRefused):
    zh = "文件超过 {megabytes} MB 的上限，请删去图片等无关内容，或分次上传。"
    en = "The file is larger than the limit of {megabytes} MB; delete pictures and the like, or send it in parts."


class SpreadsheetEmpty(SpreadsheetRefused):
    zh = "文件中没有内容：表头应写明各列列名，其下为数据。隐藏的工作表不读取。"
    en = "The file holds nothing: a header names the columns, the data follow. Hidden sheets are not read."


class SheetWithoutHeader(SpreadsheetRefused):
    code = "spreadsheet_sheet_without_header"
    zh = "工作表没有可识别的表头，却有成行的数据。请补上与其他工作表相同的表头；与台账无关的，请删除或隐藏该工作表。"
    en = (
        "The sheet has rows of data and no header that we know. Give it the header of the others, or delete or hide it."
    )


class SpreadsheetOfOtherType(SpreadsheetRefused):
    zh = "文件内容是 {type}，不是 xlsx 或 csv 表格；修改扩展名不会改变内容，请另存为 xlsx。"
    en = "The file is {type}, not an xlsx or csv table; renaming does not change what it is. Save it as xlsx."


class SpreadsheetOfOldFormat(SpreadsheetRefused):
    zh = "文件是旧版 Excel（xls）或 WPS（et）格式，请另存为 xlsx 后再上传。"
    en = "The file is in the old Excel (xls) or WPS (et) format; save it as xlsx and send that."


class SpreadsheetEncrypted(SpreadsheetRefused):
    zh = "文件已加密，请取消打开密码后再上传。"
    en = "The file is encrypted; remove its password and send it again."


class SpreadsheetHasMacros(SpreadsheetRefused):
    zh = "文件含有宏，请另存为不含宏的 xlsx。"
    en = "The file holds macros; save it as xlsx without macros."


class SpreadsheetHasEntities(SpreadsheetRefused):
    zh = "文件内部含有文档类型声明（DTD），办公软件不会产生这种内容，已拒绝读取。"
    en = "The file declares a document type (DTD) inside, which no office program does; it is not read."


class SpreadsheetExpandsTooFar(SpreadsheetRefused):
    zh = "文件解压后过大，未予展开。"
    en = "The file would unpack to far too much; it was not expanded."


class SpreadsheetDamaged(SpreadsheetRefused):
    zh = "文件已损坏，或不是完整的 xlsx，请用办公软件打开并重新保存。"
    en = "The file is damaged or no complete xlsx; open it in an office program and save it again."


class SpreadsheetNotText(SpreadsheetRefused):
    zh = "文件既不是 xlsx，也不是 UTF-8 或 GB18030 编码的 csv 文本，请另存为 xlsx 后再上传。"
    en = "The file is neither xlsx nor csv text in UTF-8 or GB18030; save it as xlsx and send that."


class SpreadsheetHasTooManyRows(SpreadsheetRefused):
    zh = "表格超过 {limit} 行数据的上限（带格式的空行也计入），请删除多余的行或分次上传。"
    en = "The table has more than {limit} rows of data (formatted empty ones count); delete or split them."


class SpreadsheetHasTooManyColumns(SpreadsheetRefused):
    zh = "表格超过 {limit} 列的上限，请删去多余的列。"
    en = "The table has more than {limit} columns; delete those that are too much."


class SpreadsheetHasTooManySheets(SpreadsheetRefused):
    zh = "文件中未隐藏且有内容的工作表超过 {limit} 个的上限，请分次上传。"
    en = "The file has more than {limit} visible sheets that hold anything; send them in parts."


class HeaderMerged(SpreadsheetRefused):
    code = "spreadsheet_header_merged"
    zh = "表头所在行有合并单元格（{range}）。表头应逐列写明列名，请取消合并，将列名写在同一行。"
    en = "The header has merged cells ({range}). It names each column in one line: undo the merge."


class HeaderRepeated(SpreadsheetRefused):
    code = "spreadsheet_header_repeated"
    zh = "表头有重复的列名，见 {first} 列与 {second} 列。请将其中一列改名，或者删去。"
    en = "The header names two columns alike: {first} and {second}. Rename one of them, or delete it."


class AttachmentTooLarge(Invalid):
    """An attachment has an upper size."""

    zh = "附件超过 {megabytes} MB 的上限。请压缩图片、降低扫描分辨率，或拆成几个附件后重新上传。"
    en = "The attachment is larger than the limit of {megabytes} MB. Make pictures or scans smaller, or send parts."


class AttachmentEmpty(Invalid):
    """An attachment has content."""

    zh = "附件是空的，没有任何内容。请确认文件已保存完整后重新上传。"
    en = "The attachment is empty. See that the file was saved whole, and send it again."


class AttachmentOfOtherType(Invalid):
    """What the bytes are decides, whatever the request calls them."""

    zh = "附件须为 PDF、JPEG、PNG、HEIC、xlsx、docx（不含宏、未加密）或纯文本（含 csv）；改名不会改变内容。"
    en = (
        "An attachment must be PDF, JPEG, PNG, HEIC, xlsx or docx without macros or password, or plain text such as "
        "csv; renaming changes nothing."
    )


class AttachmentOfOldFormat(Invalid):
    """Old binary formats may hold macros unseen, and an office file with a password has their form too."""

    zh = "附件是旧版 doc、xls、ppt 或 WPS 格式，或设有打开密码。请取消密码，另存为 docx、xlsx 或 PDF 后重新上传。"
    en = (
        "The attachment is in an old format (doc, xls, ppt, WPS) or has a password. "
        "Remove the password, save it as docx, xlsx or PDF, and send that."
    )


class AttachmentNamedOtherwise(Invalid):
    """The end of a file's name says what its bytes are."""

    zh = "文件名的扩展名与内容不符：内容是 {kind}。请核对是否选错了文件；没有选错的，请将扩展名改为 .{extension}。"
    en = "The file's name does not fit its content, {kind}. See that it is the right file, or name it .{extension}."


class AttachmentNameUnreadable(Invalid):
    """A file's name can be read."""

    zh = "文件名无法使用：须有可见的文字，不含控制字符，且不超过 {limit} 字。请改名后重新上传。"
    en = (
        "The file's name cannot be used: it needs something to be seen, no control characters, and {limit} characters "
        "at most. Rename the file and send it again."
    )


class AttachmentFormUnreadable(Invalid):
    """A form that sends an attachment holds one file and nothing else."""

    zh = "表单中应当有且只有一个名为 file 的文件。有多个附件的，请逐个上传。"
    en = "A form holds exactly one file, in the field `file`, and nothing else. Send several attachments one by one."


class AttachmentInfected(Invalid):
    """The scanner found something in the bytes."""

    zh = "附件未通过病毒扫描，未予保存。请在本机查杀后，用干净的原件重新上传。"
    en = "The scanner found something harmful in the attachment; it was not kept. Send a clean original."


class ScannerUnavailable(Unavailable):
    """What cannot be scanned is not taken."""

    zh = "病毒扫描服务暂时不可用，附件未保存，请稍后重新上传。"
    en = "The virus scanner does not answer just now and the attachment was not kept. Send it again shortly."


class StoreUnavailable(Unavailable):
    """The folder or server that keeps attachments does not do what it should."""

    code = "attachment_store_unavailable"
    zh = "附件存储暂时不可用，请稍后重试；持续出现的，请告知系统管理员。"
    en = "The store of attachments is not available just now. Try again shortly; tell the administrator if it stays so."


class AttachmentErased(NotFound):
    """Its time was over; what is known of it stays."""

    zh = "该附件已到保存期限，内容于{erased_on}清除，仅保留其哈希值与大小。确有需要的，请向原件保存单位查阅。"
    en = "Its time is over: its bytes were erased on {erased_on}. Hash and size are kept; ask whoever has the original."


class UnknownAttachment(Invalid):
    """No attachment that the actor may read has this id."""

    zh = "没有找到所指的附件。请先上传，再填写其编号。"
    en = "No such attachment. Upload it first, then give its id."
