from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class StepResult:
    """What a step did for one enrolment, as `_run_<type>_batch` returns it.

    :param outcome: ``done``, ``skipped`` (with a reason), ``wait`` (stay at this
        step until ``due_at``) or, among ``earlier``, ``fallback``
    :param reason: a short code, such as ``opt_out`` or ``timeout``
    :param next_step: the step that follows, an empty record to end the program, or
        None for the step's own "Then"
    :param due_at: for ``wait``: when to look again, naive UTC
    :param holds: a ``wait`` that keeps the time the step was meant to run, so that a
        message can become too late; a wait step moves that time along instead
    :param is_excused: a hold whose time does not count as lateness: nothing may be sent
        at that hour
    :param branch: the `lifecycle.step.branch` taken
    :param values: columns of the step run: address, channel, message_id, content_id,
        trace_id, grant_id, alert_id, sms_parts, cost, detail
    :param earlier: the channels that were tried before, a `StepResult` each
    """

    outcome: str = "done"
    reason: str | None = None
    next_step: Any = None
    due_at: datetime | None = None
    holds: bool = False
    is_excused: bool = False
    branch: Any = None
    values: dict = field(default_factory=dict)
    earlier: tuple = ()

    @property
    def way(self):
        """What moves the cursor: whoever shares it goes the same way, each in time."""
        return (
            self.outcome,
            self.reason,
            self.next_step,
            self.holds,
            self.is_excused,
        )
