from odoo import fields, models


class LifecycleEvent(models.Model):
    """Something that happened to a contact at a moment.

    Written by hooks in the transaction of the change (see `_emit`), worked off by
    `_cron_process` in the order of ``(occurred_at, id)`` per contact.
    """

    _name = "lifecycle.event"
    _description = "Program Event"
    _order = "occurred_at desc, id desc"
    _rec_name = "type_id"

    type_id = fields.Many2one(
        "lifecycle.event.type", required=True, ondelete="restrict"
    )
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="cascade")
    email = fields.Char(help="The address of a lead that is not yet a contact.")
    company_id = fields.Many2one("res.company", required=True)
    occurred_at = fields.Datetime(
        required=True, help="When it happened in the business, not when we heard of it."
    )
    payload = fields.Json(string="Values")
    res_model = fields.Char(string="Record Model")
    res_id = fields.Many2oneReference(string="Record", model_field="res_model")
    unique_key = fields.Char(help="The same happening reported twice is kept once.")
    is_history = fields.Boolean(
        help="Imported or old: counts in the customer data, enrols nobody."
    )
    moved_at = fields.Datetime(
        help="When it was worked off for who is in a program already. What is still to "
        "come after a failure is who enters."
    )
    processed_at = fields.Datetime()
    error = fields.Text(help="Why this event could not be worked off.")
    retry_count = fields.Integer()
    retry_at = fields.Datetime()

    _unique_key = models.UniqueIndex("(unique_key) WHERE unique_key IS NOT NULL")
    _waiting = models.Index("(occurred_at, id) WHERE processed_at IS NULL")
    _waiting_partner = models.Index("(partner_id) WHERE processed_at IS NULL")
    _postponed = models.Index(
        "(retry_at) WHERE processed_at IS NULL AND retry_at IS NOT NULL"
    )
    _partner_type = models.Index("(partner_id, type_id, occurred_at)")
