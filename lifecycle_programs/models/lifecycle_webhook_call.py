"""The queue of webhook calls: written with the cursor, sent after the commit."""

import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.webhook import Answer, Refused, post, retry_minutes, signature
from .lifecycle_retry import claim, retry_on_conflict

# From when on another try makes no sense.
GIVE_UP = timedelta(days=1)
# How long calls are kept after they were made.
KEEP = timedelta(days=90)


class LifecycleWebhookCall(models.Model):
    """One call of a webhook for one contact at one step.

    States: ``waiting`` -> ``done`` (an answer of 2xx), ``failed`` (another answer, or a
    day of tries without one) or ``refused`` (the address may not be called).

    A call that was answered before the process died is sent again, with the same
    Idempotency-Key: by it the other system knows a call that it has had.
    """

    _name = "lifecycle.webhook.call"
    _description = "Webhook Call"
    _order = "id desc"
    _rec_name = "key"

    webhook_id = fields.Many2one(
        "lifecycle.webhook", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", required=True, ondelete="cascade"
    )
    step_id = fields.Many2one("lifecycle.step", required=True, ondelete="cascade")
    visit = fields.Integer(required=True)
    key = fields.Char(
        string="Idempotency Key",
        required=True,
        help="The same at every try of one call.",
    )
    body = fields.Text(required=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("refused", "Refused"),
        ],
        required=True,
        default="waiting",
    )
    asked_at = fields.Datetime(required=True)
    next_try_at = fields.Datetime()
    tries = fields.Integer()
    answered_at = fields.Datetime()
    status = fields.Integer(string="Answer", help="The HTTP status of the last answer.")
    error = fields.Char()

    _once = models.UniqueIndex("(enrolment_id, step_id, visit)")
    _waiting = models.Index("(next_try_at, id) WHERE state = 'waiting'")

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _wake_sender(self, at=None):
        cron = self.env.ref("lifecycle_programs.ir_cron_send_webhooks")
        cron.sudo()._trigger(at)

    @api.model
    def _cron_send(self):
        """Send what waits, a call per transaction. Whoever does not answer holds up
        only the calls to the same address."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_waiting(now, ()))
        silent = set()
        while call := retry_on_conflict(self.env, lambda: self._claim(now, silent)):
            webhook_id = call.webhook_id.id
            if call._send(now).status is None:
                silent.add(webhook_id)
            remaining = self._count_waiting(now, silent)
            if not cron._commit_progress(1, remaining=remaining):
                break

    @api.model
    def _waiting_condition(self, now, silent):
        return SQL(
            "c.state = 'waiting' AND c.next_try_at <= %s AND c.webhook_id <> ALL(%s)",
            now,
            list(silent),
        )

    @api.model
    def _count_waiting(self, now, silent):
        condition = self._waiting_condition(now, silent)
        query = SQL("SELECT count(*) FROM lifecycle_webhook_call c WHERE %s", condition)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _claim(self, now, silent=()):
        """Lock the next call that is due."""
        self.env.flush_all()
        rows = claim(
            self.env,
            SQL(
                """
                SELECT c.id FROM lifecycle_webhook_call c WHERE %s
                 ORDER BY c.next_try_at, c.id LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                self._waiting_condition(now, silent),
            ),
        )
        return self.browse(row[0] for row in rows)

    # ------------------------------------------------------------
    # SEND
    # ------------------------------------------------------------

    def _send(self, now):
        """Make the call, and note what came of it; the caller commits.

        :rtype: engine.webhook.Answer
        """
        self.ensure_one()
        webhook = self.webhook_id.sudo()
        values = {"tries": self.tries + 1}
        if not webhook.active:
            answer, state = Answer(), "refused"
            values["error"] = self.env._("The webhook is switched off.")
        else:
            try:
                answer = self._post(webhook)
                values["error"] = answer.error or False
                state = self._get_state(answer, now)
            except Refused as error:
                answer, state = Answer(status=0), "refused"
                values["error"] = str(error)
        values |= {"status": answer.status or 0, "state": state}
        if state == "waiting":
            wait = timedelta(minutes=retry_minutes(values["tries"], answer))
            # The last try comes when the day is over, not later.
            values["next_try_at"] = min(now + wait, self.asked_at + GIVE_UP)
            self._wake_sender(values["next_try_at"])
        else:
            values |= {"answered_at": now, "next_try_at": False}
            self.env["lifecycle.event"]._watch("webhook_answered", self)
        self.write(values)
        return answer

    def _post(self, webhook):
        body = self.body.encode()
        timestamp = int(time.time())
        return post(
            webhook.url,
            body,
            {
                "Idempotency-Key": self.key,
                "X-Lifecycle-Timestamp": str(timestamp),
                "X-Lifecycle-Signature": signature(webhook.secret, timestamp, body),
            },
            allow_private=webhook.is_private,
        )

    def _get_state(self, answer, now):
        if answer.is_done:
            return "done"
        if answer.is_passing and now < self.asked_at + GIVE_UP:
            return "waiting"
        return "failed"

    def action_retry(self):
        """Call again, for another day."""
        self.webhook_id.check_access("write")
        now = fields.Datetime.now()
        self.sudo().filtered(lambda call: call.state in ("failed", "refused")).write(
            {
                "state": "waiting",
                "asked_at": now,
                "next_try_at": now,
                "tries": 0,
                "answered_at": False,
            }
        )
        self._wake_sender()
        return True

    @api.autovacuum
    def _gc_calls(self):
        """What was answered long ago is of no use, and holds data of people."""
        old = fields.Datetime.now() - KEEP
        self.search([("answered_at", "<", old)], limit=10000).unlink()

    # ------------------------------------------------------------
    # EVENT
    # ------------------------------------------------------------

    def _lifecycle_rows_webhook_answered(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN lifecycle_webhook_call c ON c.id = hook.id
                JOIN lifecycle_step s ON s.id = c.step_id
                JOIN lifecycle_program p ON p.id = s.program_id
                """,
                hook,
            ),
            partner_id=SQL("c.partner_id"),
            company_id=SQL("c.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_build_object('ok', c.state = 'done', 'status', c.status,
                                   'program', p.code, 'step', s.key)
                """
            ),
            res_model=SQL("%s", self._name),
            res_id=SQL("c.id"),
        )
