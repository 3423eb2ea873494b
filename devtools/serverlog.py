"""Reading Odoo's server log: which warnings and errors may not be there.

The allow-list holds Odoo's own, each regular expression below the comment that is its
reason. A record is matched whole, its traceback included.
"""

import os
import re

from . import console, paths

ALLOW_LIST = os.path.join(paths.ROOT, "devtools", "log_allow.txt")
_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<text>.*)$"
)
_BAD = {"WARNING", "ERROR", "CRITICAL"}


def read_allow_list(path=ALLOW_LIST):
    """The allowed expressions; one without a reason above it is an error."""
    allowed, reason = [], ""
    with open(path) as handle:
        for number, line in enumerate(handle, 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                reason = line.lstrip("# ")
            elif not line.strip():
                reason = ""
            elif not reason:
                raise console.Stop(f"{path}:{number}: an allowed line needs a reason.")
            else:
                allowed.append(re.compile(line))
    return allowed


def records(lines):
    """(level, text) for each record; lines that follow one belong to it."""
    level, text = None, []
    for line in lines:
        match = _RECORD.match(line.rstrip("\n"))
        if match:
            if level:
                yield level, "\n".join(text)
            level, text = match.group("level"), [match.group("text")]
        else:
            text.append(line.rstrip("\n"))
    if level:
        yield level, "\n".join(text)


def complaints(path, allowed=None):
    """The records of a log file that must not be there."""
    allowed = read_allow_list() if allowed is None else allowed
    with open(path, errors="replace") as handle:
        return [
            f"{level} {text}"
            for level, text in records(handle)
            if level in _BAD and not any(rule.search(text) for rule in allowed)
        ]


def check(path, what):
    """Print a log's complaints; whether there were none."""
    found = complaints(path)
    if found:
        console.step(f"the server log of the {what} holds {len(found)} complaints:")
        for text in found[:20]:
            console.step(text[:2000])
        console.step(f"the whole log: {path}")
    return not found
