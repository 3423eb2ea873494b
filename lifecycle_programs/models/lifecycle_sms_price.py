from odoo import api, fields, models

from ..engine.phone import country_of


class LifecycleSmsPrice(models.Model):
    """What one SMS to a country costs a company; the line without a country is for all
    others."""

    _name = "lifecycle.sms.price"
    _description = "Price of an SMS"
    _order = "company_id, country_id, id"
    _rec_name = "country_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    country_id = fields.Many2one(
        "res.country",
        ondelete="cascade",
        help="The country of the number. Empty for every other country.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Float(
        required=True,
        digits=(16, 4),
        help="Of one SMS of 160 characters, in the currency of the company. A longer "
        "text is counted as several.",
    )

    _once = models.UniqueIndex(
        "(company_id, COALESCE(country_id, 0))",
        "There is a price for this country already.",
    )
    _price_positive = models.Constraint(
        "CHECK (price >= 0)", "A price is not below zero."
    )

    @api.depends("country_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        others = self.env._("All other countries")
        for price in self:
            price.display_name = price.country_id.name or others

    @api.model
    def _get_prices(self, numbers):
        """The price of one SMS to each of these numbers.

        :param numbers: in E.164
        :return: dict of price by number; 0 where none is known
        """
        prices = {
            price.country_id.code: price.price
            for price in self.sudo().search([("company_id", "=", self.env.company.id)])
        }
        usual = prices.get(False, 0.0)
        return {
            number: prices.get(country_of(number), usual) if prices else 0.0
            for number in set(numbers)
        }


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    def _say_sms_cost(self, partner, size):
        """What a text costs as SMS to a contact, as people read it.

        :param size: of the text: places, parts, encoding
        :return: empty where no price is known
        """
        if not size:
            return ""
        number = self.env["lifecycle.step"]._get_address(partner, "sms")[1]
        price = self.env["lifecycle.sms.price"]._get_prices([number])[number]
        return self.env.company.currency_id.format(size[1] * price) if price else ""
