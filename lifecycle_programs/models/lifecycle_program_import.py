"""Reading programs from their files: all of them, or nothing and every error."""

import json

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import file_open

from .lifecycle_program_file import FORMAT, SOURCE_LANGUAGE
from .program_reading import Reading


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @api.model
    def _import_file(self, *paths):
        """Import programs from files of an addon, for data files: `<function
        model="lifecycle.program" name="_import_file">` with the paths as values.

        A file that says what is there already changes nothing.
        """
        texts = {}
        for path in paths:
            with file_open(path, "r", env=self.env) as file:
                texts[path] = file.read()
        self.env["lifecycle.program.file"]._import_texts(texts, self.env.company)
        return True


class LifecycleProgramFile(models.AbstractModel):
    _inherit = "lifecycle.program.file"

    @api.model
    def _import_texts(self, texts, company):
        """Make or change the programs of these files. A program that is there already
        gets its steps as a draft. Files may refer to one another.

        :param texts: dict of text by file name
        :return: the programs, and the notes on what was left out
        :raises ValidationError: with every error, each with its file and place; then
            nothing is changed
        """
        errors, notes = [], []
        reader = self.with_company(company).with_context(
            lang=SOURCE_LANGUAGE, lifecycle_new_draft=False, tracking_disable=True
        )
        with self.env.cr.savepoint():
            data = {
                name: reader._parse_text(text, name, errors)
                for name, text in texts.items()
            }
            programs = {
                name: reader._find_or_create_program(one["program"], company)
                for name, one in data.items()
                if one
            }
            for name, program in programs.items():
                reader._import_program(program, data[name], name, errors, notes)
            if errors:
                raise ValidationError("\n".join(errors))
        found = self.env["lifecycle.program"].union(*programs.values())
        return found, list(dict.fromkeys(notes))

    @api.model
    def _parse_text(self, text, name, errors):
        """The data of a file, or None when it is none of ours."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            errors.append(
                self.env._(
                    "%(file)s, line %(line)s, column %(column)s: %(error)s",
                    file=name,
                    line=error.lineno,
                    column=error.colno,
                    error=error.msg,
                )
            )
            return None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            problem = self.env._("this is no file of a program (%s).", FORMAT)
        elif not isinstance(data.get("program"), dict):
            problem = self.env._("program: is missing.")
        elif not isinstance(data["program"].get("code"), str):
            problem = self.env._("program.code: is missing.")
        else:
            return data
        errors.append(f"{name}: {problem}")
        return None

    @api.model
    def _find_or_create_program(self, data, company):
        """The program with the code of a file, as a shell if there is none."""
        programs = self.env["lifecycle.program"].with_context(active_test=False)
        code = data["code"]
        program = programs.search(
            [("code", "=", code), ("company_id", "=", company.id)], limit=1
        )
        return program or programs.create(
            {"code": code, "name": code, "company_id": company.id}
        )

    # ------------------------------------------------------------
    # ONE PROGRAM
    # ------------------------------------------------------------

    @api.model
    def _import_program(self, program, data, name, errors, notes):
        if self._write_program(program) == data:
            return
        reading = Reading(self, program.company_id, errors, notes)
        body = dict(data["program"])
        steps = body.pop("steps", [])
        place = f"{name}: program"
        if not isinstance(steps, list):
            errors.append(self.env._("%s.steps: should be a list.", place))
            return
        draft = program.draft_version_id
        if draft.step_ids:
            errors.append(
                self.env._(
                    "%(file)s: “%(program)s” has a draft. Publish or discard it first.",
                    file=name,
                    program=program.name,
                )
            )
            return
        draft = draft or self.env["lifecycle.version"].create(
            {
                "program_id": program.id,
                "number": max(program.version_ids.mapped("number"), default=0) + 1,
            }
        )
        reading.change(program, body, place)
        keys = self._import_steps(reading, draft, steps, place)
        for number, step in enumerate(steps):
            if isinstance(step, dict) and step.get("key") in keys:
                at = f"{place}.steps[{number}] ({step['key']})"
                reading.steps = keys
                reading.change(keys[step["key"]], step, at, links=True)

    @api.model
    def _import_steps(self, reading, draft, steps, place):
        """The steps, without what leads from one to another; a dictionary by key."""
        published = {
            step.key: step.mailing_id.id
            for step in draft.program_id.version_id.step_ids
        }
        keys = {}
        for number, data in enumerate(steps):
            at = f"{place}.steps[{number}]"
            key = data.get("key") if isinstance(data, dict) else None
            if not isinstance(key, str) or key in keys:
                reading.errors.append(
                    self.env._("%s: a step needs a key of its own.", at)
                )
                continue
            step = reading.make(
                "lifecycle.step",
                data,
                f"{at} ({key})",
                version_id=draft.id,
                sequence=10 * (number + 1),
                mailing_id=published.get(key),
            )
            if step:
                keys[key] = step
        return keys
