"""The gallery: programs to begin with, as cards by the stage of the customer.

A card is a program that comes with the addon, or a template: the file of a program with
a ``card`` beside it. The card says what the program needs to know about customers, and
what is asked when somebody takes it into use:

- ``data``: what must be there, codes of `_data_kinds`; ``better``: what makes it better
- ``ask``: ``{"number": code}`` a number of the program; ``{"discount": [step keys]}``
  the discount that these steps give; ``{"text": name, "fact": ...}`` a value that
  stands as ``"?name"`` in the rules; ``{"offer": "new" | "bought" | "category"}`` a row
  of the table of offers
"""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import file_open
from odoo.tools.misc import file_path

from .lifecycle_program_file import SOURCE_LANGUAGE

USER = "lifecycle_programs.group_lifecycle_user"
MARKETER = "lifecycle_programs.group_lifecycle_marketer"
SHIPPED = "lifecycle_programs/data/gallery_shipped.json"
# Of several programs from one card, the card shows the one that is furthest.
STATES = ("running", "paused", "draft", "closed")
MESSAGES = ("mail", "sms", "message", "survey")


@lru_cache(maxsize=128)
def read_json(path):
    """The data of a file of an addon; not to be changed."""
    with file_open(path, "r") as file:
        return json.load(file)


class LifecycleGallery(models.AbstractModel):
    _name = "lifecycle.gallery"
    _description = "Program Gallery"

    # ------------------------------------------------------------
    # WHERE CARDS COME FROM
    # ------------------------------------------------------------

    @api.model
    def _template_files(self):
        """The files of templates; other addons add theirs.

        :rtype: list[str]
        """
        folder = Path(file_path("lifecycle_programs/data/gallery"))
        return [str(path) for path in sorted(folder.glob("*.json"))]

    @api.model
    def _templates(self):
        """The templates by the code of their program: data with ``card`` and
        ``program``, not to be changed."""
        files = map(read_json, self._template_files())
        return {data["program"]["code"]: data for data in files}

    @api.model
    def _shipped(self):
        """The programs that came with the addon and are still there, by card: the
        record as superuser, and the card."""
        found = {}
        for code, card in read_json(SHIPPED).items():
            program = self.env.ref(
                f"lifecycle_programs.program_{code}", raise_if_not_found=False
            )
            if program:
                found[code] = (program.sudo(), card)
        return found

    @api.model
    def _taken(self):
        """The programs of this company that were made from a card, by card: the one
        that is furthest."""
        # The shipped ones are taken only when somebody has begun to work with them.
        programs = self.env["lifecycle.program"].search(
            [("company_id", "=", self.env.company.id), ("gallery_key", "!=", False)]
        )
        programs |= self.env["lifecycle.program"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("code", "in", list(read_json(SHIPPED))),
                ("state", "!=", "draft"),
            ]
        )
        taken = {}
        for program in sorted(
            programs, key=lambda one: (STATES.index(one.state), one.sequence, one.id)
        ):
            taken.setdefault(program.gallery_key or program.code, program)
        return taken

    # ------------------------------------------------------------
    # CARDS
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_gallery(self):
        """All that the gallery shows.

        :return: ``stages``, ``cards`` (see `_prepare_card`) and whether the user may
            take one into use (``can_use``)
        :rtype: dict
        """
        self._check_group(USER)
        has = self._get_data()
        taken = self._taken()
        cards = [
            self._prepare_card(code, body, card, taken.get(code), has)
            for code, (body, card) in sorted(
                self._bodies().items(), key=lambda item: item[1][0]["sequence"]
            )
        ]
        stages = self.env["lifecycle.stage"].search([("code", "!=", False)])
        return {
            "stages": [
                {"code": one.code, "name": one.name, "description": one.description}
                for one in stages
            ],
            "cards": cards,
            "can_use": self.env.user.has_group(MARKETER),
        }

    @api.model
    def _bodies(self):
        """What cards say about programs, shipped and templates alike, by card: the
        body, with names in the user's language, and the card."""
        bodies = {}
        for code, (program, card) in self._shipped().items():
            version = program.draft_version_id or program.version_id
            bodies[code] = (
                {
                    "name": program.name,
                    "purpose": program.purpose,
                    "sequence": program.sequence,
                    "stage": program.stage_id.code,
                    "also": program.also_stage_ids.mapped("code"),
                    "lever": program.value_lever,
                    "types": version.step_ids.mapped("type"),
                    "start": program.start,
                    "schedule": program.schedule,
                    "events": program.event_type_ids.mapped("code"),
                },
                card,
            )
        for code, data in self._templates().items():
            program = data["program"]
            bodies[code] = (
                {
                    "name": self._say(program["name"]),
                    "purpose": self._say(program["purpose"]),
                    "sequence": program["sequence"],
                    "stage": program["stage_id"],
                    "also": program.get("also_stage_ids", []),
                    "lever": program["value_lever"],
                    "types": [step["type"] for step in program["steps"]],
                    "start": program["start"],
                    "schedule": program.get("schedule"),
                    "events": program.get("event_type_ids", []),
                },
                data["card"],
            )
        return bodies

    @api.model
    def _prepare_card(self, code, body, card, program, has):
        """One card for the client.

        ``stage`` is where it stands, ``stages`` are all it is for;
        ``data`` and ``better`` say of each kind of data whether this database has it
        (``ok``) and what to do if not; ``is_connected`` is false when the program waits
        for another system; ``program`` is the one of this company, if it has one.
        """
        kinds = self._data_kinds()
        data, better = (
            [
                {
                    "code": kind,
                    "label": kinds[kind]["label"],
                    "ok": has[kind],
                    "hint": "" if has[kind] else kinds[kind]["hint"],
                }
                for kind in card.get(part, ())
            ]
            for part in ("data", "better")
        )
        levers = self.env["lifecycle.program"]._fields["value_lever"]
        states = self.env["lifecycle.program"]._fields["state"]
        return {
            "key": code,
            "name": body["name"],
            "purpose": body["purpose"],
            "stage": body["stage"],
            "stages": [body["stage"], *body["also"]],
            "lever": dict(levers._description_selection(self.env))[body["lever"]],
            "start": self._say_start(body),
            "contents": self._say_contents(body["types"]),
            "data": data,
            "better": better,
            "is_connected": all(
                has[kind] or not kinds[kind].get("is_connection")
                for kind in card.get("data", ())
            ),
            "program": program
            and {
                "id": program.id,
                "name": program.name,
                "state": program.state,
                "state_label": dict(states._description_selection(self.env))[
                    program.state
                ],
            }
            or False,
        }

    @api.model
    def _say_start(self, body):
        if body["start"] == "event":
            types = self.env["lifecycle.event.type"].search(
                [("code", "in", body["events"])]
            )
            return self.env._("When: %s", ", ".join(types.mapped("name")))
        schedules = self.env["lifecycle.program"]._fields["schedule"]
        if body["start"] == "schedule":
            return dict(schedules._description_selection(self.env))[body["schedule"]]
        return self.env._("By hand or from another program")

    @api.model
    def _say_contents(self, types):
        """What a program is made of: how many of what."""
        count = Counter(types)
        kinds = [
            ("fa-envelope-o", self.env._("Messages"), MESSAGES),
            ("fa-code-fork", self.env._("Branches"), ("split", "wait_until")),
            ("fa-phone", self.env._("Tasks for a person"), ("activity",)),
            ("fa-bullhorn", self.env._("Sales alerts"), ("sales_alert",)),
            ("fa-tag", self.env._("Discounts"), ("grant",)),
        ]
        return [
            {"icon": icon, "label": label, "count": number}
            for icon, label, of_types in kinds
            if (number := sum(count[one] for one in of_types))
        ]

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    @api.model
    def _check_group(self, group):
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Only people who work with programs may."))

    @api.model
    def _say(self, text):
        """A text of a file in the user's language, if the file has it."""
        if isinstance(text, dict):
            text = text.get(self.env.lang) or text[SOURCE_LANGUAGE]
        return "\n".join(text) if isinstance(text, list) else text
