import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_FONTS = Path(__file__).with_name("fonts.conf")


async def make_pdfs(program: str, documents: Mapping[str, bytes], *, seconds: float) -> dict[str, bytes]:
    """Have LibreOffice make PDFs of docx files, by their names, in one call; what it did not make is left out.

    Raises TimeoutError when it takes longer, and OSError where the program is not there.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        sources = [folder / f"{each}.docx" for each in documents]
        for source, content in zip(sources, documents.values(), strict=True):
            source.write_bytes(content)
        await _run(program, folder, sources, seconds)
        made = {each: folder / f"{each}.pdf" for each in documents}
        return {each: pdf.read_bytes() for each, pdf in made.items() if pdf.exists()}


async def _run(program: str, folder: Path, sources: list[Path], seconds: float) -> None:
    # A profile of its own, because two that run at once would share one; nothing of our own environment goes along.
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(_FONTS),
    }
    process = await asyncio.create_subprocess_exec(
        program,
        *(profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder)),
        *map(str, sources),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    finally:
        # The program is started by a script, so its whole group ends.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
