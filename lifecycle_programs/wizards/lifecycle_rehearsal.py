"""The rehearsal of a program: what is asked, how far it is, and what it has shown."""

import random
from collections import Counter

from odoo import api, fields, models

# People that one request rehearses: the page shows progress after each.
CHUNK = 10
SAMPLE = 10
# Examples that a sample is drawn from.
EXAMPLES = 200
# People that the page shows in full; the table has all.
SHOWN = 100
KINDS = [
    ("enter", "Enters"),
    ("inside", "Is in the program already"),
    ("out", "Stays out"),
    ("message", "Message"),
    ("action", "Done"),
    ("branch", "Goes this way"),
    ("held", "Waits"),
    ("skipped", "Skipped"),
    ("failed", "Fails"),
    ("stays", "Still in the program"),
    ("end", "Leaves the program"),
]


class LifecycleRehearsal(models.TransientModel):
    """Who would enter a program now, what each would get on which day, and what would
    stop it. Only these rows are written; the rehearsal itself is taken back."""

    _name = "lifecycle.rehearsal"
    _description = "Rehearsal of a Program"
    _rec_name = "program_id"

    program_id = fields.Many2one("lifecycle.program", required=True, ondelete="cascade")
    start = fields.Selection(related="program_id.start")
    who = fields.Selection(
        [
            ("sample", "Ten people who would enter now"),
            ("all", "Everybody who would enter now"),
            ("chosen", "People I choose"),
        ],
        required=True,
        default="sample",
        string="Rehearse with",
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    open_door = fields.Boolean(
        string="Let them in whatever the entry rule says",
        help="To see the messages of somebody who would not enter.",
    )
    days = fields.Integer(
        string="For (days)", required=True, default=90, help="At most 730."
    )
    reacts = fields.Selection(
        [
            ("none", "Nobody reacts: waits run out"),
            ("all", "Everybody reacts: the first thing that is waited for happens"),
        ],
        required=True,
        default="none",
        string="What people do",
    )
    problems = fields.Text(compute="_compute_problems")
    waiting = fields.Json(
        readonly=True, help="The contacts still to come, with their entry values."
    )
    started_at = fields.Datetime(readonly=True)
    found_count = fields.Integer(string="Would Enter", readonly=True)
    people_count = fields.Integer(string="To Rehearse", readonly=True)
    line_ids = fields.One2many("lifecycle.rehearsal.line", "rehearsal_id")

    _days_in_reach = models.Constraint(
        "CHECK (days BETWEEN 1 AND 730)", "Rehearse between 1 and 730 days."
    )

    @api.depends("program_id")
    def _compute_problems(self):
        for rehearsal in self:
            program = rehearsal.program_id
            version = program.draft_version_id or program.version_id
            problems = [*program._get_setup_problems(), *version._get_problems()]
            if program.stop_text:
                problems.append(program.stop_text)
            rehearsal.problems = "\n".join(problems)

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def action_start(self):
        """Find out who is rehearsed, and open the page that does it."""
        self.ensure_one()
        self.program_id.check_access("write")
        now = fields.Datetime.now()
        self.line_ids.unlink()
        if self.who == "chosen":
            self.partner_ids.check_access("read")
            waiting = [[partner_id, None] for partner_id in self.partner_ids.ids]
            found = 0
        else:
            limit = EXAMPLES if self.who == "sample" else None
            newcomers = self.program_id._find_newcomers(now, limit)
            waiting = [list(item) for item in newcomers.items()]
            found = len(waiting)
            if self.who == "sample" and found > SAMPLE:
                waiting = random.Random(self.program_id.id).sample(waiting, SAMPLE)
        self.write(
            {
                "waiting": waiting,
                "started_at": now,
                "found_count": found,
                "people_count": len(waiting),
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "lifecycle_rehearsal",
            "name": self.env._("Rehearsal: %s", self.program_id.name),
            "params": {"rehearsal_id": self.id},
        }

    def run_next(self):
        """Rehearse the next people, in a request of its own.

        :return: how many are still to come
        """
        self.ensure_one()
        self.program_id.check_access("write")
        waiting = self.waiting or []
        people, rest = dict(waiting[:CHUNK]), waiting[CHUNK:]
        # Whoever may write this row may write anybody's id into it.
        partners = self.env["res.partner"].browse(people).exists()
        seen = {one.id: people[one.id] for one in partners._filtered_access("read")}
        if seen:
            rows = self.program_id._rehearse(
                seen,
                self.started_at,
                self.days,
                reacts=self.reacts == "all",
                open_door=self.open_door and self.who == "chosen",
            )
            first = len(waiting) * -1000
            self.env["lifecycle.rehearsal.line"].create(
                [
                    {**row, "rehearsal_id": self.id, "sequence": first + number}
                    for number, row in enumerate(rows)
                ]
            )
        self.waiting = rest
        return len(rest)

    # ------------------------------------------------------------
    # SHOW
    # ------------------------------------------------------------

    def get_result(self):
        """What the page shows: the numbers, and the first people line by line."""
        self.ensure_one()
        lines = self.line_ids
        by_partner = lines.grouped("partner_id")
        refused = lines.filtered(lambda line: line.kind == "out")
        stopped = Counter(
            line.why
            for line in lines
            if line.kind in ("held", "skipped", "failed") and line.message_id
        )
        messages = lines.filtered(lambda line: line.kind == "message")
        return {
            "program_id": self.program_id.id,
            "problems": (self.problems or "").splitlines(),
            "total": self.people_count,
            "done": self.people_count - len(self.waiting or []),
            "found": self.found_count,
            "who": self.who,
            "start": self.start,
            "days": self.days,
            "reacts": self.reacts,
            "messages": len(messages),
            "out": len(refused.partner_id),
            "stopped": stopped.most_common(8),
            "people": [
                {
                    "id": partner.id,
                    "name": partner.display_name,
                    "messages": len(own & messages),
                    "is_out": own[0].kind == "out",
                    "lines": [line._get_shown() for line in own],
                }
                for partner, own in list(by_partner.items())[:SHOWN]
            ],
        }

    def action_open_lines(self):
        """All lines as a table."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_rehearsal_line_action"
        )
        return action | {"domain": [("rehearsal_id", "=", self.id)]}


class LifecycleRehearsalLine(models.TransientModel):
    """What would happen to one contact at one moment."""

    _name = "lifecycle.rehearsal.line"
    _description = "Rehearsed Step"
    _order = "partner_id, sequence, id"
    _rec_name = "step_id"

    rehearsal_id = fields.Many2one(
        "lifecycle.rehearsal", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, string="What", required=True)
    at = fields.Datetime(string="When", required=True)
    day = fields.Integer(help="Days from the entry.", aggregator=None)
    entry_key = fields.Char(string="About")
    step_id = fields.Many2one("lifecycle.step", ondelete="cascade")
    message_id = fields.Many2one("lifecycle.message", ondelete="cascade")
    channel = fields.Selection(
        selection=lambda self: self.env["lifecycle.forecast"]._selection_channel()
    )
    address = fields.Char()
    why = fields.Char()
    subject = fields.Char()
    # Written by the frame of our own mails, shown in a frame without rights. Read by
    # itself: what the page shows of thousands of lines comes without whole mails.
    body = fields.Html(sanitize=False, prefetch=False)

    def _get_shown(self):
        self.ensure_one()
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "id": self.id,
            "kind": self.kind,
            "label": labels[self.kind],
            "at": fields.Datetime.to_string(self.at),
            "day": self.day,
            "step": self.step_id.name or "",
            "icon": self.step_id.icon or "",
            "channel": self.channel or "",
            "address": self.address or "",
            "why": self.why or "",
            "subject": self.subject or "",
        }

    def get_text(self):
        """The message as it would leave."""
        self.ensure_one()
        return {
            "channel": self.channel,
            "subject": self.subject or "",
            "body": str(self.body or ""),
        }


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def action_rehearse(self):
        """Ask with whom, and for how long."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_rehearsal_action"
        )
        return action | {"context": {"default_program_id": self.id}}
