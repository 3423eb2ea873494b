from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..engine.address import address_changed
from ..engine.names import first_name

ADDRESS = ("street", "street2", "zip", "city", "country_id")
FORMER = "lifecycle_programs.former_partner_values"

#: In the context while contacts are merged: what one lends the other has not changed.
MERGING = "lifecycle_merging"


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        if "lifecycle_watched_field_ids" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_first_name = fields.Char(
        string="First Name",
        compute="_compute_lifecycle_first_name",
        inverse="_inverse_lifecycle_first_name",
        store=True,
        readonly=False,
        help="What greetings in messages call the person. Taken from the name; without "
        "it the greeting is a neutral one, as it is for companies and addresses that "
        "several people share.",
    )
    lifecycle_first_name_given = fields.Boolean(
        help="Somebody wrote the first name by hand: it does not follow the name."
    )

    @api.depends("name", "is_company", "email")
    def _compute_lifecycle_first_name(self):
        for partner in self:
            if not partner.lifecycle_first_name_given:
                partner.lifecycle_first_name = partner._lifecycle_derive_first_name()

    def _inverse_lifecycle_first_name(self):
        # A form sends the derived name back as if it had been written.
        for partner in self:
            partner.lifecycle_first_name_given = (
                partner.lifecycle_first_name or False
            ) != partner._lifecycle_derive_first_name()

    def _lifecycle_derive_first_name(self):
        self.ensure_one()
        name = first_name(self.name, is_company=self.is_company, email=self.email)
        return name or False

    # ------------------------------------------------------------
    # WATCHED FIELDS
    # ------------------------------------------------------------

    def write(self, vals):
        watched = self._lifecycle_watched_fields() & vals.keys()
        if watched and not self.env.context.get(MERGING):
            self._lifecycle_remember(watched)
        return super().write(vals)

    @api.model
    @ormcache()
    def _lifecycle_watched_fields(self):
        """Names of the fields whose change is an event: the address, and what any
        company has chosen."""
        chosen = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT field.name
                  FROM lifecycle_watched_field_rel chosen
                  JOIN ir_model_fields field ON field.id = chosen.ir_model_fields_id
                """
            )
        )
        names = {name for (name,) in chosen}
        return (names | set(ADDRESS)) & self._fields.keys()

    def _lifecycle_remember(self, watched):
        """Keep the values that are about to be overwritten, each the first time in the
        transaction: written back and forth is no change."""
        data = self.env.cr.precommit.data
        former = data.get(FORMER)
        if former is None:
            former = data[FORMER] = {}
            moment = fields.Datetime.now()
            partners = self.browse().sudo()
            self.env["lifecycle.event"]._emit(
                "field_changed",
                lambda: partners._lifecycle_rows_field_changed(former, moment),
            )
        names = watched | set(ADDRESS) if watched & set(ADDRESS) else watched
        for partner in self.sudo():
            values = former.setdefault(partner.id, {})
            for name in names - values.keys():
                values[name] = partner[name]

    def _lifecycle_rows_field_changed(self, former, moment):
        """A row per contact, thing that differs from before, and company.

        :param former: former values by partner id and field name
        """
        self.env.cr.precommit.data.pop(FORMER, None)
        rows = []
        for partner in self.browse(former).exists():
            values = former[partner.id]
            changes = [
                partner._lifecycle_field_change(name, values[name])
                for name in sorted(values.keys() - set(ADDRESS))
            ]
            if values.keys() >= set(ADDRESS) and not partner._lifecycle_follows(former):
                changes.append(partner._lifecycle_address_change(values))
            rows += [
                {
                    "partner_id": partner.id,
                    "company_id": company_id,
                    "occurred_at": moment,
                    "payload": payload,
                    "res_model": partner._name,
                    "res_id": partner.id,
                }
                for payload in filter(None, changes)
                for company_id in self.env["lifecycle.event"]._get_company_ids(partner)
            ]
        return rows

    def _lifecycle_follows(self, former):
        """Whether this is not an address of its own: that of a delivery, or of a
        contact whose company moves along in the same transaction."""
        self.ensure_one()
        return self.type != "contact" or (
            self.parent_id.id in former and not self.is_company
        )

    def _lifecycle_address_change(self, values):
        """The payload of a move, None when the address only got another spelling, was
        filled in, or was cleared."""
        self.ensure_one()
        old = _address(values)
        new = _address({name: self[name] for name in ADDRESS})
        if not any(old.values()) or not any(new.values()):
            return None
        if not address_changed(old, new):
            return None
        payload = {"field": "address", "old": _line(old), "new": _line(new)}
        for part in ("zip", "city", "country"):
            payload[f"old_{part}"] = old[part]
            payload[f"new_{part}"] = new[part]
        return payload

    def _lifecycle_field_change(self, name, before):
        self.ensure_one()
        old, new = _text(before), _text(self[name])
        return {"field": name, "old": old, "new": new} if old != new else None


def _address(values):
    """An address in the parts that the engine compares."""
    street = " ".join(filter(None, [values["street"], values["street2"]]))
    return {
        "street": street,
        "zip": values["zip"] or "",
        "city": values["city"] or "",
        "country": values["country_id"].code or "",
    }


def _line(address):
    """An address on one line."""
    town = " ".join(filter(None, [address["zip"], address["city"]]))
    return ", ".join(filter(None, [address["street"], town, address["country"]]))


def _text(value):
    """A field's value as an event carries it."""
    if isinstance(value, models.BaseModel):
        return value.display_name or ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "").strip()
