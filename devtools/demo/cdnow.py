"""The CDNOW purchases: 18 months of an early web shop for CDs.

The file travels inside a Python wheel. It is fetched by pip, unpacked and read; nothing
of the wheel is ever imported.
"""

import subprocess
import sys
import zipfile
from collections import Counter
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from .purchases import Document, History, InputError, Line, Product, noon

REQUIREMENT = Path(__file__).with_name("requirements-demo.txt")
MEMBER = "lifetimes/datasets/CDNOW_master.txt"
CD = Product(code="CD", name="CD", category="Music")


def fetch(folder: Path) -> Path:
    """The path of CDNOW_master.txt under ``folder``, fetched once.

    :raises InputError: when the wheel cannot be fetched or does not hold the file.
    """
    target = folder / "CDNOW_master.txt"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    wheels = folder / "wheels"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        "--dest",
        str(wheels),
        "--requirement",
        str(REQUIREMENT),
    ]
    if not list(wheels.glob("*.whl")):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise InputError(
                "The CDNOW purchases could not be fetched; check the network, or use "
                f"--purchases FILE.csv.\n{done.stderr.strip()}"
            )
    wheel = next(wheels.glob("*.whl"))
    partial = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(wheel) as archive:
            partial.write_bytes(archive.read(MEMBER))
    except (zipfile.BadZipFile, KeyError) as error:
        wheel.unlink()
        raise InputError(
            f"The wheel with the CDNOW purchases is broken: {error}. "
            "It was removed; run the command again."
        ) from error
    partial.rename(target)
    return target


def read(path: Path) -> History:
    """Read customer, day, number of CDs and dollars; a purchase is one order.

    Purchases without a value (promotions) are no purchases, and are counted.
    """
    purchases, counts, dropped = [], Counter(), Counter()
    for number, row in enumerate(path.read_text("ascii").splitlines(), 1):
        fields = row.split()
        if len(fields) != 4 or not fields[0].isdigit():
            continue
        counts["lines"] += 1
        try:
            day = datetime.strptime(fields[1], "%Y%m%d").date()
            quantity, value = int(fields[2]), Decimal(fields[3])
        except (ValueError, InvalidOperation):
            dropped["unreadable"] += 1
            continue
        if value <= 0 or quantity <= 0:
            dropped["no_value"] += 1
            continue
        # The file knows no time of day: spread over the shop's waking hours, by row.
        at = noon(day, 7 + number * 7 % 14, number * 13 % 60)
        price = (value / quantity).quantize(Decimal("0.01"))
        line = Line(CD.code, Decimal(quantity), price)
        purchases.append(Document(f"{number:06}", fields[0], at, (line,)))
    return History("CDNOW", {CD.code: CD}, {}, purchases, [], counts, dropped)
