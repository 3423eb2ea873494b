from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LifecycleProgramParameter(models.Model):
    """A number of a program that the marketer changes without touching the rule.

    Rules read it as ``param.<code>``.
    """

    _name = "lifecycle.program.parameter"
    _description = "Program Number"
    _order = "sequence, id"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Number", required=True, translate=True)
    code = fields.Char(required=True, help="Rules read this number as param.<code>.")
    kind = fields.Selection(
        [("number", "Number"), ("yes_no", "Yes or no")],
        required=True,
        default="number",
        help="A yes or no reads 1 or 0 in rules.",
    )
    value = fields.Float(required=True)
    unit = fields.Char(translate=True)

    _code_unique = models.UniqueIndex(
        "(program_id, code)", "A program can use a code for one number only."
    )

    # Parsed rules know the numbers by name.

    @api.model_create_multi
    def create(self, vals_list):
        parameters = super().create(vals_list)
        self.env.registry.clear_cache()
        return parameters

    def write(self, vals):
        result = super().write(vals)
        if set(vals) - {"value"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.constrains("code")
    def _check_code(self):
        for parameter in self:
            if not parameter.code.isidentifier():
                raise ValidationError(
                    self.env._(
                        "“%(code)s” cannot be the code of a number: use letters, "
                        "digits and underscores, beginning with a letter.",
                        code=parameter.code,
                    )
                )
