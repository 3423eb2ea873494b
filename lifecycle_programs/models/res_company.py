from odoo import fields, models

PURCHASE_SOURCES = [
    ("orders", "Confirmed sales orders"),
    ("invoices", "Posted customer invoices"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_purchase_source = fields.Selection(
        PURCHASE_SOURCES,
        string="What Is a Purchase",
        required=True,
        default="orders",
        help="Where purchases are read from, for all customer data. Chosen once: an "
        "order and its invoice are never counted both.",
    )
    lifecycle_event_max_age_days = fields.Integer(
        string="Old Events (days)",
        default=2,
        help="An event that is reported this many days late counts in the customer "
        "data and enrols nobody.",
    )
    lifecycle_grant_limit = fields.Integer(
        string="Discounts per Customer and Year",
        default=2,
        help="How many automatic discounts a customer gets in 365 days. 0 means no "
        "limit.",
    )
    lifecycle_intro_days = fields.Integer(
        string="No Discount after an Introductory Offer (days)",
        default=60,
        help="Days after a first order with a discount during which the customer gets "
        "no automatic one.",
    )
    lifecycle_watched_field_ids = fields.Many2many(
        "ir.model.fields",
        "lifecycle_watched_field_rel",
        string="Watched Fields",
        domain="[('model', '=', 'res.partner'), ('store', '=', True),"
        " ('ttype', 'in', ('char', 'selection', 'many2one', 'boolean', 'date'))]",
        help="Fields of the contact whose change is an event, besides the address, "
        "which always is.",
    )
    lifecycle_new_days = fields.Integer(
        string="New Customer for (days)",
        default=60,
        help="Days from the first purchase during which a customer counts as new, "
        "unless there is a second purchase.",
    )
    lifecycle_loyal_orders = fields.Integer(
        string="Loyal from (purchases)",
        default=5,
        help="Purchases in all from which a customer who has bought within 365 days "
        "counts as loyal.",
    )
    lifecycle_loyal_days = fields.Integer(
        string="Loyal after (days)",
        default=365,
        help="Days from the first purchase after which a customer with enough "
        "purchases counts as loyal, in the scheme of loyal, occasional, potential and "
        "former.",
    )
    lifecycle_loyal_score = fields.Integer(
        string="Loyal with a Score of",
        default=7,
        help="A customer whose latest answer to the survey is lower does not count as "
        "loyal; without an answer it does not matter.",
    )
    lifecycle_former_days = fields.Integer(
        string="Former after (days)",
        default=365,
        help="Days without a purchase after which a customer counts as former.",
    )
    lifecycle_abandoned_days = fields.Integer(
        string="Quotation Abandoned after (days)",
        default=14,
        help="Days after which a quotation or a cart without an order counts as "
        "abandoned, if it has not expired before.",
    )
    lifecycle_price_page = fields.Char(
        string="Price List Page",
        default="price",
        help="A part of the address of the pages that show prices.",
    )
    lifecycle_sender_email = fields.Char(
        string="Default Sender",
        help="The address that messages come from when the program writes in the name "
        "of the company, e.g. Acme <hello@acme.example>. Empty: the company's own.",
    )
    lifecycle_consent_notice = fields.Text(
        string="Footer Notice",
        translate=True,
        help="One sentence at the end of marketing messages that says why the "
        "recipient gets them.",
    )
