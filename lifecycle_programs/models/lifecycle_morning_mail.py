"""A mail in the morning to each salesperson: who waits for a call today."""

from datetime import timezone

import pytz

from odoo import api, fields, models

# When the mail may leave, on the salesperson's own clock: a scheduled action that comes
# later than that says nothing new any more.
MORNING = range(7, 12)
# How many alerts it names; the others are counted.
NAMED = 10


class LifecycleAlert(models.Model):
    _inherit = "lifecycle.alert"

    @api.model
    def _cron_morning_mail(self):
        """Written once a day for each salesperson, with the day of the last one in the
        same transaction."""
        self._send_morning_mails(fields.Datetime.now())

    @api.model
    def _send_morning_mails(self, now):
        """Write to whoever has open alerts, wants the mail, works today, and has it not
        got yet; in their language, in the morning of their time zone.

        :return: the mails
        """
        mails = self.env["mail.mail"]
        due = self._get_morning_alerts(now)
        if not due:
            return mails
        for day in set(due.values()):
            users = self.env["res.users"].union(
                *(one for one in due if due[one] == day)
            )
            users.lifecycle_morning_mailed_on = day
        values = []
        for lang, users in self.env["res.users"].union(*due).grouped("lang").items():
            # Together, so that what the alerts say is read once for all.
            alerts = self._get_open_of(users).with_context(lang=lang or "en_US")
            by_user = alerts.grouped("user_id")
            values += [
                by_user[user]._prepare_morning_mail(user) for user in alerts.user_id
            ]
        mails = mails.sudo().create(values)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return mails

    @api.model
    def _get_open_of(self, users):
        return self.sudo().search(
            [("state", "=", "open"), ("user_id", "in", users.ids)]
        )

    @api.model
    def _get_morning_alerts(self, now):
        """Per user who is to get a mail now the user's date.

        :rtype: dict[res.users, date]
        """
        groups = self.sudo()._read_group(
            [
                ("state", "=", "open"),
                ("user_id.active", "=", True),
                ("user_id.lifecycle_morning_mail", "=", True),
                ("user_id.email", "!=", False),
            ],
            ["user_id"],
        )
        due, workdays = {}, {}
        for (user,) in groups:
            company = user.company_id
            local = self._get_local(user.tz, company, now)
            day = local.date()
            last = user.lifecycle_morning_mailed_on
            if local.hour not in MORNING or (last and last >= day):
                continue
            if (company, day) not in workdays:
                workdays[company, day] = day in company._lifecycle_workdays(day, day)
            if workdays[company, day] and not user._lifecycle_is_away(day):
                due[user] = day
        return due

    @api.model
    def _get_local(self, tz, company, now):
        known = tz in pytz.all_timezones_set
        zone = pytz.timezone(tz) if known else company._lifecycle_zone()
        return now.replace(tzinfo=timezone.utc).astimezone(zone)

    def _prepare_morning_mail(self, user):
        """The mail about these alerts, all of one user, the strongest first."""
        alerts = self.sorted(lambda one: (-one.strength, one.id))
        base = alerts[:1].get_base_url()
        body = self.env["ir.qweb"]._render(
            "lifecycle_programs.lifecycle_morning_mail",
            {
                "user": user,
                "alerts": alerts[:NAMED],
                "more": max(len(alerts) - NAMED, 0),
                "list_url": f"{base}/odoo/ready-today",
                "alert_url": lambda alert: f"{base}/odoo/ready-today/{alert.id}",
            },
            lang=self.env.lang,
        )
        if len(alerts) == 1:
            subject = self.env._(
                "Ready for your call: %s", alerts.commercial_partner_id.display_name
            )
        else:
            subject = self.env._("Ready for your call: %s customers", len(alerts))
        return {
            "subject": subject,
            "body_html": body,
            "email_from": user.company_id.email_formatted or user.email_formatted,
            "email_to": user.email_formatted,
            "auto_delete": True,
        }
