from odoo import fields, models


class LifecycleOptOut(models.Model):
    """What an address has said no to: a category of messages, or one program.

    Kept by address (normalised mail or E.164 number), not by contact, because the
    same address may stand on several contacts.
    """

    _name = "lifecycle.opt.out"
    _description = "Opt-out"
    _order = "opted_out_at desc, id desc"
    _rec_name = "address"

    address = fields.Char(
        required=True, help="Normalised mail address or international number."
    )
    category_id = fields.Many2one("lifecycle.category", ondelete="cascade")
    program_id = fields.Many2one("lifecycle.program", ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", index="btree_not_null"
    )
    opted_out_at = fields.Datetime(
        string="Date", required=True, default=fields.Datetime.now
    )
    source = fields.Selection(
        [
            ("one_click", "One-click unsubscribe"),
            ("page", "Link in a message"),
            ("salesperson", "Told to a salesperson"),
            ("import", "Imported"),
        ],
        required=True,
        default="salesperson",
    )

    _category_once = models.UniqueIndex(
        "(address, category_id) WHERE category_id IS NOT NULL",
        "This address has said no to this category already.",
    )
    _program_once = models.UniqueIndex(
        "(address, program_id) WHERE program_id IS NOT NULL",
        "This address has said no to this program already.",
    )
    _one_target = models.Constraint(
        "CHECK (num_nonnulls(category_id, program_id) = 1)",
        "An opt-out names either a category or a program.",
    )
