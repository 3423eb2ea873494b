"""A line of a benchmark's table, the memory of this process, and the machine."""

import os
from dataclasses import dataclass


@dataclass
class Row:
    """One line of the table.

    :param value: ours
    :param beside: what it is held against, ``limit`` its value in the same unit
    :param at_most: the most that ours may be of the limit
    :param at_least: how many times ours the limit has to be
    """

    what: str
    value: float
    beside: str
    limit: float
    unit: str = "ms"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self):
        return self.value / self.limit

    @property
    def must(self):
        if self.at_most:
            return f"at most {self.at_most:g} times"
        return f"{self.at_least:g} times faster" if self.at_least else ""

    @property
    def cells(self):
        """The line as the columns of `markdown`."""
        value, limit = (f"{one:,.4g} {self.unit}" for one in (self.value, self.limit))
        return (self.what, value, self.beside, limit, f"{self.ratio:.3g}", self.must)

    @property
    def ok(self):
        if self.at_most:
            return self.ratio <= self.at_most
        return not self.at_least or self.ratio * self.at_least <= 1

    @property
    def text(self):
        """The line as it is printed; an exclamation mark when it is over its limit."""
        what, value, beside, limit, ratio, must = self.cells
        return (
            f"{'  ' if self.ok else '! '}{what}: {value}; {beside}: {limit};"
            f" {ratio} times" + (f", may be {must}" if must else "")
        )


def markdown(rows):
    """The rows as a table in Markdown."""
    heads = ("what", "ours", "beside", "its", "times", "must be")
    lines = [heads, ["---"] * len(heads), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def reset_peak():
    """Have the peak of this process's memory start from what it holds now (Linux)."""
    with open("/proc/self/clear_refs", "w") as handle:
        handle.write("5")


def peak_memory():
    """The most memory that this process has held, in MB."""
    with open("/proc/self/status") as handle:
        (line,) = (line for line in handle if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def describe_machine(env):
    """Processor, memory, PostgreSQL and what it may use, in a sentence."""
    env.cr.execute(
        "SELECT current_setting('server_version'), current_setting('shared_buffers'),"
        " current_setting('work_mem')"
    )
    version, buffers, work = env.cr.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with open("/proc/cpuinfo") as handle:
        models = [line.split(":")[1].strip() for line in handle if "model name" in line]
    return (
        f"{os.cpu_count()} cores ({models[0] if models else 'unknown'}),"
        f" {memory:.0f} GB of memory, PostgreSQL {version.split()[0]}"
        f" (shared_buffers {buffers}, work_mem {work})"
    )
