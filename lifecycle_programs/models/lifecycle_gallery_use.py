"""Taking a card of the gallery into use: its questions, who would enter, the draft."""

import copy
import itertools
import json
import re
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .lifecycle_gallery import MARKETER
from .lifecycle_program_file import FORMAT

ASKED_TEXT = re.compile(r'"\?(\w+)"')
OFFERS = {
    "new": ("offered_product_id", "product.template"),
    "bought": ("bought_categ_id", "product.category"),
    "category": ("offered_categ_id", "product.category"),
}
RECENT_DAYS = 30
MAX_DISCOUNTS = 80
# What a step names that may belong to one company.
OF_A_COMPANY = ("loyalty_program_id", "pricelist_id", "webhook_id", "notice_team_id")


class LifecycleGallery(models.AbstractModel):
    _inherit = "lifecycle.gallery"

    # ------------------------------------------------------------
    # QUESTIONS
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_questions(self, key):
        """What has to be known before a card becomes a program.

        :return: list of ``name`` (for the answers), ``kind`` (number, yes_no, text,
            discount or record), ``label``, ``value`` and what the kind needs: ``unit``;
            ``placeholder`` and ``fact``; ``options``, ``percent`` and ``can_create``;
            ``model``
        :rtype: list[dict]
        """
        self._check_group(MARKETER)
        body, card = self._body(key)
        numbers = {number["code"]: number for number in body["numbers"]}
        return [self._prepare_question(ask, numbers) for ask in card.get("ask", ())]

    @api.model
    def _prepare_question(self, ask, numbers):
        if code := ask.get("number"):
            number = numbers[code]
            return {
                "name": f"number.{code}",
                "kind": number["kind"],
                "label": number["name"],
                "unit": number["unit"],
                "value": number["value"],
                "is_required": False,
            }
        if name := ask.get("text"):
            return {
                "name": f"text.{name}",
                "kind": "text",
                "label": self._say(ask["label"]),
                "placeholder": self._say(ask.get("placeholder", "")),
                "fact": ask["fact"],
                "value": "",
                "is_required": True,
            }
        if kind := ask.get("offer"):
            return {
                "name": f"offer.{kind}",
                "kind": "record",
                "label": self._say(ask["label"]),
                "model": OFFERS[kind][1],
                "value": False,
                "is_required": True,
            }
        programs = self.env["loyalty.program"]
        options = programs.browse()
        if programs.has_access("read"):
            options = programs.search(
                [
                    ("program_type", "=", "coupons"),
                    ("company_id", "in", (False, self.env.company.id)),
                ],
                limit=MAX_DISCOUNTS,
            )
        return {
            "name": "discount",
            "kind": "discount",
            "label": self.env._("Discount"),
            "value": {"id": False, "percent": 0},
            "options": [{"id": one.id, "name": one.name} for one in options],
            "percent": ask.get("percent", 10),
            "can_create": programs.has_access("create"),
            "is_required": False,
        }

    @api.model
    def _body(self, key):
        """What a card's program is before it is one: ``numbers``, ``rule``, ``start``
        and ``events``; and the card."""
        if template := self._templates().get(key):
            program = template["program"]
            return {
                "numbers": [
                    {
                        "code": number["code"],
                        "name": self._say(number["name"]),
                        "unit": self._say(number.get("unit", "")),
                        "kind": number.get("kind", "number"),
                        "value": number["value"],
                    }
                    for number in program.get("parameter_ids", ())
                ],
                "rule": self._say(program.get("rule", "")),
                "start": program["start"],
                "events": program.get("event_type_ids", []),
            }, template["card"]
        shipped = self._shipped().get(key)
        if not shipped:
            raise UserError(self.env._("There is no such card any more."))
        program, card = shipped
        return {
            "numbers": program.parameter_ids.read(
                ["code", "name", "unit", "kind", "value"], load=None
            ),
            "rule": program.rule or "",
            "start": program.start,
            "events": program.event_type_ids.mapped("code"),
        }, card

    # ------------------------------------------------------------
    # WHO WOULD ENTER
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def count(self, key, answers):
        """How many people it is about.

        :return: ``count`` and ``kind``: ``now`` for those who match today, ``recent``
            for those to whom it happened in the last 30 days; ``note`` or ``reason``
        :rtype: dict
        """
        self._check_group(MARKETER)
        body, _card = self._body(key)
        answers = answers or {}
        if body["start"] == "schedule":
            numbers = [
                number | {"value": _number(answers, number)}
                for number in body["numbers"]
            ]
            form = {"start": "schedule", "numbers": numbers}
            rule = self._fill_in(body["rule"], answers)
            editor = self.env["lifecycle.rule.editor"]
            answer = editor.count(rule, "lifecycle.program", False, "rule", form)
            return {"kind": "now"} | answer
        if body["start"] == "event":
            return {"kind": "recent", "count": self._count_recent(body["events"])}
        return {"kind": "hand", "count": 0}

    @api.model
    def _count_recent(self, codes):
        """To how many contacts one of these events happened in the last 30 days."""
        types = self.env["lifecycle.event.type"].search([("code", "in", codes)])
        for model in ("lifecycle.event", "res.partner"):
            self.env[model].flush_model()
        since = fields.Datetime.now() - timedelta(days=RECENT_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT e.partner_id)
                  FROM lifecycle_event e
                  JOIN res_partner p ON p.id = e.partner_id AND %s
                 WHERE e.type_id = ANY(%s) AND e.company_id = %s AND e.occurred_at > %s
                """,
                self.env["lifecycle.fact"]._addressable("p"),
                types.ids,
                self.env.company.id,
                since,
            )
        )
        return rows[0][0]

    @api.model
    def _fill_in(self, rule, answers):
        """A rule with the answers in the place of ``"?name"``."""

        def replace(match):
            text = str(answers.get(f"text.{match[1]}") or "").strip()
            return json.dumps(text, ensure_ascii=False)

        return ASKED_TEXT.sub(replace, rule or "")

    # ------------------------------------------------------------
    # THE DRAFT
    # ------------------------------------------------------------

    @api.model
    def use(self, key, answers):
        """Make the draft of a card with the answers.

        A program that came with the addon is itself the draft until it is in use: the
        rules of others know it by its code. After that it is copied.

        :return: the action that opens it
        :rtype: dict
        """
        self._check_group(MARKETER)
        self.env["lifecycle.program"].check_access("create")
        answers = answers or {}
        for question in self.get_questions(key):
            if question["is_required"] and not answers.get(question["name"]):
                raise UserError(
                    self.env._("Please answer: %s.", question["label"].rstrip("."))
                )
        if key in self._templates():
            program = self._make_from_template(key, answers)
        else:
            program = self._make_from_shipped(key)
        program.write({"gallery_key": key, "user_id": program._default_user_id()})
        self._answer(program, self._body(key)[1], answers)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_program_action"
        )
        return action | {
            "res_id": program.id,
            "views": [(False, "form")],
            "view_mode": "form",
        }

    @api.model
    def _make_from_template(self, key, answers):
        body = copy.deepcopy(self._templates()[key]["program"])
        body["code"] = self._get_free_code(key)
        branches = [
            branch for step in body["steps"] for branch in step.get("branch_ids", ())
        ]
        for part in [body, *branches]:
            for name in {"rule", "goal_rule", "exit_rule"} & part.keys():
                part[name] = self._fill_in(self._say(part[name]), answers)
        text = json.dumps({"format": FORMAT, "program": body})
        program, _notes = self.env["lifecycle.program.file"]._import_texts(
            {f"{key}.json": text}, self.env.company
        )
        if body["code"] != key:
            # A second one needs a name that tells it from the first.
            number = body["code"].rpartition("_")[2]
            program.name = f"{program.name} {number}"
        return program

    @api.model
    def _make_from_shipped(self, key):
        shipped, _card = self._shipped()[key]
        company = self.env.company
        if shipped.company_id == company:
            program = shipped.with_env(self.env)
            if program.state == "draft" and not program.gallery_key:
                return program
            return program.copy()
        # A company of its own gets its own, under the code that rules know.
        code = self._get_free_code(key)
        program = shipped.copy({"company_id": company.id})
        program.write({"code": code, "name": shipped.name})
        self._lead_to_own_programs(program)
        self._leave_with_others(program)
        return program.with_env(self.env)

    @api.model
    def _lead_to_own_programs(self, program):
        """A copy leads to the programs of its own company, or to none."""
        others = {
            other.code: other
            for other in program.search([("company_id", "=", program.company_id.id)])
        }
        steps = program.draft_version_id.step_ids
        for records, name in (
            (program, "goal_program_id"),
            (steps, "target_program_id"),
            (steps, "stopped_program_id"),
        ):
            for record in records.filtered(name):
                record[name] = others.get(record[name].code)

    @api.model
    def _leave_with_others(self, program):
        """What the first company has filled in stays with it: its offers, discounts,
        webhooks, and the people who are told."""
        company = program.company_id
        program.offer_ids.unlink()
        steps = program.draft_version_id.step_ids
        steps.notice_channel_id = False
        for step in steps:
            for name in OF_A_COMPANY:
                if step[name].company_id - company:
                    step[name] = False
            for name in ("user_id", "notice_user_ids"):
                step[name] = step[name].filtered(
                    lambda user: company in user.company_ids
                )

    @api.model
    def _get_free_code(self, key):
        """The code of a new program: ``winback``, then ``winback_2`` and so on."""
        # As superuser and with the archived ones: the index counts them all.
        taken = set(
            self.env["lifecycle.program"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("code", "=like", f"{key}%"), ("company_id", "=", self.env.company.id)]
            )
            .mapped("code")
        )
        numbered = (f"{key}_{number}" for number in itertools.count(2))
        return next(one for one in itertools.chain([key], numbered) if one not in taken)

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    @api.model
    def _answer(self, program, card, answers):
        """Write the answers into a draft."""
        for parameter in program.parameter_ids:
            parameter.value = _number(
                answers, {"code": parameter.code, "value": parameter.value}
            )
        offer = {
            OFFERS[ask["offer"]][0]: int(answers[f"offer.{ask['offer']}"])
            for ask in card.get("ask", ())
            if "offer" in ask
        }
        if offer:
            program.offer_ids = [Command.create(offer)]
        steps = program.draft_version_id.step_ids
        for ask in card.get("ask", ()):
            if keys := ask.get("discount"):
                coupons = self._get_discount(answers.get("discount") or {})
                giving = steps.filtered(lambda step, keys=keys: step.key in keys)
                giving.loyalty_program_id = coupons

    @api.model
    def _get_discount(self, answer):
        """The coupon program of an answer: the one chosen, or a new one of so many
        percent; none when no discount is given."""
        programs = self.env["loyalty.program"]
        if answer.get("id"):
            program = programs.browse(int(answer["id"]))
            program.check_access("read")
            return program
        percent = float(answer.get("percent") or 0)
        if not percent:
            return programs
        if not 0 < percent <= 100:
            raise UserError(self.env._("A discount lies between 0 and 100 percent."))
        return programs.create(
            {
                "name": self.env._("%s %% on the order", f"{percent:g}"),
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "company_id": self.env.company.id,
                "rule_ids": [Command.clear()],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount": percent}),
                ],
            }
        )


def _number(answers, number):
    value = answers.get(f"number.{number['code']}")
    return number["value"] if value is None else float(value)
