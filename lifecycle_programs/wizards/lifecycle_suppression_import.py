"""Before the first send: what another system's readers have said no and yes to."""

import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..engine.suppression import SuppressionFileError, read_suppressions

_lt = LazyTranslate(__name__)

BATCH = 5000
# So many of the bad rows are shown; all of them are in the file to download.
SHOWN = 20
PROBLEMS = {
    "no_address": _lt("no address"),
    "bad_address": _lt("neither a mail address nor a phone number"),
    "unknown_kind": _lt("says neither unsubscribe nor bounce nor consent"),
    "unknown_category": _lt("no message category of this name"),
    "bad_date": _lt("the date is not clear; write 2026-05-31 or 31.5.2026"),
    "future_date": _lt("the date is still to come"),
    "no_date": _lt("a consent without a date"),
}
FILE_PROBLEMS = {
    "empty": _lt("There is nothing in this file."),
    "no_column": _lt(
        "The first line has to name the columns, and one of them has to be “email” or "
        "“phone”."
    ),
    "too_long": _lt("The file is too long: split it."),
}


class LifecycleSuppressionImport(models.TransientModel):
    """Import unsubscribes, bounces and consents from a CSV file.

    A check without consequences comes first. Imported twice, a file changes nothing.
    The strictest wins: a consent does not take an opt-out back.
    """

    _name = "lifecycle.suppression.import"
    _description = "Import Unsubscribes and Consents"

    file = fields.Binary(string="CSV File", required=True, attachment=False)
    file_name = fields.Char()
    default_kind = fields.Selection(
        [
            ("unsubscribe", "Unsubscribed"),
            ("bounce", "Bounced"),
            ("consent", "Consent given"),
        ],
        string="Rows Without a Type",
        help="What a row means when the file has no column “type”. Empty: such rows "
        "are left out.",
    )
    category_id = fields.Many2one(
        "lifecycle.category",
        string="Consents Without a Category",
        required=True,
        domain=[("can_opt_out", "=", True)],
        default=lambda self: self.env.ref(
            "lifecycle_programs.lifecycle_category_marketing", raise_if_not_found=False
        ),
        help="What a consent is to when its row names no category. An unsubscribe "
        "without one is from all of them.",
    )
    state = fields.Selection(
        [("choose", "Choose"), ("checked", "Checked"), ("done", "Done")],
        default="choose",
        readonly=True,
    )
    unsubscribe_count = fields.Integer(string="Unsubscribes", readonly=True)
    bounce_count = fields.Integer(string="Bounces", readonly=True)
    consent_count = fields.Integer(string="Consents", readonly=True)
    bad_count = fields.Integer(string="Rows Left Out", readonly=True)
    new_count = fields.Integer(string="New", readonly=True)
    bad_preview = fields.Text(readonly=True)
    bad_file = fields.Binary(readonly=True, attachment=False)
    bad_file_name = fields.Char(readonly=True)

    @api.onchange("file", "default_kind", "category_id")
    def _onchange_file(self):
        self.state = "choose"

    # ------------------------------------------------------------
    # CHECK
    # ------------------------------------------------------------

    def action_check(self):
        """Count what the file says, and show what cannot be read. Nothing changes."""
        self.ensure_one()
        heading, rows, bad = self._read()
        self.write(
            {
                "state": "checked",
                **{
                    f"{kind}_count": sum(row.kind == kind for row in rows)
                    for kind in ("unsubscribe", "bounce", "consent")
                },
                "bad_count": len(bad),
                "bad_preview": self._say_bad_rows(bad),
                "bad_file": self._write_bad_rows(heading, bad),
                "bad_file_name": "left-out.csv",
            }
        )
        return self._show()

    def _read(self):
        try:
            return read_suppressions(
                base64.b64decode(self.file),
                fields.Datetime.now(),
                kind=self.default_kind or None,
                country_code=self.env.company.country_id.code,
                categories=self._get_category_names(),
            )
        except SuppressionFileError as error:
            problem = FILE_PROBLEMS[str(error)]
            raise UserError(self.env._(problem)) from error

    def _get_category_names(self):
        """The categories by code and by name, in all languages."""
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        names = {category.code.lower(): category for category in categories}
        for lang, _name in self.env["res.lang"].get_installed():
            for category in categories.with_context(lang=lang):
                names.setdefault(category.name.lower(), category)
        return names

    def _say_bad_rows(self, bad):
        lines = [
            self.env._(
                "Line %(line)s: %(problem)s.",
                line=row.line,
                problem=self.env._(PROBLEMS[row.problem]),
            )
            for row in bad[:SHOWN]
        ]
        if len(bad) > SHOWN:
            lines.append(self.env._("And %s more.", len(bad) - SHOWN))
        return "\n".join(lines)

    def _write_bad_rows(self, heading, bad):
        """The rows as they stood, with line and problem, to be mended and imported."""
        if not bad:
            return False
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([*heading, self.env._("Line"), self.env._("Problem")])
        for row in bad:
            cells = [*row.cells, *[""] * (len(heading) - len(row.cells))]
            problem = self.env._(PROBLEMS[row.problem])
            writer.writerow([*map(_harmless, cells), row.line, problem])
        return base64.b64encode(out.getvalue().encode("utf-8-sig"))

    # ------------------------------------------------------------
    # IMPORT
    # ------------------------------------------------------------

    def action_import(self):
        """Take in the rows that can be read."""
        self.ensure_one()
        self.env["lifecycle.opt.out"].check_access("create")
        _heading, rows, _bad = self._read()
        by_kind = {"unsubscribe": [], "bounce": [], "consent": []}
        for row in rows:
            by_kind[row.kind].append(row)
        now = fields.Datetime.now()
        self.env.flush_all()
        self.new_count = (
            self._import_batches(self._import_opt_outs, by_kind["unsubscribe"], now)
            + self._import_batches(self._import_bounces, by_kind["bounce"], now)
            + self._import_batches(self._import_consents, by_kind["consent"], now)
        )
        self.env.invalidate_all()
        self.env.company.sudo().lifecycle_suppression_done = True
        self.state = "done"
        return self._show()

    def _import_batches(self, method, rows, now):
        return sum(
            method(self._rows_select(rows[start : start + BATCH], now), now)
            for start in range(0, len(rows), BATCH)
        )

    def _rows_select(self, rows, now):
        """The rows as a SELECT: address, channel, category_id, moment, text, and the
        contact that has the address."""
        get_channel = self.env["lifecycle.opt.out"]._get_channel
        return SQL(
            """
            SELECT given.*, COALESCE(
                       (SELECT min(p.id) FROM res_partner p
                         WHERE p.email_normalized = given.address AND %(mine)s),
                       (SELECT min(p.id) FROM res_partner p
                         WHERE p.phone_sanitized = given.address AND %(mine)s)
                   ) AS partner_id
              FROM unnest(%(addresses)s::varchar[], %(channels)s::varchar[],
                          %(categories)s::integer[], %(moments)s::timestamp[],
                          %(texts)s::text[])
                   AS given(address, channel, category_id, moment, text)
            """,
            mine=SQL(
                "(p.company_id IS NULL OR p.company_id = %s)", self.env.company.id
            ),
            addresses=[row.address for row in rows],
            channels=[get_channel(row.address) for row in rows],
            categories=[row.category.id if row.category else None for row in rows],
            moments=[row.date or now for row in rows],
            texts=[_join(row.text, row.source) for row in rows],
        )

    def _import_opt_outs(self, rows, now):
        """A no to the category, or to all; and its line in the book of consents."""
        return self._insert(
            """
            WITH given AS (%(rows)s),
            written AS (
                INSERT INTO lifecycle_opt_out (
                    address, channel, category_id, partner_id, opted_out_at, source,
                    create_uid, create_date, write_uid, write_date)
                SELECT DISTINCT ON (given.address, c.id)
                       given.address, given.channel, c.id, given.partner_id,
                       given.moment, 'import', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM given
                  JOIN lifecycle_category c
                    ON c.can_opt_out
                   AND c.id = COALESCE(given.category_id, c.id)
                 ORDER BY given.address, c.id, given.moment
                ON CONFLICT DO NOTHING
                RETURNING address, channel, category_id, partner_id, opted_out_at
            )
            INSERT INTO lifecycle_consent (
                address, channel, category_id, company_id, partner_id, state,
                occurred_at, source, text,
                create_uid, create_date, write_uid, write_date)
            SELECT w.address, w.channel, w.category_id, %(company)s, w.partner_id,
                   'withdrawn', w.opted_out_at, 'import',
                   (SELECT min(given.text) FROM given
                     WHERE given.address = w.address
                       AND given.moment = w.opted_out_at),
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM written w
            """,
            rows,
            now,
        )

    def _import_consents(self, rows, now):
        """A line in the book, once."""
        return self._insert(
            """
            INSERT INTO lifecycle_consent (
                address, channel, category_id, company_id, partner_id, state,
                occurred_at, source, text,
                create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT ON (g.address, g.to_id, g.moment)
                   g.address, g.channel, g.to_id, %(company)s, g.partner_id, 'given',
                   g.moment, 'import', g.text,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM (SELECT given.*,
                           COALESCE(given.category_id, %(category)s) AS to_id
                      FROM (%(rows)s) given) g
             WHERE NOT EXISTS (
                   SELECT FROM lifecycle_consent c
                    WHERE c.address = g.address AND c.category_id = g.to_id
                      AND c.occurred_at = g.moment AND c.state = 'given'
                      AND c.company_id = %(company)s)
             ORDER BY g.address, g.to_id, g.moment, g.text
            """,
            rows,
            now,
        )

    def _import_bounces(self, rows, now):
        """Dead addresses go onto Odoo's blacklists, which all mailings heed."""
        return sum(
            self._insert(
                """
                INSERT INTO %(table)s AS known (
                    %(column)s, active, create_uid, create_date, write_uid, write_date)
                SELECT DISTINCT given.address, true, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(rows)s) given
                 WHERE given.channel = %(channel)s
                ON CONFLICT (%(column)s) DO UPDATE SET active = true
                 WHERE NOT known.active
                """,
                rows,
                now,
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                channel=channel,
            )
            for channel, table, column in (
                ("mail", "mail_blacklist", "email"),
                ("sms", "phone_blacklist", "number"),
            )
        )

    def _insert(self, query, rows, now, **parameters):
        self.env.cr.execute(
            SQL(
                query,
                rows=rows,
                now=now,
                uid=self.env.uid,
                company=self.env.company.id,
                category=self.category_id.id,
                **parameters,
            )
        )
        return self.env.cr.rowcount

    # ------------------------------------------------------------

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import unsubscribes and consents"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _join(text, source):
    """What was read, and where it was said, in the words of the other system."""
    return f"{text} ({source})" if text and source else text or source or None


def _harmless(cell):
    """A cell that a spreadsheet does not take for a formula."""
    is_formula = cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    is_number = cell.lstrip("+-").replace(" ", "").isdecimal()
    return f"'{cell}" if is_formula and not is_number else cell
