"""Whether the machinery moves: events, steps, queues, scheduled actions, providers."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

EVENTS_LATE = timedelta(minutes=30)
STEPS_LATE = timedelta(hours=1)
QUEUE_LATE = timedelta(hours=2)
PROVIDER_WINDOW = timedelta(days=1)
# So many failures of a provider, and so large a share in percent, are no chance.
PROVIDER_FAILURES = 5
PROVIDER_PERCENT = 20
# Failures of who delivers, not of who receives.
PROVIDER_ERRORS = (
    "mail_smtp",
    "mail_from_invalid",
    "mail_from_missing",
    "sms_credit",
    "sms_server",
    "sms_acc",
    "sms_registration_needed",
)
QUEUE_CRONS = ("mail.ir_cron_mail_scheduler_action", "sms.ir_cron_sms_scheduler_action")
MODULE = "lifecycle_programs"
TOKEN = "lifecycle_programs.health_token"
STATE = "lifecycle_programs.health_state"
EMAIL = "lifecycle_programs.health_email"


@dataclass(frozen=True)
class Finding:
    """The answer of one check.

    :param code: one word, for monitoring
    :param ok: whether all is well
    :param text: what was found, in a sentence
    :param value: the number behind it
    """

    code: str
    ok: bool
    text: str
    value: int = 0


class LifecycleHealth(models.TransientModel):
    """The page that shows the findings. Another addon adds a check by its name in
    `_checks`: a method that gets ``now`` and returns a `Finding`."""

    _name = "lifecycle.health"
    _description = "Health of Programs"

    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, readonly=True
    )
    stop_text = fields.Char(related="company_id.lifecycle_stop_text")
    is_healthy = fields.Boolean(compute="_compute_findings")
    findings = fields.Html(compute="_compute_findings", sanitize=False)
    url = fields.Char(
        string="For monitoring",
        compute="_compute_url",
        help="Answers 200 while all is well and 503 when it is not.",
    )

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Health and stop")

    @api.depends_context("lang", "tz")
    def _compute_findings(self):
        found = self.env["lifecycle.health"].sudo()._find(fields.Datetime.now())
        draw = self.env["lifecycle.explanation"]
        html = draw._frame(
            [draw._draw_lines(self.env._("The machinery of programs"), found)]
        )
        for page in self:
            page.findings = html
            page.is_healthy = all(finding.ok for finding in found)

    def _compute_url(self):
        token = self.env["ir.config_parameter"].sudo().get_param(TOKEN)
        for page in self:
            page.url = token and self.env["lifecycle.link"]._get_url(
                f"/lifecycle/health?token={token}"
            )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @api.model
    def action_open(self):
        """A fresh page; what it shows is of this moment."""
        self.check_access("create")
        page = self.create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Health"),
            "res_model": self._name,
            "res_id": page.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_new_url(self):
        """A new address for monitoring; the old one works no more."""
        self.check_access("write")
        self.env["ir.config_parameter"].sudo().set_param(
            TOKEN, secrets.token_urlsafe(24)
        )
        return True

    def action_stop(self):
        return self.company_id.action_lifecycle_stop()

    def action_start(self):
        return self.company_id.action_lifecycle_start()

    @api.model
    def _is_token(self, token):
        """Whether this is the token of the address for monitoring."""
        expected = self.env["ir.config_parameter"].sudo().get_param(TOKEN) or ""
        # In constant time, so that it cannot be guessed letter by letter.
        return bool(expected) and hmac.compare_digest(
            expected.encode(), (token or "").encode()
        )

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.model
    def _checks(self):
        return [
            "_check_events",
            "_check_steps",
            "_check_mails",
            "_check_sms",
            "_check_crons",
            "_check_providers",
        ]

    @api.model
    def _find(self, now):
        """The findings of all checks, in their order."""
        self.env.flush_all()
        return [getattr(self, check)(now) for check in self._checks()]

    @api.model
    def _check_events(self, now):
        query = SQL(
            """
            SELECT min(GREATEST(e.occurred_at, e.create_date))
              FROM lifecycle_event e
             WHERE e.processed_at IS NULL AND e.occurred_at <= %(now)s
               AND (e.retry_at IS NULL OR e.retry_at <= %(now)s)
            """,
            now=now,
        )
        ((oldest,),) = self.env.execute_query(query)
        minutes = int((now - oldest).total_seconds() // 60) if oldest else 0
        return Finding(
            "events",
            minutes <= EVENTS_LATE.total_seconds() / 60,
            self.env._("Oldest event not worked off: %s minutes old", minutes)
            if oldest
            else self.env._("All events are worked off"),
            minutes,
        )

    @api.model
    def _check_steps(self, now):
        query = SQL(
            """
            SELECT count(*)
              FROM lifecycle_program p
              JOIN res_company c ON c.id = p.company_id
              JOIN lifecycle_enrolment e ON e.program_id = p.id
             WHERE p.state IN ('running', 'closed') AND p.active
               AND c.lifecycle_stopped_at IS NULL
               AND e.state = 'active' AND e.due_at <= %s
            """,
            now - STEPS_LATE,
        )
        ((count,),) = self.env.execute_query(query)
        text = self.env._("Steps more than an hour late: %s", count)
        return Finding("steps", not count, text, count)

    @api.model
    def _check_mails(self, now):
        count = self._count_backlog("mail.mail", [("scheduled_date", "=", False)], now)
        text = self.env._("Mails that wait for more than two hours: %s", count)
        return Finding("mails", not count, text, count)

    @api.model
    def _check_sms(self, now):
        count = self._count_backlog("sms.sms", [("to_delete", "!=", True)], now)
        text = self.env._("SMS that wait for more than two hours: %s", count)
        return Finding("sms", not count, text, count)

    @api.model
    def _count_backlog(self, model, domain, now):
        """The messages of programs that should have left the queue."""
        stopped = self.env["mailing.mailing"]._get_lifecycle_stopped()
        return (
            self.env[model]
            .sudo()
            .search_count(
                [
                    *domain,
                    ("state", "=", "outgoing"),
                    ("create_date", "<=", now - QUEUE_LATE),
                    ("mailing_id.lifecycle_step_key", "!=", False),
                    ("mailing_id", "not in", stopped.ids),
                ]
            )
        )

    @api.model
    def _check_crons(self, now):
        """Scheduled actions that somebody has switched off, or that fail."""
        crons = self._get_crons()
        ill = crons.filtered(lambda cron: not cron.active or cron.failure_count)
        text = self.env._("All scheduled actions run")
        if ill:
            names = ", ".join(ill.mapped("name"))
            text = self.env._("Scheduled actions that are off or fail: %s", names)
        return Finding("crons", not ill, text, len(ill))

    @api.model
    def _get_crons(self):
        ours = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        )
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        found = crons.browse(ours.mapped("res_id")).exists()
        for xmlid in QUEUE_CRONS:
            found |= crons.env.ref(xmlid, raise_if_not_found=False) or crons
        return found

    @api.model
    def _check_providers(self, now):
        """Mail servers and SMS gateways that take nothing."""
        query = SQL(
            """
            SELECT count(*), count(*) FILTER (WHERE t.failure_type IN %s)
              FROM lifecycle_program p
              JOIN lifecycle_step_run r ON r.program_id = p.id AND r.run_at > %s
              JOIN mailing_trace t ON t.id = r.trace_id
            """,
            PROVIDER_ERRORS,
            now - PROVIDER_WINDOW,
        )
        ((sent, failed),) = self.env.execute_query(query)
        bad = failed >= PROVIDER_FAILURES and failed * 100 > sent * PROVIDER_PERCENT
        text = self.env._(
            "Messages that mail server or SMS gateway did not take in 24 hours: "
            "%(failed)s of %(sent)s",
            failed=failed,
            sent=sent,
        )
        return Finding("providers", not bad, text, failed)

    # ------------------------------------------------------------
    # WATCH
    # ------------------------------------------------------------

    @api.model
    def _cron_watch(self):
        """Pause programs that do harm; tell the administrator when nothing moves. What
        was paused is committed first: it stays so, also when a check fails."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        self.env["lifecycle.program"]._break_circuits(now)
        cron._commit_progress(remaining=1)
        self._watch(now)
        cron._commit_progress(1, remaining=0)

    @api.model
    def _watch(self, now):
        bad = [finding for finding in self._find(now) if not finding.ok]
        parameters = self.env["ir.config_parameter"].sudo()
        before = parameters.get_param(STATE, "ok")
        state = "bad" if bad else "ok"
        if state != before:
            parameters.set_param(STATE, state)
            if bad:
                self._tell_administrator(bad)

    @api.model
    def _tell_administrator(self, findings):
        """One mail, when it turns bad and not again until it has been well."""
        email = self.env["ir.config_parameter"].sudo().get_param(EMAIL)
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        email = email or (admin and admin.email) or self.env.company.email
        if not email:
            return
        items = Markup().join(Markup("<li>%s</li>") % one.text for one in findings)
        intro = self.env._("Something keeps the programs from running as they should:")
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("Lifecycle Programs need attention"),
                "body_html": Markup("<p>%s</p><ul>%s</ul>") % (intro, items),
                "email_from": self.env.company.email_formatted,
                "email_to": email,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_health_email = fields.Char(
        string="Tell about Trouble",
        config_parameter=EMAIL,
        help="The address that is told when events, steps or messages do not move any "
        "more. Empty: the administrator's.",
    )
