from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, email_normalize

from ..engine.phone import normalise_phone


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
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="cascade", index="btree_not_null"
    )
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

    @api.model_create_multi
    def create(self, vals_list):
        """By hand or by import: addresses are kept in their normal form."""
        for vals in vals_list:
            if vals.get("address"):
                vals["address"] = self._normalize_address(vals["address"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("address"):
            vals = dict(vals, address=self._normalize_address(vals["address"]))
        return super().write(vals)

    @api.model
    def _normalize_address(self, address):
        """The normal form that the checks before sending compare with."""
        if "@" in address:
            normal = email_normalize(address)
        else:
            normal = normalise_phone(address, self.env.company.country_id.code)
        if not normal:
            raise ValidationError(
                self.env._(
                    "“%(address)s” is neither a mail address nor a phone number.",
                    address=address,
                )
            )
        return normal

    @api.model
    def _opt_out(
        self, address, category=None, program=None, partner=None, source="page"
    ):
        """An address says no to a category of messages, or to a program.

        Doing it twice changes nothing. The event ``unsubscribed`` tells the programs of
        every contact with that address.

        :param str address: mail address or number; normalised here
        :param category: `lifecycle.category`, or
        :param program: `lifecycle.program`
        :param partner: the contact who said it, if known
        :param str source: one of the sources of an opt-out
        :return: whether this is new
        """
        address = self._normalize_address(address)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO lifecycle_opt_out (
                    address, category_id, program_id, partner_id, opted_out_at, source,
                    create_uid, create_date, write_uid, write_date
                ) VALUES (%(address)s, %(category)s, %(program)s, %(partner)s, %(now)s,
                          %(source)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                address=address,
                category=category.id if category else None,
                program=program.id if program else None,
                partner=partner.id if partner else None,
                now=fields.Datetime.now(),
                source=source,
                uid=self.env.uid,
            )
        )
        if not rows:
            return False
        self.invalidate_model()
        self.browse(rows[0][0])._emit_unsubscribed()
        return True

    def _emit_unsubscribed(self):
        """Tell the programs of all contacts with this address."""
        self.ensure_one()
        opt_out = self.sudo()
        partners = opt_out.partner_id | opt_out._get_contacts()
        events = self.env["lifecycle.event"]
        company_ids = opt_out.program_id.company_id.ids
        events._emit(
            "unsubscribed",
            [
                {
                    "partner_id": partner.id,
                    "company_id": company_id,
                    "occurred_at": opt_out.opted_out_at,
                    "payload": {
                        "category": opt_out.category_id.code or "",
                        "program": opt_out.program_id.code or "",
                    },
                }
                for partner in partners
                for company_id in company_ids or events._get_company_ids(partner)
            ],
        )

    def _get_contacts(self):
        """The contacts that the address stands on."""
        column = "email_normalized" if "@" in self.address else "phone_sanitized"
        return self.env["res.partner"].search([(column, "=", self.address)])

    @api.model
    def _opt_in(self, address, category):
        """The address takes its no to a category back."""
        self.search(
            [
                ("address", "=", self._normalize_address(address)),
                ("category_id", "=", category.id),
            ]
        ).unlink()
