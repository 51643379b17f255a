import importlib
import inspect
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pkgutil import iter_modules

from worker import jobs
from worker.runner import Runner
from worker.settings import JOBS, NIGHTLY, make_worker


def written() -> set[Callable[[Runner], Awaitable[None]]]:
    """Find every public function of worker/jobs that takes nothing but a runner."""
    modules = [importlib.import_module(f"{jobs.__name__}.{each.name}") for each in iter_modules(jobs.__path__)]
    return {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and [each.annotation for each in inspect.signature(function).parameters.values()] == [Runner]
    }


def test_every_job_is_registered() -> None:
    odd = {job.__name__ for job in written() ^ {*JOBS, *NIGHTLY}}
    assert not odd, (
        f"{odd}: put the job into JOBS or NIGHTLY of worker/settings.py, or begin its name with an underscore"
    )


async def test_every_job_is_rung_by_its_name_and_by_the_clock() -> None:
    worker = make_worker()
    names = {job.__name__ for job in (*JOBS, *NIGHTLY)}
    clocks = {f"clock:{name}" for name in names}
    odd = (set(worker.functions) ^ (names | clocks)) | ({each.name for each in worker.cron_jobs or ()} ^ clocks)
    assert not odd, f"{odd}: a job is registered by JOBS in worker/settings.py, which gives it to doorbell and clock"


def test_the_worker_loads_no_web_framework() -> None:
    program = "import sys, worker.settings; sys.exit(bool({'fastapi', 'starlette', 'uvicorn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0, (
        "worker/settings.py brings in FastAPI, Starlette or uvicorn by some import: find it with "
        "`python -X importtime -c 'import worker.settings'`; what both faces need belongs in supervision/"
    )
