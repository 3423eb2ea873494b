from odoo import fields, models


class LifecycleVersion(models.Model):
    """A set of steps of a program.

    States: ``draft`` (the only one that can be edited) -> ``published`` (the one that
    new people enter; at most one per program) -> ``retired`` (people who entered it
    finish it).
    """

    _name = "lifecycle.version"
    _description = "Program Version"
    _order = "program_id, number desc, id desc"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    number = fields.Integer(required=True, default=1)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
        required=True,
        default="draft",
        readonly=True,
    )
    published_at = fields.Datetime(readonly=True)
    published_by_id = fields.Many2one("res.users", readonly=True)
    step_ids = fields.One2many(
        "lifecycle.step", "version_id", string="Steps", copy=False
    )

    _number_unique = models.UniqueIndex(
        "(program_id, number)", "A program numbers each version once."
    )
    _one_draft = models.UniqueIndex(
        "(program_id) WHERE state = 'draft'", "A program has one draft at a time."
    )
    _one_published = models.UniqueIndex(
        "(program_id) WHERE state = 'published'",
        "A program has one published version at a time.",
    )
