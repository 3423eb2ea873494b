"""`./dev demo`: a week of a small shop, then the same again."""

import json
import shutil

import pytest

from devtools.demo import kept

HEADER = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
)
LINES = [
    f"{1000 + n},{n % 3},{thing},2,2011-10-{3 + n} 10:{n}0:00,4.15,{n % 4},France"
    for n, thing in enumerate(["RED MUG", "CAKE TIN", "METAL SIGN"] * 2)
]


@pytest.fixture
def demo(dev, store, database, tmp_path):
    """Run the demo on the shop, with further options; the finished process."""
    purchases = tmp_path / "shop.csv"
    purchases.write_text("\n".join([HEADER, *LINES]) + "\n")
    name = f"{database}_demo"

    def run(*options):
        head = ("demo", "--no-serve", "--db", name, "--purchases", purchases)
        result = dev(*map(str, head), *options)
        assert result.returncode == 0, result.stderr
        return result

    run.database = name
    yield run
    store.drop(name)
    kept.report(name).unlink(missing_ok=True)
    shutil.rmtree(kept.outbox(name), ignore_errors=True)


def without_machine(text):
    return text.split("\nmachine\n")[0]


def test_a_week_of_a_shop_and_the_same_again(demo):
    first = demo()
    report = json.loads(kept.report(demo.database).read_text())
    assert report["programs"]["welcome"]["entered"] == 4
    assert report["outbox"]["mails"] == len(
        list(kept.outbox(demo.database).rglob("*.eml"))
    )
    assert report["outbox"]["mails"] >= 4
    assert report["errors"] == {}

    second = demo()
    assert "as you left it" in second.stdout + second.stderr
    assert second.stdout.endswith(first.stdout[first.stdout.index("program") :])

    anew = demo("--again")
    assert "making database" in anew.stdout + anew.stderr
    assert without_machine(anew.stdout) == without_machine(first.stdout)
