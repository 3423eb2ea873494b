"""What the preference page shows and does, in public and in the portal."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .portal_address import PORTAL_CHANNELS, portal_address, read_address

PAUSE_DAYS = (30, 60, 90)


class LifecyclePreferences(models.AbstractModel):
    """Reads and keeps what a person wants to get.

    Used with sudo, in the reader's language and the sender's company. Addresses are a
    dictionary of channel to normalised address. What changes something returns the
    sentences that tell the reader so.
    """

    _name = "lifecycle.preferences"
    _description = "Preferences of a Recipient"

    # ------------------------------------------------------------
    # READ
    # ------------------------------------------------------------

    @api.model
    def _get_addresses(self, partner, address=None):
        """The addresses that the page is about.

        :param address: the one that the link was sent to. When it has left the contact
            meanwhile, whoever reads it has no say over the contact's others.
        """
        found = {}
        for channel in self._get_channels():
            normal = self.env["lifecycle.step"]._get_address(partner, channel)[1]
            if normal:
                found[channel] = normal
        if address and address not in found.values():
            found = {self._get_channel(address): address}
        return found

    @api.model
    def _get_channel(self, address):
        return self.env["lifecycle.opt.out"]._get_channel(address)

    @api.model
    def _get_channels(self):
        """The names of the channels, by code."""
        return self.env["lifecycle.step"]._get_channel_names()

    @api.model
    def _get_categories(self):
        return self.env["lifecycle.category"].search([("can_opt_out", "=", True)])

    @api.model
    def _get_wanted(self, addresses):
        """What these addresses get now: set of (category id, channel)."""
        categories = self._get_categories()
        opt_outs = self.env["lifecycle.opt.out"].search(
            [("address", "in", list(addresses.values())), ("category_id", "!=", False)]
        )
        refused = {(one.category_id.id, one.address) for one in opt_outs}
        blacklisted = self._get_blacklisted(addresses)
        given = self.env["lifecycle.consent"]._get_given(
            addresses.values(), categories.filtered("requires_consent")
        )
        return {
            (category.id, channel)
            for category in categories
            for channel, address in addresses.items()
            if channel not in blacklisted
            and (category.id, address) not in refused
            and (not category.requires_consent or (address, category.id) in given)
        }

    @api.model
    def _get_blacklisted(self, addresses):
        """The channels whose address stands on Odoo's blacklist."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT 'mail' FROM mail_blacklist WHERE active AND email = %s"
                " UNION SELECT 'sms' FROM phone_blacklist WHERE active AND number = %s",
                addresses.get("mail"),
                addresses.get("sms"),
            )
        )
        return {channel for (channel,) in rows}

    @api.model
    def _prepare_page(self, addresses, now, address=None, category=None, program=None):
        """The values of the page.

        :param address: the one whose link was followed, if one was
        :param category: that of the message whose link was followed
        :param program: the program that sent it, which can be left
        """
        wanted = self._get_wanted(addresses)
        until = self._get_paused_until(addresses, now)
        return {
            "choices": [
                {"category": one, "boxes": boxes}
                for one in self._get_categories()
                if (boxes := self._get_boxes(one, addresses, wanted))
            ],
            "category": category,
            "may_unsubscribe": bool(
                category and (category.id, self._get_channel(address)) in wanted
            ),
            "may_leave": bool(program and not self._has_left(addresses, program)),
            "paused_until": until and format_date(self.env, until),
            "pause_days": PAUSE_DAYS,
        }

    @api.model
    def _get_boxes(self, category, addresses, wanted):
        """What can be chosen of a category: the channels that it takes."""
        names = self._get_channels()
        channels = category._get_channels()
        return [
            {
                "value": f"{category.id}:{channel}",
                "label": names[channel] + _mask(address),
                "checked": (category.id, channel) in wanted,
            }
            for channel, address in addresses.items()
            if channel in channels
        ]

    @api.model
    def _get_paused_until(self, addresses, now):
        rests = self.env["lifecycle.pause"]._get_until(addresses.values(), now)
        return max(rests.values(), default=None)

    @api.model
    def _has_left(self, addresses, program):
        return bool(
            self.env["lifecycle.opt.out"].search_count(
                [
                    ("program_id", "=", program.id),
                    ("address", "in", list(addresses.values())),
                ],
                limit=1,
            )
        )

    # ------------------------------------------------------------
    # CHANGE
    # ------------------------------------------------------------

    @api.model
    def _save(self, addresses, chosen, partner):
        """Keep the choices of the page.

        :param chosen: set of texts "category id:channel"
        """
        before = self._get_wanted(addresses)
        blacklisted = self._get_blacklisted(addresses)
        # Who chooses something by hand takes the no to everything back.
        lifted = {
            channel
            for channel in blacklisted
            if any(choice.endswith(f":{channel}") for choice in chosen)
        }
        for channel in lifted:
            self._lift_blacklist(channel, addresses[channel])
        opt_outs = self.env["lifecycle.opt.out"]
        changes = []
        for category in self._get_categories():
            offered = category._get_channels()
            for channel, address in addresses.items():
                was = (category.id, channel) in before
                wants = f"{category.id}:{channel}" in chosen
                if channel not in offered:
                    wants = was
                if wants and not was:
                    opt_outs._opt_in(
                        address, category, partner, text=category._get_consent_text()
                    )
                elif not wants and (was or channel in lifted):
                    opt_outs._opt_out(address, category=category, partner=partner)
                if wants != was:
                    changes.append(self._say_choice(category, channel, wants))
        return changes or [self.env._("Nothing has changed.")]

    @api.model
    def _say_choice(self, category, channel, wants):
        told = {"category": category.name, "channel": self._get_channels()[channel]}
        if wants:
            return self.env._(
                "%(category)s, %(channel)s: you will get these messages.", **told
            )
        return self.env._(
            "%(category)s, %(channel)s: you will not get these messages any more.",
            **told,
        )

    @api.model
    def _lift_blacklist(self, channel, address):
        if channel == "mail":
            self.env["mail.blacklist"]._remove(address)
        elif channel == "sms":
            self.env["phone.blacklist"]._remove([address])

    @api.model
    def _unsubscribe(self, address, categories, partner, source="page"):
        """One address says no to categories."""
        channel = self._get_channel(address)
        for category in categories:
            self.env["lifecycle.opt.out"]._opt_out(
                address, category=category, partner=partner, source=source
            )
        return [self._say_choice(category, channel, False) for category in categories]

    @api.model
    def _add_portal(self, addresses, partner):
        """A no to everything holds in the portal too, when there is a login one day.
        Not for whoever has no say over the contact."""
        own = self._get_addresses(partner).values()
        if not set(own) & set(addresses.values()):
            return addresses
        portal = {one: portal_address(one, partner) for one in PORTAL_CHANNELS}
        return portal | addresses

    @api.model
    def _leave_all(self, addresses, partner, source="page"):
        """No to everything that one can say no to, on every address."""
        categories = self._get_categories()
        for address in addresses.values():
            self._unsubscribe(address, categories, partner, source)
        return [
            self.env._(
                "We will not write to you any more, except about payments and terms."
            )
        ]

    @api.model
    def _leave_program(self, addresses, program, partner):
        for address in addresses.values():
            self.env["lifecycle.opt.out"]._opt_out(
                address, program=program, partner=partner
            )
        return [self.env._("This series of messages has ended.")]

    @api.model
    def _pause(self, addresses, days, partner, now):
        until = now + timedelta(days=days)
        self.env["lifecycle.pause"]._pause(addresses.values(), until, partner)
        return [
            self.env._(
                "No offers and the like until %(date)s.",
                date=format_date(self.env, until),
            )
        ]

    @api.model
    def _end_pause(self, addresses):
        self.env["lifecycle.pause"].search(
            [("address", "in", list(addresses.values()))]
        ).unlink()
        return [self.env._("The pause has ended.")]

    # ------------------------------------------------------------
    # FORM
    # ------------------------------------------------------------

    @api.model
    def _apply_form(self, addresses, form, partner, program=None):
        """Do what a button of the page says.

        :param form: the posted form, with ``action`` and the checked ``wanted``
        :return: sentences for the reader; none when the button is not one of ours
        """
        action, _colon, value = (form.get("action") or "").partition(":")
        match action:
            case "save":
                return self._save(addresses, set(form.getlist("wanted")), partner)
            case "leave_all":
                return self._leave_all(self._add_portal(addresses, partner), partner)
            case "leave_program" if program:
                addresses = self._add_portal(addresses, partner)
                return self._leave_program(addresses, program, partner)
            case "pause" if value.isdecimal() and int(value) in PAUSE_DAYS:
                now = fields.Datetime.now()
                return self._pause(addresses, int(value), partner, now)
            case "go_on":
                return self._end_pause(addresses)
        return []


def _mask(address):
    """An address that its owner recognises and nobody else learns, behind its channel.
    The portal has none."""
    if read_address(address):
        return ""
    if "@" in address:
        name, _at, domain = address.partition("@")
        return f" ({name[:1]}•••@{domain})"
    return f" ({address[:4]}•••{address[-3:]})"
