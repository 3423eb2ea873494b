"""One run from an installed database to its report."""

import os
from datetime import datetime, time, timedelta
from pathlib import Path

from .. import cores, guard, paths
from . import kept, report, session
from .browser import Browser
from .chance import Chance
from .clock import Clock, real_seconds
from .company import Company
from .orders import Shop
from .outbox import Outbox
from .postman import Postman
from .programs import Programs
from .purchases import History
from .statements import planned_once
from .timeline import Timeline
from .world import World

# With this many people and days, every program must have somebody in.
ENOUGH_CUSTOMERS, ENOUGH_DAYS = 300, 300


class Run:
    """Everything from the shop's opening to the report.

    :param home: the country of the shop, and of customers whose country is not known.
    :param base_url: where the web client will be open; links in messages point there.
    """

    def __init__(
        self, database: str, history: History, seed: str, home: str, base_url: str
    ):
        self.history = history
        self.began = real_seconds()
        os.makedirs(paths.LOGS, exist_ok=True)
        log = Path(paths.LOGS, "demo.log")
        log.unlink(missing_ok=True)
        self.registry, self.log = session.start(database, str(log))
        self.eve = datetime.combine(history.first_day - timedelta(days=1), time(6))
        self.clock = Clock(self.eve)
        outbox = Outbox(kept.outbox(database))
        self.world = World(
            self.registry, self.clock, Chance(seed), outbox, Browser(base_url)
        )
        self.shop = Shop(self.world, history, home)
        self.company = Company(self.world, home)
        self.programs = Programs(self.world, history)
        self.timeline = Timeline(self.world, self.shop)

    def go(self) -> dict:
        """Let the time pass; the report."""
        old_leads = self.timeline.prospects.make_old_leads(self.eve.date())
        if old_leads:
            self.clock.now = old_leads[0][0] - timedelta(days=1)
        outbox = self.world.outbox
        outbox.empty()
        with (
            outbox.open(),
            outbox.sms_provider(),
            self.clock.running(),
            planned_once(self.registry.db_name),
        ):
            cores.stay_on(os.getpid())
            self.company.open()
            self.shop.open()
            self.timeline.life.open()
            for at, key in old_leads:
                self.clock.move_to(at)
                self.timeline.prospects.book_old_lead(key)
            self.clock.move_to(self.eve)
            self.programs.start()
            with Postman(self.world, self.log).working():
                self.timeline.run(self.eve.date(), self.history.last_day)
        return self._report()

    def _report(self) -> dict:
        with self.registry.cursor() as cr:
            result = report.measure(cr)
        returns = report.sorted_counts(self.shop.returns)
        result["input"] = self.history.summary() | {"returns_booked": returns}
        result["days"] = self.timeline.days
        result["synthetic"] = report.sorted_counts(self.world.synthetic)
        result["outbox"] = {
            "mails": self.world.outbox.mails,
            "sms": self.world.outbox.sms,
        }
        result["cron_runs"] = report.sorted_counts(self.timeline.scheduler.runs)
        result["errors"] = self._errors(result)
        result["machine"] = {
            "seconds": round(real_seconds() - self.began),
            "peak_megabytes": report.peak_megabytes(),
            "parts": report.whole_numbers(self.timeline.seconds),
            "crons": report.whole_numbers(self.timeline.scheduler.seconds),
        }
        return result

    def _errors(self, result: dict) -> dict:
        """Everything that makes the run unsound, with how often it happened."""
        errors = self.world.problems.copy()
        errors.update({f"log: {text}": n for text, n in self.log.seen.items()})
        errors.update(f"page: {text}" for text in self.world.browser.failures)
        errors.update(f"outside: {text}" for text in guard.violations)
        for code, numbers in result["programs"].items():
            if numbers["error"]:
                errors[f"program {code}: people in error"] += numbers["error"]
            if not numbers["entered"] and self._is_large():
                errors[f"program {code}: nobody entered"] += 1
        if self.timeline.checks.made != self.timeline.days:
            errors["days without a check"] += 1
        return report.sorted_counts(errors)

    def _is_large(self) -> bool:
        return (
            len(self.history.customers) >= ENOUGH_CUSTOMERS
            and self.timeline.days >= ENOUGH_DAYS
        )

    def is_sound(self, result: dict) -> bool:
        return not result["errors"]
