"""Walking people through a rehearsed program, moment by moment."""

from datetime import timedelta

# Moments that are looked at for one group of people.
MAX_MOMENTS = 2000
# How long after they began to wait people react, where they are to react.
REACTION = timedelta(hours=1)


class Play:
    """The enrolments of a rehearsal and their time.

    With them play all programs that their customers are in: one may hold the other up,
    use up a limit, or end it.

    :ivar reviewed: enrolment id and visit of the messages that had to be reviewed
    :ivar until: the end of the rehearsal, naive UTC
    """

    def __init__(self, enrolments, now, until, reacts=False):
        self.env = enrolments.env
        self.enrolments = enrolments
        self.customers = enrolments.commercial_partner_id.ids
        self.now = now
        self.until = until
        self.reacts = reacts
        self.reactions = {}
        self.reviewed = set()

    def run(self):
        """Go from one due moment to the next until nobody is due any more."""
        for _moment in range(MAX_MOMENTS):
            actors = self._get_actors()
            times = actors.mapped("due_at")
            times += [at for _one, at in self._get_reactions()]
            if not times or min(times) > self.until:
                return
            self.now = max(self.now, min(times))
            self._react()
            due = self._get_actors().filtered(lambda one: one._is_due(self.now))
            if due:
                due._run_claimed(self.now)
            # Written when the transaction is committed, otherwise.
            self.env["lifecycle.event"]._flush_pending()
            self._review()
            self._give_up()

    def _get_actors(self):
        return self.env["lifecycle.enrolment"].search(
            [
                ("state", "=", "active"),
                ("commercial_partner_id", "in", self.customers),
                ("program_id.state", "in", ("running", "closed")),
                ("due_at", "<=", self.until),
            ],
            order="due_at, id",
        )

    # ------------------------------------------------------------
    # WHAT PEOPLE DO
    # ------------------------------------------------------------

    def _get_reactions(self):
        """Who will do what it waits for, and when: the first thing, in an hour."""
        if not self.reacts:
            return []
        waiting = self.enrolments.filtered(
            lambda one: (
                one.state == "active"
                and one.waiting
                and one.step_id.type == "wait_until"
                and one.step_id.branch_ids
            )
        )
        reactions = [
            (one, self.reactions.setdefault((one.id, one.visit), self.now + REACTION))
            for one in waiting
        ]
        return [(one, at) for one, at in reactions if not one.due_at or at < one.due_at]

    def _react(self):
        taken = {
            one: one.step_id.branch_ids[0]
            for one, at in self._get_reactions()
            if at <= self.now
        }
        if taken:
            self.env["lifecycle.step"]._take_branches(taken, self.now)

    def _review(self):
        """Whatever waits for a person is approved at once."""
        reviews = self.env["lifecycle.review"].search(
            [
                ("state", "=", "waiting"),
                ("enrolment_id.commercial_partner_id", "in", self.customers),
            ]
        )
        for review in reviews:
            self.reviewed.add((review.enrolment_id.id, review.visit))
        reviews.write({"state": "approved"})
        reviews.enrolment_id.filtered(lambda one: one.state == "active").write(
            {"due_at": self.now}
        )

    def _give_up(self):
        """A step that failed would be tried again for days: once is enough to see."""
        failed = self._get_actors().filtered("retry_count")
        failed.write({"state": "error", "due_at": False, "ended_at": self.now})
