from odoo import api, fields, models

# Above this share of the products in one category, categories say little.
FULL_PERCENT = 50
# With fewer products than these, categories hardly matter.
FEW_PRODUCTS = 5


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_purchase_source = fields.Selection(
        related="company_id.lifecycle_purchase_source", readonly=False
    )
    lifecycle_event_max_age_days = fields.Integer(
        related="company_id.lifecycle_event_max_age_days", readonly=False
    )
    lifecycle_grant_limit = fields.Integer(
        related="company_id.lifecycle_grant_limit", readonly=False
    )
    lifecycle_intro_days = fields.Integer(
        related="company_id.lifecycle_intro_days", readonly=False
    )
    lifecycle_watched_field_ids = fields.Many2many(
        related="company_id.lifecycle_watched_field_ids", readonly=False
    )
    lifecycle_new_days = fields.Integer(
        related="company_id.lifecycle_new_days", readonly=False
    )
    lifecycle_loyal_orders = fields.Integer(
        related="company_id.lifecycle_loyal_orders", readonly=False
    )
    lifecycle_loyal_days = fields.Integer(
        related="company_id.lifecycle_loyal_days", readonly=False
    )
    lifecycle_loyal_score = fields.Integer(
        related="company_id.lifecycle_loyal_score", readonly=False
    )
    lifecycle_former_days = fields.Integer(
        related="company_id.lifecycle_former_days", readonly=False
    )
    lifecycle_abandoned_days = fields.Integer(
        related="company_id.lifecycle_abandoned_days", readonly=False
    )
    lifecycle_category_kind = fields.Selection(
        [
            ("tree", "The product category and all above it"),
            ("level", "One level of the category tree"),
            ("mapped", "The names written on the product categories"),
        ],
        string="Categories for Marketing",
        default="tree",
        config_parameter="lifecycle_programs.category_kind",
        help="Which names of categories customer data, offers and events use. For all "
        "companies.",
    )
    lifecycle_category_level = fields.Integer(
        string="Level of the Tree",
        default=1,
        config_parameter="lifecycle_programs.category_level",
        help="1 is the top of the tree. A category that does not go so deep counts by "
        "its own name.",
    )
    lifecycle_category_warning = fields.Char(
        compute="_compute_lifecycle_category_warning"
    )
    lifecycle_price_page = fields.Char(
        related="company_id.lifecycle_price_page", readonly=False
    )
    lifecycle_sender_email = fields.Char(
        related="company_id.lifecycle_sender_email", readonly=False
    )
    lifecycle_consent_notice = fields.Text(
        related="company_id.lifecycle_consent_notice", readonly=False
    )

    @api.depends("lifecycle_category_kind", "lifecycle_category_level")
    def _compute_lifecycle_category_warning(self):
        for settings in self:
            settings.lifecycle_category_warning = settings._get_category_warning()

    def _get_category_warning(self):
        """What is to be said when most products sit in one category."""
        self.ensure_one()
        # By its own category alone: the ones above would hold everything.
        shares = self.env["lifecycle.fact"]._category_shares(
            self.lifecycle_category_kind or "tree",
            max(self.lifecycle_category_level, 1),
        )
        total = sum(count for _name, count in shares)
        if total < FEW_PRODUCTS or shares[0][1] * 100 <= total * FULL_PERCENT:
            return False
        name, count = shares[0]
        return self.env._(
            "%(count)s of %(total)s products are in “%(category)s”: by categories like "
            "this, customers can hardly be told apart. Choose a deeper level, or write "
            "names for marketing on the product categories.",
            count=count,
            total=total,
            category=name or self.env._("no category"),
        )
