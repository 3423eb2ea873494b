"""Many workers run due steps at once, while orders are confirmed beside them: nothing
happens twice, nothing fails, and more workers do more.

    ./dev test tests/system/test_crowd.py --crowd 20000
"""

import json
import os
import time

import odoo_shell as shell

from devtools import paths

CHILDREN = os.path.join(paths.ROOT, "tests", "system", "children")
# From here on a run lasts long enough to compare speeds, on two cores at least.
ENOUGH = 10_000
# How much more so many workers have to do than half as many.
AT_LEAST = {2: 1.4, 4: 0.9}


def child(name):
    return os.path.join(CHILDREN, f"{name}.py")


def test_many_workers_and_orders_tread_on_nobody(database, tmp_path, crowd, capsys):
    """Four processes over a crowd, with orders beside them."""
    counts = (1, 2, 4) if crowd >= ENOUGH else (4,)
    given = {
        "CROWD_PEOPLE": str(crowd),
        "CROWD_COUNTS": " ".join(map(str, counts)),
    }
    shell.run(database, child("crowd_prepare"), tmp_path / "prepare.log", 900, given)
    speeds = {}
    for done, workers in enumerate(counts):
        folder = tmp_path / str(workers)
        folder.mkdir()
        given |= {
            "CROWD_FOLDER": str(folder),
            "CROWD_WORKERS": str(workers),
            "CROWD_LEFT": str(len(counts) - done),
        }
        shell.run(database, child("crowd_start"), folder / "start.log", 300, given)
        speeds[workers] = crowd / run_workers(database, folder, workers, given)
    check = tmp_path / "check.log"
    text = shell.run(database, child("crowd_check"), check, 900, given)
    assert "ALL IS WELL" in text, text[-4000:]
    ratios = {n: speeds[n] / speeds[n // 2] for n in counts[1:]}
    with capsys.disabled():
        print(f"\n{crowd:,} contacts:", describe(speeds, ratios))
    if os.cpu_count() >= 2:
        for workers, ratio in ratios.items():
            assert ratio >= AT_LEAST[workers], ratios


def describe(speeds, ratios):
    return "; ".join(
        [f"{n} workers {speed:,.0f} steps/s" for n, speed in speeds.items()]
        + [f"{n} : {n // 2} = {ratio:.2f}" for n, ratio in ratios.items()]
    )


def run_workers(database, folder, workers, given):
    """Let so many workers and one who confirms orders begin together.

    :return: the seconds until the last worker had nothing to do any more
    """
    processes = [
        shell.start(
            database,
            child("crowd_work"),
            folder / f"{number}.log",
            given | {"CROWD_NUMBER": str(number)},
        )
        for number in range(workers)
    ]
    processes.append(
        shell.start(database, child("crowd_orders"), folder / "orders.log", given)
    )
    deadline = time.time() + 300
    while len(list(folder.glob("ready_*"))) < len(processes):
        ended = [process.args for process in processes if process.poll() is not None]
        assert not ended and time.time() < deadline, _read_logs(folder)
        time.sleep(0.05)
    (folder / "go").touch()
    for process in processes:
        assert process.wait(900) == 0, _read_logs(folder)
    for text in _read_logs(folder).values():
        assert "Traceback" not in text, text[-4000:]
        assert " ERROR " not in text and " WARNING " not in text, text[-4000:]
    times = [json.loads(path.read_text()) for path in folder.glob("times_*")]
    assert len(times) == workers
    return max(end for _start, end in times) - min(start for start, _end in times)


def _read_logs(folder):
    return {path.name: path.read_text() for path in folder.glob("*.log")}
