"""Survey steps: a mail with a personal link to the survey."""

from odoo import Command, models


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _run_survey_batch(self, enrolments, now):
        return self._run_mail_batch(enrolments, now)

    def _get_survey_links(self, drafts):
        """A link per enrolment id to an answer sheet that knows who answers.

        What `survey.survey._create_answer` makes for one contact, for a batch.
        """
        survey = self.survey_id.sudo()
        if not survey:
            return {}
        questions = survey._prepare_user_input_predefined_questions()
        answers = self.env["survey.user_input"].sudo()
        sheets = answers.create(
            [
                {
                    "survey_id": survey.id,
                    "partner_id": draft.partner_id,
                    "email": draft.address,
                    "nickname": draft.enrolment.partner_id.name,
                    "predefined_question_ids": [Command.set(questions.ids)],
                    "invite_token": answers._generate_invite_token()
                    if survey.is_attempts_limited
                    else False,
                }
                for draft in drafts
            ]
        )
        links = self.env["lifecycle.link"]
        return {
            draft.enrolment.id: links._get_url(sheet.get_start_url())
            for draft, sheet in zip(drafts, sheets, strict=True)
        }
