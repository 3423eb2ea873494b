"""Whether the run is sound: nothing may know the future."""

from .world import World

SAMPLE = 20
# Moments that the addon writes down, each of which must not lie ahead of the clock.
MOMENTS = {
    "lifecycle_event": "occurred_at",
    "lifecycle_enrolment": "entered_at",
    "lifecycle_step_run": "run_at",
    "lifecycle_grant": "starts_at",
    "lifecycle_alert": "alerted_at",
    "sale_order": "date_order",
}
FACTS = (
    "orders.last",
    "engagement.last_sent",
    "engagement.last_open",
    "engagement.last_click",
    "engagement.last_reply",
    "nps.answered_at",
)


class Checks:
    """Looks at the end of each day for anything later than the day's last moment.

    :ivar made: how many days were looked at.
    """

    def __init__(self, world: World):
        self.world = world
        self.made = 0
        self._seen = dict.fromkeys(MOMENTS, 0)

    def end_of_day(self) -> None:
        with self.world.transaction() as env:
            for table, column in MOMENTS.items():
                self._check_rows(env.cr, table, column)
            self._check_facts(env)
        self.made += 1

    def _check_rows(self, cr, table: str, column: str) -> None:
        """The rows added today; table and column are our own constants."""
        cr.execute(
            f"SELECT max(id), count(*) FILTER (WHERE {column} > %s)"
            f" FROM {table} WHERE id > %s",
            (self.world.now, self._seen[table]),
        )
        newest, late = cr.fetchone()
        self._seen[table] = newest or self._seen[table]
        if late:
            self.world.problems[f"{table}.{column} later than now"] += late

    def _check_facts(self, env) -> None:
        """The facts of some customers, other ones every day."""
        partner_ids = sorted(self.world.partner_by_key.values())
        if not partner_ids:
            return
        start = self.made * SAMPLE % len(partner_ids)
        facts = env["lifecycle.fact"]._read(
            partner_ids[start : start + SAMPLE], FACTS, env.company, self.world.now
        )
        for values in facts.values():
            for name, value in values.items():
                if value and value > self.world.now:
                    self.world.problems[f"fact {name} later than now"] += 1
