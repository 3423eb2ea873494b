"""A line of the benchmark's table, and the memory of this process."""

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
