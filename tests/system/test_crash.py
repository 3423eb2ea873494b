"""Killed at any moment, nothing is lost and nothing happens twice.

Real Odoo processes work on a real PostgreSQL and through a mail server that fails at
random; each round they are killed with SIGKILL, all at once, at a random moment. In the
end everybody must have exactly what they should.

    ./dev test tests/system/test_crash.py --crash-rounds 200
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter

from faulty_smtp import PostOffice

from devtools import odoo_server, paths

SEED = 20261122
CHILD = os.path.join(paths.ROOT, "tests", "system", "children", "crash.py")
# Messages that one process can have sent and not yet noted when it is killed.
MAILS_IN_FLIGHT = 1


class Stage:
    """The process that forks and kills; one JSON line to it, one back."""

    def __init__(self, database, port, folder):
        odoo = odoo_server.Odoo()
        self.errors = folder / "errors.txt"
        self.log = folder / "odoo.log"
        with open(self.errors, "w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, CHILD, database, str(port), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=paths.ROOT,
                env=odoo.environment(),
            )

    def __enter__(self):
        self._read()
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        if exception[0]:
            self._process.kill()
        self._process.wait(60)
        self._process.stdout.close()

    def ask(self, *command):
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, self.errors.read_text()[-4000:]
        return json.loads(line)


def test_killed_anywhere_nothing_is_lost_or_done_twice(
    database, tmp_path, crash_rounds, capsys
):
    """Exactly once, whatever crashes."""
    chance = random.Random(SEED)
    with (
        PostOffice(SEED) as office,
        Stage(database, office.port, tmp_path) as stage,
    ):
        for number in range(1, crash_rounds + 1):
            office.round = number
            seconds = chance.uniform(0.4, 3.4)
            ended = stage.ask("round", number, seconds, crash_rounds)
            assert ended == {"ended by themselves": 0}, stage.errors.read_text()
        office.round = 0
        office.calm_down()
        stage.ask("finish")
        found = stage.ask("check")
    twice = _check_mails(found["mails"], found["failures"], office)
    sms_twice = _check_sms(found["sms"], found["accepted sms"])
    with capsys.disabled():
        print(
            f"\ncrash test: {crash_rounds} rounds, {found['counts']},"
            f" {len(found['mails'])} mails, {len(found['sms'])} SMS;"
            f" mails accepted in rounds that were killed: {_count_killed(office)};"
            f" faults met: {dict(office.faults)};"
            f" sent twice because killed between the answer and our commit:"
            f" {twice} mails, {sms_twice} SMS"
        )
    assert found["problems"] == []
    assert _complaints(stage.log) == []
    assert stage.errors.read_text() == ""


def _count_killed(office):
    rounds = [number for one in office.delivered.values() for number in one]
    return sum(number > 0 for number in rounds)


def _check_mails(mails, failures, office):
    """Each mail was accepted, or refused for good and says so; what was accepted twice
    was in the hands of a process that was killed.

    :return: how many were accepted more than once
    """
    assert set(office.delivered) <= set(mails), "mails that nobody knows of"
    lost = {
        message_id: (state, failures.get(message_id))
        for message_id, state in mails.items()
        if message_id not in office.delivered
        and not (state == "error" and message_id in office.refused)
    }
    assert lost == {}
    untrue = [
        message_id
        for message_id, state in mails.items()
        if state == "error" and message_id not in office.refused
    ]
    assert untrue == []
    again = {
        message_id: rounds
        for message_id, rounds in office.delivered.items()
        if len(rounds) > 1
    }
    cut_off = Counter(number for rounds in again.values() for number in rounds[:-1])
    assert 0 not in cut_off, "sent twice though nothing was killed"
    assert max(cut_off.values(), default=0) <= MAILS_IN_FLIGHT, again
    return len(again)


def _check_sms(sms, accepted):
    """Each SMS was accepted, or refused and says so.

    :return: how many were handed over more than once; the provider knows them by
        their UUID
    """
    counts = Counter(accepted)
    assert set(counts) <= set(sms)
    lost = [
        uuid for uuid, state in sms.items() if uuid not in counts and state != "error"
    ]
    assert lost == []
    return sum(count > 1 for count in counts.values())


def _complaints(log):
    """What the addon itself warned of: nothing may fail but the mail server."""
    return [
        line
        for line in log.read_text().splitlines()
        if " lifecycle_programs." in line.replace("odoo.addons.", " ")
        and (" WARNING " in line or " ERROR " in line)
    ]
