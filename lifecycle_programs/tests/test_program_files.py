"""Programs as files: out, in, and the same again."""

import base64
import json
from io import BytesIO
from pathlib import Path

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open_temporary_directory
from odoo.tools.convert import convert_xml_import

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week", "next": "hello"}


@tagged("lifecycle")
class TestProgramFiles(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["lifecycle.program.file"]
        cls.other = cls.env["res.company"].create({"name": "Other company"})

    def make_journey(self, **values):
        self.env["res.lang"]._activate_lang("fi_FI")
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>\n<p>you</p>"}
        )
        message.with_context(lang="fi_FI").subject = "Terve"
        return self.make_program(
            WEEK,
            {"type": "mail", "key": "hello", "message_id": message.id, "next": "way"},
            {
                "type": "split",
                "key": "way",
                "branches": [
                    {"name": "Mail", "rule": "contact.has_email", "next": "week"},
                    {
                        "name": "Order",
                        "events": ["order_confirmed"],
                        "next": "end",
                    },
                ],
                "next": "end",
            },
            {"type": "end", "key": "end"},
            **{"code": "journey", "name": "Journey", **values},
        )

    def load(self, *texts, company=None):
        texts = {f"file_{n}.json": text for n, text in enumerate(texts)}
        return self.file._import_texts(texts, company or self.other)

    def errors_of(self, data):
        with self.assertRaises(ValidationError) as caught:
            self.load(data if isinstance(data, str) else json.dumps(data))
        return caught.exception.args[0].split("\n")

    # ------------------------------------------------------------
    # ROUND TRIP
    # ------------------------------------------------------------

    def test_all_shipped_programs_come_back_the_same(self):
        """Out of one company, into another, out again: the same text."""
        programs = self.env["lifecycle.program"].search(
            [("company_id", "=", self.company.id), ("version_ids", "!=", False)]
        )
        self.assertGreaterEqual(len(programs), 10)
        texts = [self.file._write_text(program) for program in programs]
        imported, notes = self.load(*texts)
        self.assertFalse(notes)
        self.assertEqual(imported.company_id, self.other)
        self.assertEqual(set(imported.mapped("state")), {"draft"})
        again = {one.code: self.file._write_text(one) for one in imported}
        for program, text in zip(programs, texts, strict=True):
            self.assertEqual(again[program.code], text)
        # And what they refer to is of their own company.
        targets = imported.draft_version_id.step_ids.target_program_id
        self.assertTrue(targets)
        self.assertEqual(targets.company_id, self.other)

    def test_texts_in_other_languages_come_along(self):
        program = self.make_journey()
        text = self.file._write_text(program)
        self.assertIn("Terve", text)
        copy, _notes = self.load(text)
        message = copy.draft_version_id.step_ids.message_id
        self.assertNotEqual(message, program.version_id.step_ids.message_id)
        self.assertEqual(message.subject, "Hello")
        self.assertEqual(message.with_context(lang="fi_FI").subject, "Terve")
        self.assertEqual(self.file._write_text(copy), text)

    def test_the_text_is_stable_and_free_of_ids_dates_and_users(self):
        program = self.make_journey(user_id=self.marketer.id)
        text = self.file._write_text(program)
        self.assertEqual(text, self.file._write_text(program.with_user(self.marketer)))
        data = json.loads(text)["program"]
        self.assertEqual([one["key"] for one in data["steps"]][:2], ["week", "hello"])
        self.assertEqual(data["steps"][0]["next_step_id"], "hello")
        for absent in ("id", "user_id", "create_date", "company_id", "version_id"):
            self.assertNotIn(f'"{absent}"', text)
        body = data["steps"][1]["message_id"]["body"]
        self.assertEqual(body, ["<p>Hello</p>", "<p>you</p>"])

    def test_steps_lead_where_they_led(self):
        copy, _notes = self.load(self.file._write_text(self.make_journey()))
        steps = {step.key: step for step in copy.draft_version_id.step_ids}
        self.assertEqual(steps["week"].next_step_id, steps["hello"])
        self.assertEqual(
            steps["way"].branch_ids.mapped("next_step_id.key"), ["week", "end"]
        )
        copy.action_publish()
        self.assertEqual(copy.state, "running")

    # ------------------------------------------------------------
    # AGAIN
    # ------------------------------------------------------------

    def test_the_same_code_gets_a_draft(self):
        program = self.make_journey()
        old = program.version_id
        parameters = [{"code": "days", "kind": "number", "name": "Days", "value": 5.0}]
        data = json.loads(self.file._write_text(program))
        data["program"]["steps"][0]["wait_value"] = 14.0
        data["program"]["parameter_ids"] = parameters
        imported, _notes = self.load(json.dumps(data), company=self.company)
        self.assertEqual(imported, program)
        self.assertEqual(program.state, "running")
        self.assertEqual(program.version_id, old)
        self.assertEqual(program.draft_version_id.number, 2)
        self.assertEqual(
            program.draft_version_id._get_changes(old), ["“week”: Wait “7” → “14”"]
        )
        self.assertEqual(program.parameter_ids.mapped("value"), [5.0])
        self.assertEqual(json.loads(self.file._write_text(program)), data)

    def test_reading_what_is_there_changes_nothing(self):
        program = self.make_journey()
        self.load(self.file._write_text(program), company=self.company)
        self.assertFalse(program.draft_version_id)

    def test_a_draft_is_not_overwritten(self):
        program = self.make_journey()
        program.action_edit_steps()
        data = json.loads(self.file._write_text(program))
        data["program"]["cooldown_days"] = 5
        with self.assertRaisesRegex(ValidationError, "has a draft"):
            self.load(json.dumps(data), company=self.company)
        self.assertEqual(program.cooldown_days, 30)

    def test_a_data_file(self):
        """A file of an addon, as its XML names it."""
        text = self.file._write_text(self.make_journey(code="mine"))
        text = text.replace('"mine"', '"theirs"')
        self.env.flush_all()
        with file_open_temporary_directory(self.env) as directory:
            path = Path(directory) / "theirs.json"
            path.write_text(text, encoding="utf-8")
            xml = f"""<odoo><function model="lifecycle.program" name="_import_file">
                <value>{path}</value></function></odoo>"""
            for _time in range(2):
                file = BytesIO(xml.encode())
                file.name = "theirs.xml"
                convert_xml_import(self.env, "lifecycle_programs", file, {})
        program = self.env["lifecycle.program"].search([("code", "=", "theirs")])
        self.assertEqual(self.file._write_text(program), text)
        self.assertEqual(len(program.version_ids), 1)

    # ------------------------------------------------------------
    # ERRORS
    # ------------------------------------------------------------

    def test_what_is_no_file_is_told_with_its_place(self):
        self.assertRegex(
            self.errors_of('{"format": 1,\n oh}')[0], "file_0.json, line 2, column 2"
        )
        self.assertIn("this is no file of a program", self.errors_of({"a": 1})[0])

    def test_every_error_has_its_place_and_nothing_is_imported(self):
        data = json.loads(self.file._write_text(self.make_journey()))
        program = data["program"]
        program["colour"] = "red"
        program["cooldown_days"] = "thirty"
        program["start"] = "sometime"
        program["steps"][0]["next_step_id"] = "nowhere"
        program["steps"][2]["branch_ids"][1]["event_type_ids"] = ["moon_landing"]
        program["steps"][1]["message_id"]["subject"] = "{{ contact.nmae }}"
        del program["steps"][3]["name"]
        errors = self.errors_of(data)
        for place in (
            "file_0.json: program.colour: there is no such field.",
            "program.cooldown_days: should be a number.",
            "program.start: “sometime” is none of",
            "program.steps[0] (week).next_step_id: there is no “nowhere” here.",
            "program.steps[2] (way).branch_ids[1].event_type_ids[0]: there is no "
            "“moon_landing” here.",
            "program.steps[1] (hello).message_id: Hello, Subject in English (US), line "
            "1: There is no value called “contact.nmae”.",
            "program.steps[3] (end).name: is missing.",
        ):
            self.assertTrue(any(place in one for one in errors), (place, errors))
        self.assertFalse(
            self.env["lifecycle.program"].search([("company_id", "=", self.other.id)])
        )

    def test_a_rule_that_does_not_hold_is_told(self):
        data = json.loads(self.file._write_text(self.make_journey()))
        data["program"]["rule"] = "orders.cuont > 1"
        self.assertIn("orders.count", "\n".join(self.errors_of(data)))

    def test_odd_files_are_errors_and_no_crashes(self):
        data = json.loads(self.file._write_text(self.make_journey()))
        steps = data["program"]["steps"]
        for odd in (None, 5, "text", [], {}, [[]], {"a": 1}, True):
            for where in ({"steps": odd}, {"parameter_ids": odd}, {"name": odd}):
                program = data["program"] | where
                if (odd == [] and "name" not in where) or "text" == where.get("name"):
                    continue
                self.errors_of(data | {"program": program})
            broken = [steps[0] | {"branch_ids": odd, "next_step_id": odd}, *steps[1:]]
            if odd not in (None, [], {}):
                self.errors_of(data | {"program": data["program"] | {"steps": broken}})

    # ------------------------------------------------------------
    # WHO
    # ------------------------------------------------------------

    def upload(self, user, text):
        attachment = (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                {
                    "name": "journey.json",
                    "datas": base64.b64encode(text.encode()),
                    "res_model": "lifecycle.program.upload",
                }
            )
        )
        wizard = self.env["lifecycle.program.upload"].with_user(user)
        return wizard.create({"attachment_ids": attachment.ids}).action_import()

    def test_a_marketer_imports_and_a_salesperson_does_not(self):
        program = self.make_journey()
        data = json.loads(self.file._write_text(program))
        data["program"]["code"] = "another"
        action = self.upload(self.marketer, json.dumps(data))
        another = self.env["lifecycle.program"].browse(action["res_id"])
        self.assertEqual(another.code, "another")
        self.assertEqual(another.company_id, self.company)
        with self.assertRaises(AccessError):
            self.upload(self.salesperson, json.dumps(data))


@tagged("lifecycle", "post_install", "-at_install")
class TestProgramFileDownload(LifecycleCommon, HttpCase):
    def test_download(self):
        program = self.make_program({"type": "end", "key": "end"})
        url = f"/lifecycle/program/{program.id}/file"
        self.marketer.password = "lifecycle_marketer"
        self.salesperson.password = "lifecycle_salesperson"
        self.authenticate("lifecycle_salesperson", "lifecycle_salesperson")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("lifecycle_marketer", "lifecycle_marketer")
        response = self.url_open(url)
        self.assertEqual(response.json()["program"]["code"], "test_program")
        self.assertIn("test_program.json", response.headers["Content-Disposition"])
