"""How events move an enrolment: goal, exit, wait until."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _is_touched_by(self, event):
        """Whether an event of the same customer concerns this enrolment."""
        self.ensure_one()
        if event.company_id != self.company_id:
            return False
        # Each event is worked off once. One from before the entry has come late, such
        # as an order that another system reports the next day: it counts all the same,
        # unless it is too old to be news.
        age = timedelta(days=self.company_id.lifecycle_event_max_age_days)
        if event.occurred_at < self.entered_at - age:
            return False
        about = (event.payload or {}).get("program")
        if about and event.type_id.code != "unsubscribed":
            return about == self.program_id.code and event.partner_id == self.partner_id
        return event.type_id.is_company_wide or event.partner_id == self.partner_id

    def _match_rules(self, wanted, now):
        """Evaluate a rule on an enrolment and the event that touches it.

        :param wanted: list of (enrolment, event, rule text)
        :return: list of booleans, in the same order
        """
        matches = {}
        for program in self.union(*(row[0] for row in wanted)).program_id:
            mine = [row for row in wanted if row[0].program_id == program]
            with program._own_failure("rule"):
                matches.update(self._match_program_rules(program, mine, now))
        return [matches.get(row, False) for row in wanted]

    def _match_program_rules(self, program, wanted, now):
        """As `_match_rules`, of one program; a dictionary."""
        types = self.env["lifecycle.event.type"]
        event_facts = types._payload_facts("event")
        rules = {text: program._rule(text) for _enrolment, _event, text in wanted}
        names = set().union(*(rule.facts for rule in rules.values()))
        enrolments = self.union(*(row[0] for row in wanted))
        values = enrolments._get_values(names, now) if names else {}
        return {
            (enrolment, event, text): rules[text].matches(
                values.get(enrolment.id, {})
                | types._payload_values(event.payload, "event", event_facts),
                now,
                program._tz(),
            )
            for enrolment, event, text in wanted
        }

    # ------------------------------------------------------------
    # GOAL, EXIT
    # ------------------------------------------------------------

    def _apply_goals(self, pairs, now):
        """Note the goals that were reached; end who is done by that.

        :param pairs: list of (enrolment, event)
        :return: the pairs that are still active
        """
        candidates = [
            (enrolment, event, enrolment.program_id.goal_rule)
            for enrolment, event in pairs
            if event.type_id in enrolment.program_id.goal_event_type_ids
            and event != enrolment.event_id
            and not enrolment.goal_at
            and enrolment._in_goal_window(event)
        ]
        reached = self.browse()
        for (enrolment, event, _rule), matches in zip(
            candidates, self._match_rules(candidates, now), strict=True
        ):
            if matches:
                enrolment.goal_at = max(event.occurred_at, enrolment.entered_at)
                reached |= enrolment
        for program, enrolments in reached.grouped("program_id").items():
            following = program.goal_program_id
            own = following.company_id == program.company_id
            if following.state == "running" and own:
                following._enrol_partners(
                    enrolments.partner_id,
                    now,
                    {line.partner_id.id: line.payload for line in enrolments},
                )
        ended = reached.filtered(lambda enrolment: enrolment.program_id.goal_ends)
        ended._leave("goal", "goal", now)
        return [pair for pair in pairs if pair[0] not in ended]

    def _in_goal_window(self, event):
        days = self.program_id.goal_days
        return not days or event.occurred_at <= self.entered_at + timedelta(days=days)

    def _apply_exits(self, pairs, now):
        """End who has to leave; return the pairs that are still active."""
        refused = self.browse(
            enrolment.id for enrolment, event in pairs if enrolment._is_refused(event)
        )
        candidates = [
            (enrolment, event, enrolment.program_id.exit_rule)
            for enrolment, event in pairs
            if enrolment not in refused
            and event != enrolment.event_id
            and event.type_id in enrolment.program_id.exit_event_type_ids
        ]
        left = defaultdict(self.browse)
        left["unsubscribed"] = refused
        for (enrolment, event, _rule), matches in zip(
            candidates, self._match_rules(candidates, now), strict=True
        ):
            if matches:
                left[event.type_id.code] |= enrolment
        for reason, enrolments in left.items():
            enrolments._leave("exited", reason, now)
        gone = self.union(*left.values())
        return [pair for pair in pairs if pair[0] not in gone]

    def _is_refused(self, event):
        """Whether an opt-out leaves this program nothing to say."""
        if event.type_id.code != "unsubscribed":
            return False
        payload = event.payload or {}
        if payload.get("program"):
            return payload["program"] == self.program_id.code
        categories = self.version_id.step_ids.message_id.category_id
        return bool(categories) and categories.mapped("code") == [
            payload.get("category")
        ]

    def _leave(self, state, reason, now):
        """End these enrolments; what they were waiting for does not matter any more."""
        self.write(
            {
                "state": state,
                "end_reason": reason,
                "ended_at": now,
                "due_at": False,
                "waiting": False,
                "error": False,
            }
        )

    # ------------------------------------------------------------
    # WAIT UNTIL
    # ------------------------------------------------------------

    def _apply_waits(self, pairs, now):
        """Take the branch whose event has come, for who waits for one."""
        candidates = [
            (enrolment, event, branch)
            for enrolment, event in pairs
            if enrolment.waiting and enrolment.step_id.type == "wait_until"
            for branch in enrolment.step_id.branch_ids
            if event.type_id in branch.event_type_ids
        ]
        matches = self._match_rules(
            [
                (enrolment, event, branch._get_rule())
                for enrolment, event, branch in candidates
            ],
            now,
        )
        taken = {}
        for (enrolment, event, branch), match in zip(candidates, matches, strict=True):
            if match:
                taken.setdefault(enrolment, branch)
                enrolment._note_topic(event)
        if taken:
            self.env["lifecycle.step"]._take_branches(taken, now)

    def _note_topic(self, event):
        """Keep the topic that was clicked: what follows is about it."""
        topic = (event.payload or {}).get("topic")
        if topic:
            self.payload = (self.payload or {}) | {"topic": topic}

    # ------------------------------------------------------------
    # CUSTOMER
    # ------------------------------------------------------------

    @api.model
    def _follow_customers(self, customers):
        """A contact may have got another company since it entered: what happens to that
        company now concerns it."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE lifecycle_enrolment e
                   SET commercial_partner_id = p.commercial_partner_id
                  FROM res_partner p
                 WHERE p.id = e.partner_id AND p.commercial_partner_id = ANY(%s)
                   AND e.id IN (
                       SELECT o.id FROM lifecycle_enrolment o
                         JOIN res_partner q ON q.id = o.partner_id
                        WHERE q.commercial_partner_id = ANY(%s) AND o.state = 'active'
                          AND o.commercial_partner_id <> q.commercial_partner_id
                          FOR UPDATE OF o SKIP LOCKED)
                """,
                customers,
                customers,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["commercial_partner_id"])

    # ------------------------------------------------------------
    # WAKE-UP
    # ------------------------------------------------------------

    def _wake_runner(self, now):
        """Let the step runners start at once when somebody is due."""
        query = SQL(
            "SELECT EXISTS (SELECT FROM lifecycle_enrolment e"
            " JOIN lifecycle_program p ON p.id = e.program_id"
            " WHERE e.state = 'active' AND e.due_at <= %s AND p.active"
            " AND p.state IN ('running', 'closed'))",
            now,
        )
        if self.env.execute_query(query)[0][0]:
            cron = self.env.ref("lifecycle_programs.ir_cron_run_due_steps_1")
            cron.sudo()._trigger()
