"""What a salesperson needs at a glance before a call: "Ready today"."""

from odoo import api, fields, models
from odoo.tools import format_date

# Of what the customer did lately.
LATELY = 5


class LifecycleAlert(models.Model):
    _inherit = "lifecycle.alert"

    due_on = fields.Date(string="Call by", related="activity_id.date_deadline")
    phone = fields.Char(compute="_compute_phone", compute_sudo=True)
    lately_html = fields.Html(
        string="Lately", compute="_compute_lately_html", sanitize=False
    )
    clauses_html = fields.Html(
        string="Why now", compute="_compute_clauses_html", sanitize=False
    )
    program_names = fields.Char(string="In programs", compute="_compute_program_names")
    live_grant_id = fields.Many2one(
        "lifecycle.grant", string="Live discount", compute="_compute_live_grant_id"
    )
    live_grant_text = fields.Char(compute="_compute_live_grant_id")

    @api.depends("partner_id.phone", "commercial_partner_id.phone", "lead_id.phone")
    def _compute_phone(self):
        """The person's number, else that of the opportunity or the company."""
        for alert in self:
            alert.phone = (
                alert.partner_id.phone
                or alert.lead_id.phone
                or alert.commercial_partner_id.phone
            )

    @api.depends("reasons")
    def _compute_clauses_html(self):
        for alert in self:
            clauses = (alert.reasons or {}).get("clauses")
            alert.clauses_html = alert._render_list(clauses) or False

    @api.depends_context("lang")
    def _compute_lately_html(self):
        """Pages, clicks and answers as they are now, not as they were at the alert."""
        now = fields.Datetime.now()
        self.lately_html = False
        for company, alerts in self.grouped("company_id").items():
            people = alerts.sudo()._collect_people(
                alerts.commercial_partner_id, company, now
            )
            for alert in alerts:
                done = people.get(alert.commercial_partner_id.id, [])[:LATELY]
                alert.lately_html = alert._render_lately(done) or False

    def _render_lately(self, done):
        """A line for each: day, what, and who of the company did it."""
        lines = []
        for entry in done:
            day = self._say_day_of(entry, date_format="d MMM")
            parts = [day, entry["what"]]
            if entry["name"] != self.partner_id.name:
                parts.append(entry["name"])
            lines.append(" · ".join(parts))
        return self._render_list(lines)

    def _compute_program_names(self):
        """The programs that the people of the customer are in."""
        groups = self.env["lifecycle.enrolment"]._read_group(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "active"),
            ],
            ["commercial_partner_id", "company_id"],
            ["program_id:recordset"],
        )
        programs = {(customer, company): found for customer, company, found in groups}
        none = self.env["lifecycle.program"]
        for alert in self:
            found = programs.get((alert.commercial_partner_id, alert.company_id), none)
            alert.program_names = ", ".join(found.mapped("name")) or False

    def _compute_live_grant_id(self):
        grants = self.env["lifecycle.grant"].search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "live"),
                ("ends_at", ">", fields.Datetime.now()),
            ]
        )
        by_customer = {
            (grant.commercial_partner_id, grant.company_id): grant for grant in grants
        }
        none = self.env["lifecycle.grant"]
        for alert in self:
            key = (alert.commercial_partner_id, alert.company_id)
            grant = by_customer.get(key, none)
            alert.live_grant_id = grant
            alert.live_grant_text = (
                self.env._(
                    "%(discount)s until %(day)s",
                    discount=grant.display_name,
                    day=format_date(self.env, grant.ends_at),
                )
                if grant
                else False
            )

    def action_open_timeline(self):
        """Everything that the contact and its company have done."""
        self.ensure_one()
        return self.commercial_partner_id.action_lifecycle_timeline()
