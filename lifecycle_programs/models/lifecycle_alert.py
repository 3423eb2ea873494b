from odoo import fields, models


class LifecycleAlert(models.Model):
    """Tells a salesperson that a contact looks ready to buy, and keeps the answer.

    States: ``open`` -> ``taken`` (take over), ``not_yet`` (comes back on a date, as a
    new alert), ``not_interested``, ``wrong_person``. An alert that nobody answers in
    two working days goes to the team leader and stays open (``escalated_at``).
    """

    _name = "lifecycle.alert"
    _description = "Sales Alert"
    _order = "strength desc, alerted_at desc, id desc"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null"
    )
    program_id = fields.Many2one("lifecycle.program", ondelete="set null")
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    lead_id = fields.Many2one(
        "crm.lead", string="Opportunity", ondelete="set null", index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="Salesperson", index=True)
    team_id = fields.Many2one("crm.team", string="Sales Team")
    activity_id = fields.Many2one("mail.activity", ondelete="set null")
    alerted_at = fields.Datetime(required=True)
    repeats = fields.Integer(
        help="How often the reason has come up again while this alert was open."
    )
    strength = fields.Float(help="The more points, the nearer to buying.")
    reasons = fields.Json(
        help="The clauses that matched, with values, and who of the company did what."
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("taken", "Taken over"),
            ("not_yet", "Not yet"),
            ("not_interested", "Not interested"),
            ("wrong_person", "Wrong person"),
        ],
        required=True,
        default="open",
    )
    answered_at = fields.Datetime()
    answered_by_id = fields.Many2one("res.users")
    answer_note = fields.Char(string="Reason")
    back_on = fields.Date(help="When it comes back after “Not yet”.")
    escalated_at = fields.Datetime()

    _one_open = models.UniqueIndex(
        "(company_id, commercial_partner_id) WHERE state = 'open'",
        "This customer has an open alert already.",
    )
