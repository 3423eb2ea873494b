"""How long the history is kept: old step runs of people who have left are deleted."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 20_000


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    # Rows come in the order of time: an index of a few pages finds the old ones.
    _run_at = models.Index("USING brin (run_at)")

    @api.autovacuum
    def _gc_step_runs(self):
        """Delete, a batch per call, what the companies no longer keep.

        :return: how many were deleted, and how many remain to be (1: some)
        """
        done = self._delete_old(fields.Datetime.now(), BATCH)
        return done, int(done >= BATCH)

    @api.model
    def _delete_old(self, now, limit):
        """Delete old step runs of enrolments that are over.

        Messages that nobody can refuse (billing, legal) stay as evidence, and those
        with content, so that nobody gets the same article again; of the latter the
        values go.

        :return: how many rows were dealt with
        """
        self.env.flush_all()
        companies = (
            self.env["res.company"].sudo().search([("lifecycle_keep_months", ">", 0)])
        )
        done = 0
        for months, kept in companies.grouped("lifecycle_keep_months").items():
            before = now - relativedelta(months=months)
            done += self._delete_before(kept, before, limit - done)
            if done >= limit:
                break
        self.invalidate_model()
        return done

    @api.model
    def _delete_before(self, companies, before, limit):
        old = SQL(
            """
            SELECT r.id
              FROM lifecycle_step_run r
              JOIN lifecycle_enrolment e ON e.id = r.enrolment_id
              LEFT JOIN lifecycle_message m ON m.id = r.message_id
              LEFT JOIN lifecycle_category c ON c.id = m.category_id
             WHERE r.run_at < %(before)s AND r.company_id = ANY(%(companies)s)
               AND e.state NOT IN ('active', 'error')
               AND COALESCE(c.can_opt_out, true)
               AND (r.content_id IS NULL OR r.detail IS NOT NULL)
             LIMIT %(limit)s
            """,
            before=before,
            companies=companies.ids,
            limit=limit,
        )
        ((deleted, emptied),) = self.env.execute_query(
            SQL(
                """
                WITH old AS MATERIALIZED (%s),
                deleted AS (
                    DELETE FROM lifecycle_step_run r USING old
                     WHERE r.id = old.id AND r.content_id IS NULL RETURNING 1),
                emptied AS (
                    UPDATE lifecycle_step_run r SET detail = NULL FROM old
                     WHERE r.id = old.id AND r.content_id IS NOT NULL RETURNING 1)
                SELECT (SELECT count(*) FROM deleted), (SELECT count(*) FROM emptied)
                """,
                old,
            )
        )
        return deleted + emptied
