from odoo import fields, models


class LifecycleBadge(models.Model):
    """Something that a contact can earn: "Ten orders", "Tent expert", "Gold"."""

    _name = "lifecycle.badge"
    _description = "Badge"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="The word that rules use for this badge, e.g. gold."
    )
    sequence = fields.Integer(default=10)
    description = fields.Char(translate=True, help="What it is earned by.")
    color = fields.Integer()
    active = fields.Boolean(default=True)
    milestone_ids = fields.One2many("lifecycle.milestone", "badge_id")
    milestone_count = fields.Integer(
        string="Earned by", compute="_compute_milestone_count"
    )

    _code_unique = models.UniqueIndex("(code)", "Every badge needs its own code.")

    def _compute_milestone_count(self):
        counts = dict(
            self.env["lifecycle.milestone"]._read_group(
                [("badge_id", "in", self.ids)], ["badge_id"], ["__count"]
            )
        )
        for badge in self:
            badge.milestone_count = counts.get(badge, 0)


class LifecycleMilestone(models.Model):
    """A badge that a contact has earned, and when."""

    _name = "lifecycle.milestone"
    _description = "Milestone"
    _order = "reached_at desc, id desc"
    _rec_name = "badge_id"

    badge_id = fields.Many2one(
        "lifecycle.badge", required=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    reached_at = fields.Datetime(string="Reached", required=True)
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="set null", index="btree_not_null"
    )

    _once = models.UniqueIndex(
        "(partner_id, badge_id, company_id)", "The contact has this badge already."
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_milestone_ids = fields.One2many(
        "lifecycle.milestone",
        "partner_id",
        string="Milestones",
        groups="lifecycle_programs.group_lifecycle_user",
    )
