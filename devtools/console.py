"""What the user reads: steps, progress, and errors of one sentence."""

import contextlib
import errno
import fcntl
import os
import sys
import time

from . import paths

DISK_FULL = "The disk is full: free about 4 GB and run the command again."


class Stop(Exception):
    """An expected failure: its text is one sentence that says what to do."""


def step(text):
    """Say what starts now."""
    sys.stderr.write(f"dev: {text}\n")
    sys.stderr.flush()


class Progress:
    """One changing line on a terminal, now and then a line elsewhere."""

    def __init__(self, interval=10.0):
        self.tty = sys.stderr.isatty()
        self.interval = 0.1 if self.tty else interval
        self.last = time.monotonic()

    def show(self, text):
        now = time.monotonic()
        if now - self.last < self.interval:
            return
        self.last = now
        if self.tty:
            sys.stderr.write(f"\r\033[K  {text[:100]}")
        else:
            sys.stderr.write(f"  {text}\n")
        sys.stderr.flush()

    def done(self):
        if self.tty:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


@contextlib.contextmanager
def lock(name):
    """Hold a lock between processes, so that `dev` commands may run side by side."""
    folder = os.path.join(paths.DEV, "locks")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            step(f"waiting for another process of ./dev ({name})")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def explain_os_error(error):
    """The sentence for an operating system error, or None when it has none."""
    if error.errno == errno.ENOSPC:
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "May not write %s: run ./dev as the owner of this folder." % (
            error.filename or paths.DEV
        )
    return None


def write_if_changed(path, text):
    """Write a file in one move, and only when its text differs."""
    try:
        with open(path) as handle:
            if handle.read() == text:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    with open(part, "w") as handle:
        handle.write(text)
    os.replace(part, path)
