from supervision.foundation.errors import BlankText, NotFound
from supervision.foundation.strict_json import RepeatedKeyError

# What HTTP itself refuses: code, Chinese, English.
HTTP_TEXTS: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "请求格式无法识别。", "The request could not be understood."),
    404: ("not_found", NotFound.zh, NotFound.en),
    405: (
        "method_not_allowed",
        "此地址不支持该方法，可用方法见 Allow 头。",
        "This address does not take that method; see Allow.",
    ),
    406: (
        "not_acceptable",
        "仅能以 JSON 回答，请调整 Accept 头。",
        "Only JSON can be answered here; change the Accept header.",
    ),
    408: ("request_timeout", "请求未在时限内送达。", "The request did not arrive in time."),
    413: ("content_too_large", "请求内容过大，请拆分后重试。", "The request is too large; split it and try again."),
    415: (
        "unsupported_media_type",
        "不支持此内容类型或压缩方式，请核对 Content-Type 头，并去掉 Content-Encoding 头，不经压缩发送。",
        "This media type or coding is not taken here; check Content-Type, and send without Content-Encoding.",
    ),
    428: (
        "precondition_required",
        "修改或签批前请先读取，并在 If-Match 头中带上读到的 ETag。",
        "Read it first, then send the ETag that you read in the If-Match header.",
    ),
    429: (
        "too_many_requests",
        "请求过于频繁，请按 Retry-After 头稍后重试。",
        "Too many requests; wait as Retry-After says.",
    ),
    431: (
        "headers_too_large",
        "请求头过长，请缩短后重试。",
        "A header of the request is too long; shorten it and try again.",
    ),
    500: (
        "internal_error",
        "服务内部出错，操作未生效。请将 trace_id 告知系统管理员。",
        "Something went wrong here and nothing was stored. Tell the administrator the trace_id.",
    ),
    503: (
        "unavailable",
        "数据库暂时不可用，操作未生效，请稍后重试。",
        "The database is not available just now and nothing was stored. Try again shortly.",
    ),
}


# Pydantic's error types, told so that a person can act; what is not listed is "invalid_value".
FIELD_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("缺少此项。", "This is required."),
    "extra_forbidden": ("没有此项，请核对名称。", "There is no such field; check its name."),
    "json_invalid": ("不是有效的 JSON。", "This is not valid JSON."),
    "repeated_key": (RepeatedKeyError.zh, RepeatedKeyError.en),
    "unknown_parameter": ("没有此查询参数，请核对名称。", "There is no such query parameter; check its name."),
    "repeated_parameter": ("查询参数只能出现一次。", "A query parameter may be given only once."),
    "string_too_short": ("文字过短。", "The text is too short."),
    "string_too_long": ("文字过长。", "The text is too long."),
    "string_pattern_mismatch": ("格式不符。", "The format is not right."),
    "string_type": ("应为文字。", "This must be text."),
    "int_type": ("应为整数。", "This must be a whole number."),
    "bool_type": ("应为 true 或 false。", "This must be true or false."),
    "enum": ("不是允许的取值。", "This is not one of the allowed values."),
    "literal_error": ("不是允许的取值。", "This is not one of the allowed values."),
    "uuid_parsing": ("不是有效的编号。", "This is not a valid id."),
    "full_date": ("应为 YYYY-MM-DD 的日期。", "This must be a date as YYYY-MM-DD."),
    "moment": ("应为带时区的 RFC 3339 时间。", "This must be an RFC 3339 time with its offset."),
    "decimal_text": ('应为十进制数字的文字，如 "6.5"。', 'This must be a decimal number as text, such as "6.5".'),
    "base64": ("应为 base64 编码的文件。", "This must be a file in base64."),
    "control_characters": ("含有不允许的控制字符。", "The text has control characters, which are not allowed."),
    "blank_text": (BlankText.zh, BlankText.en),
    "greater_than_equal": ("数值过小。", "The number is too small."),
    "less_than_equal": ("数值过大。", "The number is too large."),
    "too_short": ("项数过少。", "There are too few entries."),
    "too_long": ("项数过多。", "There are too many entries."),
}


UNKNOWN_FIELD_TEXT = ("取值无效。", "This value is not valid.")
