"""Explanations as HTML that is read as well as seen.

Everything is put together by `Markup`: names, tags and values of people are text.
"""

from itertools import zip_longest

from markupsafe import Markup

from odoo import api, models

from ..engine.explain import capital

_ITEM = Markup(
    '<li class="%s"><span class="o_lifecycle_mark" aria-hidden="true">%s</span>'
    '<span class="visually-hidden">%s: </span>%s%s</li>'
)


class LifecycleExplanation(models.AbstractModel):
    _inherit = "lifecycle.explanation"

    # ------------------------------------------------------------
    # ONE CONTACT, ONE PROGRAM
    # ------------------------------------------------------------

    @api.model
    def _draw_check(self, check, now):
        """Why a contact would get into a program or not.

        :param check: an `EntryCheck`
        :param now: naive UTC; another moment than the check's says that it looks back
        """
        parts = [
            self._draw_headline(self._say_headline(check, now)),
            self._draw_caveats(check, now),
        ]
        if check.inside:
            parts.append(self._draw_entry(check.inside, now))
        else:
            parts += [
                self._draw_changes(check, now),
                self._draw_rule(check.explanation),
                self._draw_lines(self.env._("Everything else"), check.lines),
            ]
        if check.as_of >= now:
            enrolment = check.inside or self._as_if_inside(check)
            lines = enrolment._get_sending_lines(now)
            parts.append(self._draw_lines(self.env._("Messages of the program"), lines))
        return self._frame(parts)

    @api.model
    def _draw_enrolment(self, enrolment, now):
        """Why a contact is, or was, in a program: what was kept when it entered."""
        parts = [
            self._draw_headline(self._say_enrolment(enrolment)),
            self._draw_entry(enrolment, now),
        ]
        if enrolment.state in ("active", "error"):
            lines = enrolment._get_sending_lines(now)
            parts.append(self._draw_lines(self.env._("Messages of the program"), lines))
        return self._frame(parts)

    @api.model
    def _as_if_inside(self, check):
        """The contact as it would be in the program; nothing is written."""
        return (
            self.env["lifecycle.enrolment"]
            .sudo()
            .new(
                {
                    "program_id": check.program.id,
                    "version_id": check.program.version_id.id,
                    "company_id": check.program.company_id.id,
                    "partner_id": check.partner.id,
                    "commercial_partner_id": check.partner.commercial_partner_id.id,
                    "entry_key": check.entry_key,
                    "paused_until": check.paused_until,
                    "entered_at": check.as_of,
                }
            )
        )

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    @api.model
    def _draw_headline(self, text):
        return Markup('<p class="o_lifecycle_headline">%s</p>') % text

    @api.model
    def _draw_caveats(self, check, now):
        """What an explanation of the past cannot know."""
        if check.as_of >= now:
            return Markup()
        facts = self.env["lifecycle.fact"]._facts()
        labels = [
            facts[name].label
            for name in sorted(check.rule.facts)
            if name in facts and not facts[name].history
        ]
        texts = [
            self.env._(
                "As of %s. The program, its rule and its numbers are those of today.",
                check.program._say_day(check.as_of),
            )
        ]
        if labels:
            texts.append(self.env._("Shown as they are today: %s.", ", ".join(labels)))
        return Markup('<p class="alert alert-warning" role="status">%s</p>') % " ".join(
            texts
        )

    @api.model
    def _draw_changes(self, check, now):
        """The fewest answers that would have to turn for the rule to say yes."""
        changes = check.changes
        if not changes:
            return Markup()
        if len(changes) == 1:
            title = self.env._("What would turn the rule")
        else:
            title = self.env._("What would turn the rule, all of it together")
        items = Markup().join(
            Markup("<li>%s</li>") % self._say_change(change, check.as_of < now)
            for change in changes
        )
        return (
            Markup('<div class="o_lifecycle_change" role="note"><h4>%s</h4>')
            + Markup("<ul>%s</ul></div>")
        ) % (title, items)

    @api.model
    def _draw_entry(self, enrolment, now=None):
        """What was kept when the contact entered.

        :param now: show beside it what has become different since
        """
        then = enrolment._explain_entry()[enrolment]
        current = enrolment._explain_entry_now(now) if now and then else None
        intro = self._say_way_in(enrolment)
        title = self.env._("As it was on %s", self._say_entry_moment(enrolment))
        if not then:
            return Markup("<h4>%s</h4><p>%s</p>") % (title, intro)
        clauses = self._draw_clauses(then.clauses, current and current.clauses)
        return Markup("<h4>%s</h4><p>%s</p>%s") % (title, intro, clauses)

    @api.model
    def _draw_rule(self, explanation):
        if not explanation.clauses:
            return Markup("<h4>%s</h4><p>%s</p>") % (
                self.env._("The rule"),
                self.env._("Everybody whom the start brings along."),
            )
        title = Markup("%s: %s") % (
            self.env._("The rule"),
            self.env._("yes") if explanation.result else self.env._("no"),
        )
        return Markup("<h4>%s</h4>%s") % (
            title,
            self._draw_clauses(explanation.clauses),
        )

    @api.model
    def _draw_lines(self, title, lines):
        if not lines:
            return Markup()
        items = Markup().join(self._draw_item(line.ok, line.text) for line in lines)
        return Markup('<h4>%s</h4><ul class="o_lifecycle_clauses">%s</ul>') % (
            title,
            items,
        )

    @api.model
    def _draw_clauses(self, clauses, current=None, moot=False):
        """The clauses of an explanation as a tree.

        :param current: the same clauses as of today, to show where they differ
        :param moot: whether a no does not matter, because another yes is enough
        """
        items = [
            self._draw_clause(clause, today, moot)
            for clause, today in zip_longest(clauses, current or ())
        ]
        return Markup('<ul class="o_lifecycle_clauses">%s</ul>') % Markup().join(items)

    @api.model
    def _draw_clause(self, clause, today, moot):
        if clause.children:
            inner = self._draw_clauses(
                clause.children, today and today.children, moot or clause.ok
            )
            text = Markup("%s:") % clause.label
            return self._draw_item(clause.ok, text, inner, moot)
        text = Markup("%s: <strong>%s</strong>") % (clause.label, clause.shown)
        if clause.wanted:
            text += Markup(' <span class="text-muted">(%s)</span>') % clause.wanted
        if today and today.shown != clause.shown:
            text += Markup(' <span class="o_lifecycle_now">%s</span>') % self.env._(
                "now: %s", today.shown
            )
        return self._draw_item(clause.ok, text, moot=moot)

    @api.model
    def _draw_item(self, ok, text, inner="", moot=False):
        style = "o_lifecycle_yes" if ok else "o_lifecycle_no"
        if moot and not ok:
            style = "o_lifecycle_moot"
        said = self.env._("Yes") if ok else self.env._("No")
        return _ITEM % (style, "✓" if ok else "✗", said, text, inner)

    @api.model
    def _frame(self, parts):
        return Markup('<div class="o_lifecycle_why">%s</div>') % Markup().join(parts)

    # ------------------------------------------------------------
    # ONE CONTACT, ALL PROGRAMS
    # ------------------------------------------------------------

    @api.model
    def _draw_table(self, checks, now):
        """A row for each program: whether the contact is in it, and the first reason.

        :param checks: the `EntryCheck` of one contact in each program
        """
        day = ""
        if checks and checks[0].as_of < now:
            day = checks[0].program._say_day(checks[0].as_of)
        words = {
            "in": (self.env._("In it"), "text-bg-success"),
            "enters": (self.env._("Enters"), "text-bg-info"),
            "out": (self.env._("Not in it"), "text-bg-light"),
        }
        rows = Markup().join(
            Markup(
                '<tr><th scope="row">%s</th>'
                '<td><span class="badge %s">%s</span></td><td>%s</td></tr>'
            )
            % (
                check.program.name,
                words[check.status][1],
                words[check.status][0],
                capital(self._say_row(check)),
            )
            for check in checks
        )
        head = Markup().join(
            Markup('<th scope="col">%s</th>') % text
            for text in (
                self.env._("Program"),
                self.env._("State"),
                self.env._("Why"),
            )
        )
        return self._frame(
            [
                day and Markup("<p>%s</p>") % self.env._("As of %s.", day),
                Markup(
                    '<table class="table table-sm o_lifecycle_programs">'
                    "<thead><tr>%s</tr></thead><tbody>%s</tbody></table>"
                )
                % (head, rows),
            ]
        )
