"""Stop all programs of a company, at once, and start them again."""

from odoo import api, fields, models
from odoo.exceptions import AccessError


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_stopped_at = fields.Datetime(
        string="Programs Stopped",
        readonly=True,
        help="Since then nobody enters a program of the company and nothing leaves, "
        "until somebody starts them again.",
    )
    lifecycle_stopped_by_id = fields.Many2one(
        "res.users", string="Stopped by", readonly=True
    )
    lifecycle_stop_text = fields.Char(compute="_compute_lifecycle_stop_text")

    @api.depends("lifecycle_stopped_at", "lifecycle_stopped_by_id")
    @api.depends_context("lang", "tz")
    def _compute_lifecycle_stop_text(self):
        for company in self:
            company.lifecycle_stop_text = (
                self.env._(
                    "%(user)s stopped all programs of %(company)s on %(moment)s: "
                    "nobody enters and nothing leaves.",
                    user=company.sudo().lifecycle_stopped_by_id.name,
                    company=company.name,
                    moment=self.env["lifecycle.program"]._say_moment(
                        company.lifecycle_stopped_at
                    ),
                )
                if company.lifecycle_stopped_at
                else False
            )

    @api.model
    def _get_lifecycle_stopped(self):
        """The companies whose programs are stopped."""
        return self.sudo().search([("lifecycle_stopped_at", "!=", False)])

    def action_lifecycle_stop(self):
        """Stop all programs of these companies: nobody enters, no step runs, and the
        messages that wait in the queues stay there."""
        self._check_lifecycle_manager()
        running = self.sudo().filtered(lambda one: not one.lifecycle_stopped_at)
        running.write(
            {
                "lifecycle_stopped_at": fields.Datetime.now(),
                "lifecycle_stopped_by_id": self.env.uid,
            }
        )
        return True

    def action_lifecycle_start(self):
        """Start them again: what fell due meanwhile runs now. Messages that are too
        late by then are left out by the checks before sending."""
        self._check_lifecycle_manager()
        self.sudo().write(
            {"lifecycle_stopped_at": False, "lifecycle_stopped_by_id": False}
        )
        now = fields.Datetime.now()
        self.env["lifecycle.enrolment"].sudo()._wake_runner(now)
        self.env["lifecycle.step"]._trigger_queues()
        scan = self.env.ref("lifecycle_programs.ir_cron_scan_programs")
        scan.sudo()._trigger()
        return True

    def _check_lifecycle_manager(self):
        if (
            not self.env.user.has_group("lifecycle_programs.group_lifecycle_manager")
            or self - self.env.user.company_ids
        ):
            raise AccessError(
                self.env._("Only managers stop and start the programs of a company.")
            )


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    stop_text = fields.Char(related="company_id.lifecycle_stop_text")

    def _insert_enrolments(self, candidates, now, facts=None, addressee=None):
        if self.company_id.sudo().lifecycle_stopped_at:
            return self.env["lifecycle.enrolment"]
        return super()._insert_enrolments(candidates, now, facts, addressee)

    def _get_state_line(self):
        line = super()._get_state_line()
        company = self.company_id.sudo()
        if line.ok and company.lifecycle_stopped_at:
            line = type(line)(
                "stopped",
                False,
                company.lifecycle_stop_text,
                self.env._("all programs are stopped"),
                basic=True,
            )
        return line


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Messages of stopped programs stay in the queue and keep nobody waiting."""
        stopped = self.env["mailing.mailing"]._get_lifecycle_stopped()
        if stopped:
            filters = [
                *self.env.context.get("filters", []),
                ("mailing_id", "not in", stopped.ids),
            ]
            self = self.with_context(filters=filters)
        return super().process_email_queue(email_ids, batch_size)


class SmsSms(models.Model):
    _inherit = "sms.sms"

    @api.model
    def _process_queue(self):
        """Messages of stopped programs stay in the queue and keep nobody waiting."""
        stopped = self.env["mailing.mailing"]._get_lifecycle_stopped()
        if stopped:
            self = self.with_context(lifecycle_stopped_mailing_ids=stopped.ids)
        return super()._process_queue()

    @api.model
    def _search(self, domain, *args, **kwargs):
        stopped_ids = self.env.context.get("lifecycle_stopped_mailing_ids")
        if stopped_ids:
            ours = fields.Domain("mailing_id", "in", stopped_ids)
            domain = fields.Domain(domain) & ~ours
        return super()._search(domain, *args, **kwargs)


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    @api.model
    def _get_lifecycle_stopped(self):
        """The technical mailings of programs that are stopped."""
        companies = self.env["res.company"]._get_lifecycle_stopped()
        if not companies:
            return self.browse()
        return (
            self.sudo()
            .with_context(active_test=False)
            .search([("lifecycle_program_id.company_id", "in", companies.ids)])
        )
