from odoo import fields, models
from odoo.tools import SQL


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    lifecycle_is_score = fields.Boolean(
        string="Would You Recommend Us",
        help="The answer says whether the customer recommends the company: on a scale "
        "from 9 of 10 on, among choices those with a positive score.",
    )


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _mark_done(self):
        result = super()._mark_done()
        self.env["lifecycle.event"]._watch("survey_answered", self)
        return result

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_survey_answered(self, hook):
        """Surveys belong to no company: the answer belongs to the company whose
        program has sent the survey last, else to the contact's."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN survey_user_input i ON i.id = hook.id AND i.state = 'done'
                 AND i.test_entry IS NOT TRUE
                JOIN survey_survey survey ON survey.id = i.survey_id
                LEFT JOIN res_partner p ON p.id = i.partner_id
                LEFT JOIN LATERAL (%s) AS opinion ON true
                CROSS JOIN LATERAL (%s) AS written
                """,
                hook,
                self._lifecycle_opinion(),
                self._lifecycle_written(),
            ),
            partner_id=SQL("i.partner_id"),
            email=SQL("lower(trim(i.email))"),
            company_id=SQL(
                """
                COALESCE((
                    SELECT r.company_id
                      FROM lifecycle_step_run r
                      JOIN lifecycle_step s ON s.id = r.step_id
                     WHERE r.partner_id = i.partner_id AND s.survey_id = i.survey_id
                     ORDER BY r.run_at DESC, r.id DESC
                     LIMIT 1
                ), p.company_id)
                """
            ),
            occurred_at=SQL("COALESCE(i.end_datetime, hook.moment)"),
            payload=SQL(
                """
                jsonb_strip_nulls(jsonb_build_object(
                    'survey', survey.title->>'en_US',
                    'score', opinion.score,
                    'recommend', COALESCE(opinion.says_yes, opinion.score >= 9),
                    'answer', written.text))
                """
            ),
            res_model=SQL("%s", self._name),
            res_id=SQL("i.id"),
            unique_key=SQL("concat('survey_answered:', i.id)"),
        )

    def _lifecycle_opinion(self):
        """The SELECT of the answer to the question about recommending, of the input
        ``i``: the score from 0 to 10, and yes or no where that was the choice."""
        return SQL(
            """
            SELECT CASE q.question_type
                   WHEN 'scale' THEN round(10.0 * (l.value_scale - q.scale_min)
                        / NULLIF(q.scale_max - q.scale_min, 0), 2)
                   WHEN 'numerical_box' THEN l.value_numerical_box::numeric
                   END AS score,
                   CASE q.question_type
                   WHEN 'simple_choice' THEN choice.answer_score > 0
                   END AS says_yes
              FROM survey_user_input_line l
              JOIN survey_question q ON q.id = l.question_id AND q.lifecycle_is_score
              LEFT JOIN survey_question_answer choice
                ON choice.id = l.suggested_answer_id
             WHERE l.user_input_id = i.id AND l.skipped IS NOT TRUE
             ORDER BY q.sequence, l.id
             LIMIT 1
            """
        )

    def _lifecycle_written(self):
        """The SELECT of what the input ``i`` says in words."""
        return SQL(
            """
            SELECT string_agg(NULLIF(trim(COALESCE(l.value_text_box, l.value_char_box)),
                              ''), E'\\n' ORDER BY l.question_sequence, l.id) AS text
              FROM survey_user_input_line l
             WHERE l.user_input_id = i.id AND l.skipped IS NOT TRUE
               AND l.answer_type IN ('text_box', 'char_box')
            """
        )
