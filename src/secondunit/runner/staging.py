"""Job folders: where work lies until the gate has seen it, and how the dead ones are told from the living.

    scratch/jobs/ID/alive       locked for as long as the job's process lives
    scratch/jobs/ID/staging/    what the worker fills; renamed into place when admitted
    scratch/trash/              on its way out: a rename takes a folder away at once, its removal may take time

The lock goes with its process, however that ends, so nothing depends on process numbers, which are given out again.
"""

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

SCRATCH = "scratch"


@dataclass(frozen=True)
class Job:
    """A job of this process. folder: its own; staging: what the worker fills."""

    id: str
    folder: Path

    @property
    def staging(self) -> Path:
        """Empty when the worker gets it."""
        return self.folder / "staging"


@contextlib.contextmanager
def open_job(production: Path) -> Iterator[Job]:
    """A new job's folder, alive until left; then whatever was not renamed away is removed."""
    job_id = uuid.uuid4().hex[:16]
    job = Job(job_id, production / SCRATCH / "jobs" / job_id)
    with locked(production):
        job.staging.mkdir(parents=True)
        alive = (job.folder / "alive").open("w")
        fcntl.flock(alive, fcntl.LOCK_EX)
    try:
        yield job
    finally:
        shutil.rmtree(job.folder, ignore_errors=True)
        alive.close()


@contextlib.contextmanager
def locked(production: Path) -> Iterator[None]:
    """One at a time: making a job's folder and looking for dead ones. Never taken while the database is held."""
    scratch = production / SCRATCH
    scratch.mkdir(exist_ok=True)
    with (scratch / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def dead_jobs(production: Path) -> list[str]:
    """Ids of job folders whose process is gone. Call while `locked`."""
    jobs = production / SCRATCH / "jobs"
    folders = sorted(jobs.iterdir()) if jobs.is_dir() else []
    return [folder.name for folder in folders if not _alive(folder)]


def is_alive(production: Path, job: str) -> bool:
    """Whether the job's process still lives. Call while `locked`."""
    return _alive(production / SCRATCH / "jobs" / job)


def _alive(folder: Path) -> bool:
    try:
        file: TextIO = (folder / "alive").open("r+")
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def remove_job(production: Path, job: str) -> None:
    """Remove a dead job's folder."""
    shutil.rmtree(production / SCRATCH / "jobs" / job, ignore_errors=True)


def bury(production: Path, folder: Path) -> None:
    """Take a folder out of sight at once; `empty_trash` removes it."""
    trash = production / SCRATCH / "trash"
    trash.mkdir(parents=True, exist_ok=True)
    os.rename(folder, trash / uuid.uuid4().hex)


def empty_trash(production: Path) -> None:
    """Remove what was buried."""
    shutil.rmtree(production / SCRATCH / "trash", ignore_errors=True)
