from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from .group_words import call_groups

_lt = LazyTranslate(__name__)

# How discounts ended; that of the enrolment behind it is the enrolment's.
GRANT_ENDS = {
    "time_over": _lt("its time was over"),
    "by_hand": _lt("ended by hand"),
    "coupon_removed": _lt("the coupon was removed"),
}


class LifecycleGrant(models.Model):
    """A discount given to a customer, from a date, until a date.

    States: ``live`` -> ``used`` (the coupon is used up; live again when the order is
    cancelled in time), ``ended`` (its time is over), ``revoked`` (a person ended it,
    the coupon was removed, or the order that it was given for was cancelled). Leaving
    the program does not end it. `_settle` makes all these transitions, apart from
    the button.
    """

    _name = "lifecycle.grant"
    _description = "Program Discount"
    _order = "starts_at desc, id desc"
    _rec_name = "code"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null"
    )
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="set null", index="btree_not_null"
    )
    step_id = fields.Many2one(
        "lifecycle.step", ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="commercial_partner_id.user_id")
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
    end_text = fields.Char(string="How It Ended", compute="_compute_end_text")

    _one_live = models.UniqueIndex(
        "(company_id, commercial_partner_id) WHERE state = 'live'",
        "The customer has a live discount already.",
    )
    _live = models.Index("(ends_at, id) WHERE state = 'live'")
    _card = models.Index("(card_id) WHERE card_id IS NOT NULL")
    _customer = models.Index("(commercial_partner_id, starts_at)")

    @api.depends("code", "description")
    def _compute_display_name(self):
        for grant in self:
            parts = [grant.description, grant.code]
            grant.display_name = " · ".join(part for part in parts if part)

    @api.depends("end_reason")
    @api.depends_context("lang")
    def _compute_end_text(self):
        words = self._get_end_words()
        for grant in self:
            grant.end_text = words.get(grant.end_reason, grant.end_reason or "")

    @api.model
    def _get_end_words(self):
        """What people call the codes of `end_reason`; other addons add theirs.

        :rtype: dict[str, str]
        """
        states = dict(self._fields["state"]._description_selection(self.env))
        words = states | self.env["lifecycle.enrolment"]._get_end_words()
        return words | {code: self.env._(text) for code, text in GRANT_ENDS.items()}

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "end_reason":
            return formatter
        return call_groups(formatter, self._get_end_words())

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_revoke(self):
        """End live discounts now: the coupon expires, the pricelist goes back."""
        if not self.env.user.has_group("lifecycle_programs.group_lifecycle_marketer"):
            raise UserError(self.env._("Only a marketer can revoke a discount."))
        self.check_access("read")
        self.sudo()._end(fields.Datetime.now(), "revoked", "by_hand")
        return True

    # ------------------------------------------------------------
    # ENDING
    # ------------------------------------------------------------

    def _end(self, now, state="ended", reason=None):
        """End those that are live; the others are left as they are.

        The coupon expires (its points stay: an end taken back by hand works again),
        the pricelist goes back, and `grant_ended` tells the programs. A used coupon
        needs none of that.

        :param state: ``ended``, ``revoked`` or ``used``
        :param reason: a short code, such as ``by_hand``
        :return: the grants that ended
        """
        ending = self.filtered(lambda grant: grant.state == "live")
        ending.write({"state": state, "ended_at": now, "end_reason": reason})
        if state != "used":
            ending._expire_cards(now)
            ending._restore_pricelists()
            ending._emit_ended(now)
        return ending

    def _expire_cards(self, now):
        for company, grants in self.grouped("company_id").items():
            yesterday = self._local_date(company, now) - timedelta(days=1)
            grants.card_id.filtered(
                lambda card, last=yesterday: (
                    not card.expiration_date or card.expiration_date > last
                )
            ).expiration_date = yesterday

    def _restore_pricelists(self):
        """Give customers their former pricelist back, the empty one included.

        Whoever has another pricelist than the one of the grant was given it by a
        person in the meantime, and keeps it.
        """
        former = defaultdict(lambda: self.env["res.partner"])
        for grant in self.filtered(lambda g: g.kind == "pricelist" and g.pricelist_id):
            customer = grant.commercial_partner_id.with_company(grant.company_id)
            if (
                customer.commercial_partner_id == customer
                and customer.specific_property_product_pricelist == grant.pricelist_id
            ):
                key = (grant.company_id, grant.previous_pricelist_id)
                former[key] += customer
        for (company, pricelist), customers in former.items():
            customers.with_company(
                company
            ).specific_property_product_pricelist = pricelist

    def _emit_ended(self, now):
        self.env["lifecycle.event"]._emit(
            "grant_ended",
            [
                grant._prepare_event_row(
                    {"code": grant.code or ""},
                    min(now, grant.ends_at),
                    f"grant_ended/{grant.id}/{fields.Datetime.to_string(now)}",
                )
                for grant in self
            ],
        )

    def _prepare_event_row(self, payload, occurred_at, unique_key):
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "occurred_at": occurred_at,
            "company_id": self.company_id.id,
            "payload": payload,
            "res_model": self._name,
            "res_id": self.id,
            "unique_key": unique_key,
        }

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    @api.model
    def _end_merged(self, sources, target):
        """Before contacts are merged: only one live grant of a customer can stay.

        The one that ends last stays live. The others end in our books alone: a coupon
        that a customer holds keeps working, for the merged customer, until its date.
        """
        now = fields.Datetime.now()
        live = self.search(
            [
                ("commercial_partner_id", "in", (sources | target).ids),
                ("state", "=", "live"),
            ],
            order="ends_at desc, id desc",
        )
        for grants in live.grouped("company_id").values():
            surplus = grants[1:]
            surplus._restore_pricelists()
            surplus.write(
                {
                    "state": "ended",
                    "ended_at": now,
                    "end_reason": "merged",
                }
            )

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    @api.model
    def _local_zone(self, company):
        """The zone in which coupons of the company expire (see `sale_loyalty`)."""
        parameters = self.env["ir.config_parameter"].sudo()
        name = company.partner_id.tz or parameters.get_param("loyalty.timezone", "UTC")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @api.model
    def _local_date(self, company, moment):
        zone = self._local_zone(company)
        return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()

    @api.model
    def _end_of_day(self, company, day):
        """The moment (naive UTC) when a day of the company is over."""
        midnight = datetime.combine(
            day + timedelta(days=1), time.min, tzinfo=self._local_zone(company)
        )
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)
