"""Writing the history of a batch."""

import json

from odoo import api, models
from odoo.tools import SQL

from .lifecycle_step_run import ONE_ROW
from .prepared import execute_prepared

# What a result says of the step; the rest of a row stands in the enrolment.
TOLD = (
    "outcome",
    "reason",
    "branch_id",
    "detail",
    "address",
    "message_id",
    "content_id",
    "trace_id",
    "grant_id",
    "alert_id",
    "channel",
    "sms_parts",
    "cost",
)
NOTED = TOLD[4:]
# What a step that is tried again meets again.
AGAIN = ("wait", "fallback")
SAME_HOLD = SQL(f"ON CONFLICT ({ONE_ROW}) DO UPDATE SET detail = EXCLUDED.detail")


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    @api.model
    def _insert(self, results, now, places=None):
        """Write what happened to enrolments at the steps where they stand, before
        their cursors move on. Whoever only waits has no history.

        Those who share a result are one row of what is sent to the database, however
        many they are. A hold is kept once per reason: tried again and again, it says
        until when. So is a channel that did not reach the contact.

        :param results: dict of `StepResult` per enrolment id
        :param places: ids of the step runs at whose steps and visits these are, by
            enrolment id; by default where the cursors stand
        """
        again, done = {}, {}
        for enrolment_id, result in results.items():
            for one in (*result.earlier, result):
                if one.outcome != "wait" or one.holds:
                    kind = again if one.outcome in AGAIN else done
                    kind.setdefault(id(one), (one, []))[1].append(enrolment_id)
        if not again and not done:
            return
        self.env["lifecycle.enrolment"].flush_model()
        # First what came before.
        for shared, on_conflict in ((again, SAME_HOLD), (done, SQL())):
            if shared:
                people = [
                    (number, one_id, (places or {}).get(one_id))
                    for number, (_result, ids) in enumerate(shared.values(), start=1)
                    for one_id in ids
                ]
                told = [_tell(result) for result, _ids in shared.values()]
                self._insert_told(people, told, now, on_conflict)
        self.env["lifecycle.enrolment"].invalidate_model(["step_run_ids"])
        self.invalidate_model()

    @api.model
    def _insert_told(self, people, told, now, on_conflict):
        """The statement.

        :param people: list of (place in ``told`` from 1, enrolment id, step run id or
            None)
        :param told: list of dicts of `TOLD`
        """
        numbers, ids, places = map(list, zip(*people, strict=True))
        columns = list(map(SQL.identifier, TOLD))
        execute_prepared(
            self.env.cr,
            SQL(
                """
                INSERT INTO lifecycle_step_run (
                    enrolment_id, step_id, visit, program_id, company_id, partner_id,
                    step_type, scheduled_at, run_at, %(columns)s)
                SELECT e.id, s.id, COALESCE(place.visit, e.visit), s.program_id,
                       e.company_id, e.partner_id, s.type,
                       COALESCE(place.scheduled_at, e.scheduled_at), %(now)s,
                       %(values)s
                  FROM unnest(%(numbers)s::integer[], %(ids)s::integer[],
                              %(places)s::integer[])
                       AS person(number, id, place_id)
                  JOIN json_populate_recordset(NULL::lifecycle_step_run, %(told)s)
                       WITH ORDINALITY AS result
                    ON result.ordinality = person.number
                  JOIN lifecycle_enrolment e ON e.id = person.id
                  LEFT JOIN lifecycle_step_run place ON place.id = person.place_id
                  JOIN lifecycle_step s ON s.id = COALESCE(place.step_id, e.step_id)
                 ORDER BY person.number, e.id
                %(on_conflict)s
                """,
                columns=SQL(", ").join(columns),
                values=SQL(", ").join(SQL("result.%s", name) for name in columns),
                now=now,
                numbers=numbers,
                ids=ids,
                places=places,
                told=json.dumps(told, default=str),
                on_conflict=on_conflict,
            ),
        )


def _tell(result):
    """The columns `TOLD` of a result, by name."""
    values, outcome = result.values, result.outcome
    detail = values.get("detail")
    if outcome == "wait":
        outcome = "held"
        detail = {"until": result.due_at} if result.due_at else None
    told = {name: values.get(name) or None for name in NOTED}
    return told | {
        "outcome": outcome,
        "reason": result.reason,
        "branch_id": result.branch.id if result.branch else None,
        "detail": detail or None,
    }
