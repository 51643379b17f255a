from collections.abc import Mapping

# What may be wrong with one cell, in both languages; the facts in braces are ours, never the cell's text.
WRONG_WITH_CELL: Mapping[str, tuple[str, str]] = {
    "formula": ("单元格是公式，请粘贴为数值。", "The cell is a formula; paste its value instead."),
    "error_value": (
        "单元格是错误值（如 #N/A），请改填数值或文字。",
        "The cell is an error value such as #N/A; write what is meant.",
    ),
    "merged_cells": ("{range} 是合并单元格，请取消合并并逐格填写。", "{range} is merged; undo it and fill each cell."),
    "no_header": (
        "此列没有列名，请在表头补上列名，或删去此列内容。",
        "The column has no name in the header; name it, or delete what stands in it.",
    ),
    "too_long": ("内容超过 {limit} 个字符，请缩短。", "The text is longer than {limit} characters; shorten it."),
    "control_character": (
        "内容含有不可见的控制字符，请删去后重新填写。",
        "The text holds control characters; write it anew without them.",
    ),
    "ragged_row": (
        "此行有 {found} 格，表头有 {expected} 格，请补齐或删去多余的格。",
        "The row has {found} cells, the header {expected}; add what is missing or delete what is too much.",
    ),
    "broken_quotes": (
        "从此行起引号不配对，其后内容未读取，请补齐引号。",
        "From this row on the quotes do not pair and what follows was not read; close them.",
    ),
    "scaled_format": (
        "数字格式使显示的数与所存的数不同。请将格式改为“常规”，填写完整数值，“万”“亿”等写入“单位”列。",
        "The number format shows another figure than is stored. Make it General, and write 万 or 亿 into the unit.",
    ),
    "hiding_format": (
        "数字格式不显示所存的数，请将格式改为“常规”并核对数值。",
        "The number format does not show the figure; make it General and look at the figure.",
    ),
    "date_without_day": (
        "日期格式只显示年月，所存的日是软件自行补上的。请写明年、月、日。",
        "The date format shows no day, and the stored one was made up; write year, month and day.",
    ),
    "raised_text": (
        "单元格中有上标或下标，会与数字连在一起。请删去上下标，注释写入“备注”列。",
        "The cell has superscript or subscript, which would join the figure; delete it, and put notes into remarks.",
    ),
    "struck_text": (
        "单元格中部分内容加了删除线。如已作废，请删去该部分；如仍有效，请取消删除线。",
        "Part of the cell is struck through. Delete it if it is void; otherwise undo the strikethrough.",
    ),
    "struck_cell": (
        "此格加了删除线而本行未整行划去。整行作废的，请删去该行；仍有效的，请取消删除线。",
        "The cell is struck through and its row is not. Delete the row if it is void; else undo the strikethrough.",
    ),
}


# What was passed over or is not what it seems, though nothing is wrong with it.
WORTH_KNOWING: Mapping[str, tuple[str, str]] = {
    "title_rows": ("表头之上的行作为标题，未读取。", "Rows above the header are titles and were not read."),
    "hidden_rows": (
        "隐藏的行和被筛选掉的行已照常读取，请核对是否应当列入。",
        "Hidden and filtered-out rows were read like the others; make sure that they belong here.",
    ),
    "struck_rows": ("整行加删除线的行视为作废，未读取。", "Rows that are struck through as a whole were not read."),
    "hidden_columns": ("隐藏的列已照常读取，请核对。", "Hidden columns were read like the others; look at them."),
    "hidden_sheet": ("隐藏的工作表未读取。", "The sheet is hidden and was not read."),
    "sheet_without_header": (
        "工作表中没有所需的表头，作为封面或说明，未读取。",
        "The sheet has no header that we know; it was taken as a cover or notes and not read.",
    ),
}
