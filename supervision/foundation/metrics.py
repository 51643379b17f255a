"""What both processes count. A gauge stands with the one process that sets it: the other would show 0 of it."""

from prometheus_client import Counter, Histogram

REQUESTS = Histogram("ducha_request_seconds", "Seconds to answer a request", ["operation", "status"])
REFUSED_LOGINS = Counter(
    "ducha_refused_logins_total", "Refused logins, by whether the key's prefix is known", ["prefix"]
)
TURNS_REFUSED = Counter("ducha_turns_refused_total", "Requests of callers who use more than their share", ["of"])
COMMANDS = Counter("ducha_commands_total", "Commands carried out, by audit verb", ["verb"])
SENDING = Histogram("ducha_message_submit_seconds", "Seconds of one gateway call", ["gateway"])
MESSAGES = Counter("ducha_messages_total", "Messages by outcome of their submission", ["gateway", "state"])
RECEIPT_DELAY = Histogram(
    "ducha_receipt_seconds",
    "Seconds from acceptance to receipt",
    buckets=(0.1, 0.5, 1, 5, 30, 120, 600, 3600, 86400),
)
REPLIES = Counter("ducha_replies_total", "Replies of officials by what became of them", ["outcome"])
RECEIPTS = Counter("ducha_receipts_total", "Receipts by what became of them", ["outcome"])
SIGNING_KEYS_FETCHED = Counter(
    "ducha_signing_keys_fetched_total", "Attempts to fetch an identity provider's signing keys", ["outcome"]
)
TOKENS_CHECKED = Counter("ducha_token_checks_total", "Bearer tokens by what became of them", ["outcome"])
RUNS = Histogram("ducha_run_seconds", "Seconds of one step of the cadence or of one operation", ["kind"])
ERASED = Counter("ducha_erased_total", "Rows whose personal data was erased after its time, by kind", ["kind"])
UPLOADS = Counter("ducha_uploads_total", "Uploads: kept, or the code with which they were refused", ["outcome"])
SCANS = Counter("ducha_scans_total", "Uploads that were scanned, by what was found", ["outcome"])
ORPHANS_SWEPT = Counter("ducha_attachments_swept_total", "Files taken out of the store that no attachment has")
SEAL_EXPORT_FAILURES = Counter("ducha_audit_seal_export_failures_total", "Attempts to write seals down that failed")
TIMESTAMP_FAILURES = Counter("ducha_audit_timestamp_failures_total", "Attempts to get a time-stamp that failed")
ACCESSES = Counter("ducha_accesses_total", "Refusals, readings and exports that are audited, by audit verb", ["verb"])
