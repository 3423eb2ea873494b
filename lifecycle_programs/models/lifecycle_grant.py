from odoo import fields, models


class LifecycleGrant(models.Model):
    """A discount given to a customer, from a date, until a date.

    States: ``live`` -> ``used`` (the coupon is used up), ``ended`` (its time is over),
    ``revoked`` (the program was left, a person ended it).
    """

    _name = "lifecycle.grant"
    _description = "Program Discount"
    _order = "starts_at desc, id desc"
    _rec_name = "code"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null"
    )
    program_id = fields.Many2one("lifecycle.program", ondelete="set null")
    step_id = fields.Many2one("lifecycle.step", ondelete="set null")
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("coupon", "Personal coupon"), ("pricelist", "Customer pricelist")],
        required=True,
    )
    card_id = fields.Many2one("loyalty.card", string="Coupon", ondelete="set null")
    code = fields.Char()
    description = fields.Char(help="What it gives, e.g. 10 % off.")
    pricelist_id = fields.Many2one("product.pricelist", ondelete="set null")
    previous_pricelist_id = fields.Many2one("product.pricelist", ondelete="set null")
    starts_at = fields.Datetime(required=True)
    ends_at = fields.Datetime(required=True)
    state = fields.Selection(
        [
            ("live", "Live"),
            ("used", "Used"),
            ("ended", "Ended"),
            ("revoked", "Revoked"),
        ],
        required=True,
        default="live",
    )
    ended_at = fields.Datetime()
    end_reason = fields.Char()

    _one_live = models.UniqueIndex(
        "(company_id, commercial_partner_id) WHERE state = 'live'",
        "The customer has a live discount already.",
    )
    _live = models.Index("(ends_at, id) WHERE state = 'live'")
    _card = models.Index("(card_id) WHERE card_id IS NOT NULL")
