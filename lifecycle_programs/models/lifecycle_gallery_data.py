"""What programs need to know about customers, and whether this database knows it."""

from odoo import api, models
from odoo.tools import SQL


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    # Whether something has ever happened, and how often lately, without reading all.
    _type_occurred = models.Index("(type_id, occurred_at)")


class LifecycleGallery(models.AbstractModel):
    _inherit = "lifecycle.gallery"

    @api.model
    def _data_kinds(self):
        """The kinds of data that cards name, by code.

        ``label``: for people. ``hint``: what to do when there is none. ``events`` and
        ``sql``: the event types that bring it, and a condition that it is there, with
        %(company)s; one of them is enough. ``is_connection``: another system has to be
        connected first.
        Another addon adds its own, or replaces the condition.
        """
        return {
            "orders": {
                "label": self.env._("Orders"),
                "hint": self.env._(
                    "Confirm orders in Sales, or import the earlier ones."
                ),
                "sql": """
                    EXISTS (SELECT FROM sale_order
                             WHERE state = 'sale' AND company_id = %(company)s)
                    OR EXISTS (SELECT FROM account_move
                                WHERE state = 'posted' AND move_type = 'out_invoice'
                                  AND company_id = %(company)s)""",
            },
            "quotations": {
                "label": self.env._("Quotations"),
                "hint": self.env._("Send quotations from Sales."),
                "sql": """
                    EXISTS (SELECT FROM sale_order
                             WHERE state IN ('sent', 'sale')
                               AND company_id = %(company)s)""",
            },
            "invoices": {
                "label": self.env._("Invoices"),
                "hint": self.env._(
                    "Invoice in Odoo, so that due dates and payments are known."
                ),
                "sql": """
                    EXISTS (SELECT FROM account_move
                             WHERE state = 'posted' AND move_type = 'out_invoice'
                               AND company_id = %(company)s)""",
            },
            "renewals": {
                "label": self.env._("Renewal dates"),
                "hint": self.env._(
                    "Say under Configuration / Renewal periods how long a product or "
                    "category lasts."
                ),
                "sql": """
                    EXISTS (SELECT FROM lifecycle_period
                             WHERE company_id IS NULL OR company_id = %(company)s)""",
            },
            "leads": {
                "label": self.env._("Leads and opportunities"),
                "hint": self.env._("Work with leads and opportunities in CRM."),
                "sql": """
                    EXISTS (SELECT FROM crm_lead
                             WHERE company_id IS NULL OR company_id = %(company)s)""",
            },
            "registrations": {
                "label": self.env._("Customers with an account"),
                "hint": self.env._(
                    "Let customers sign up, or invite them to the portal."
                ),
                "sql": "EXISTS (SELECT FROM res_users WHERE share AND active)",
            },
            "answers": {
                "label": self.env._("Answers to the survey"),
                "hint": self.env._(
                    "The Welcome program asks “Would you recommend us?” a month after "
                    "the first order."
                ),
                "events": ["survey_answered"],
            },
            "deliveries": {
                "label": self.env._("Deliveries"),
                "hint": self.env._("Install the Inventory app."),
                "events": ["delivered"],
            },
            "consents": {
                "label": self.env._("Consents"),
                "hint": self.env._("Import consents, or let customers give them."),
                "sql": """
                    EXISTS (SELECT FROM lifecycle_consent
                             WHERE company_id IS NULL OR company_id = %(company)s)""",
            },
            "guides": self._content_kind("guide", self.env._("Guides")),
            "articles": self._content_kind("article", self.env._("Articles")),
            "stories": self._content_kind("story", self.env._("Customer stories")),
            "page_views": {
                "label": self.env._("Visits of the website"),
                "hint": self.env._(
                    "Connect the website, so that it reports the pages seen."
                ),
                "events": ["page_viewed"],
                "is_connection": True,
            },
            "use": {
                "label": self.env._("Use of the product"),
                "hint": self.env._(
                    "Connect your product, so that it reports “Product used” with the "
                    "feature and the person."
                ),
                "events": ["product_used"],
                "is_connection": True,
            },
            "carts": {
                "label": self.env._("Carts of the shop"),
                "hint": self.env._(
                    "Connect the shop, so that it reports “Left in the cart” with the "
                    "amount and a link back."
                ),
                "events": ["cart_abandoned"],
                "is_connection": True,
            },
            "subscriptions": {
                "label": self.env._("Subscriptions"),
                "hint": self.env._(
                    "Connect the subscriptions, so that they report “Subscription "
                    "cancelled” with the reason."
                ),
                "events": ["subscription_cancelled", "subscription_started"],
                "is_connection": True,
            },
            "payments": {
                "label": self.env._("Payments online"),
                "hint": self.env._(
                    "Take payments with a payment provider in Odoo, or connect the "
                    "system that does."
                ),
                "events": ["payment_failed", "card_expiring"],
                "sql": """
                    EXISTS (SELECT FROM payment_provider
                             WHERE state = 'enabled' AND company_id = %(company)s)""",
                "is_connection": True,
            },
        }

    @api.model
    def _content_kind(self, kind, label):
        return {
            "label": label,
            "hint": self.env._("Write some under Messages / Content."),
            "sql": f"""
                EXISTS (SELECT FROM lifecycle_content
                         WHERE active AND kind = '{kind}'
                           AND (company_id IS NULL OR company_id = %(company)s))""",
        }

    @api.model
    def _get_data(self):
        """Whether this company has each kind of data: one statement.

        :rtype: dict[str, bool]
        """
        company = self.env.company.id
        kinds = self._data_kinds()
        self.env.flush_all()
        conditions = [
            SQL(" OR ").join(self._conditions_of(kind, company))
            for kind in kinds.values()
        ]
        (row,) = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(conditions)))
        return dict(zip(kinds, row, strict=True))

    @api.model
    def _conditions_of(self, kind, company_id):
        if "sql" in kind:
            yield SQL("(%s)", SQL(kind["sql"], company=company_id))
        if "events" in kind:
            yield SQL(
                """
                EXISTS (SELECT FROM lifecycle_event e
                          JOIN lifecycle_event_type t ON t.id = e.type_id
                         WHERE t.code = ANY(%s) AND e.company_id = %s)
                """,
                kind["events"],
                company_id,
            )
