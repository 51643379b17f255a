import structlog

from supervision.foundation import settings
from supervision.official_documents import pdf_copies, queries
from supervision.official_documents.pdf import make_pdfs
from worker.runner import Runner

log = structlog.get_logger()


async def copy_as_pdf(runner: Runner) -> None:
    """Make a PDF of each issued document, where LibreOffice is set; a document that it cannot read is tried once."""
    program, seconds = settings.current().libreoffice, settings.current().libreoffice_seconds
    if program is None:
        return
    async with runner.everywhere() as session:
        waiting = await queries.list_without_pdf(session)
    for row in waiting:
        name = str(row["id"])
        made: dict[str, bytes] = {}
        try:
            made = await make_pdfs(str(program), {name: bytes(row["content"])}, seconds=seconds)
        except TimeoutError:
            log.warning("pdf_took_too_long", document=name)
        except OSError:
            # The program is not there: that is for whoever runs us, and no fault of the document.
            log.exception("pdf_program_missing", program=str(program))
            return
        async with runner.within(row["jurisdiction_id"]) as session:
            await pdf_copies.keep_pdf(session, row["id"], made.get(name))
