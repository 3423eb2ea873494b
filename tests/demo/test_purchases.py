"""The input of the demo: CDNOW's lines and any CSV of invoice lines."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from devtools.demo import cdnow, invoice_lines
from devtools.demo.purchases import FREIGHT, GOODS, SERVICE, InputError

NOW = datetime(2026, 1, 1)
HEADER = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
)


def write_csv(folder, *lines, header=HEADER, encoding="utf-8"):
    path = folder / "shop.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding)
    return path


def read_csv(folder, *lines, **options):
    return invoice_lines.read(write_csv(folder, *lines, **options), NOW)


def test_cdnow_lines_become_orders_with_a_unit_price(tmp_path):
    path = tmp_path / "CDNOW_master.txt"
    path.write_text(
        " customer_id date number value\n"
        " 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n"
        " 00003 19970113 2 0.00\n"
    )
    history = cdnow.read(path)
    assert [p.customer for p in history.purchases] == ["00001", "00002"]
    assert history.purchases[1].lines[0].quantity == 5
    assert history.purchases[1].lines[0].price == Decimal("15.40")
    assert history.dropped == {"no_value": 1}


def test_lines_of_an_invoice_are_one_purchase(tmp_path):
    history = read_csv(
        tmp_path,
        "1,22001,RED MUG,2,2011-01-05 10:00:00,1.50,17850.0,United Kingdom",
        "1,22002,BLUE MUG,1,2011-01-05 10:00:00,2.50,17850.0,United Kingdom",
        "2,22001,RED MUG,1,2011-01-07 10:00:00,1.50,17850.0,United Kingdom",
    )
    assert [len(purchase.lines) for purchase in history.purchases] == [2, 1]
    assert history.customers == ["17850"]
    assert history.products["22001"].category == "Mugs & cups"


def test_dirt_is_counted_by_reason_and_never_fatal(tmp_path):
    good = "1,22001,MUG,2,2011-01-05 10:00:00,1.50,17850,UK"
    history = read_csv(
        tmp_path,
        good,
        good,
        "2,22001,MUG,2,2011-01-05 10:00:00,1.50,,UK",
        "3,22001,MUG,2,yesterday,1.50,17850,UK",
        "4,22001,MUG,2,2031-01-05 10:00:00,1.50,17850,UK",
        "5,22001,MUG,two,2011-01-05 10:00:00,1.50,17850,UK",
        "6,22001,MUG,0,2011-01-05 10:00:00,1.50,17850,UK",
        "7,22001,MUG,1,2011-01-05 10:00:00,0,17850,UK",
        "8,22001,MUG,1,2011-01-05 10:00:00,-3,17850,UK",
        "9,POST,POSTAGE,1,2011-01-05 10:00:00,18,17850,UK",
        ",22001,MUG,1,2011-01-05 10:00:00,1,17850,UK",
        "10,,,1,2011-01-05 10:00:00,1,17850,UK",
    )
    assert history.dropped == {
        "duplicate": 1,
        "no_customer": 1,
        "odd_date": 2,
        "unreadable_number": 1,
        "odd_quantity": 1,
        "no_value": 1,
        "odd_price": 1,
        "purchase_without_goods": 1,
        "no_invoice": 1,
        "no_product": 1,
    }
    assert history.counts["lines"] == 12
    assert len(history.purchases) == 1


def test_cancellations_and_negative_lines_are_returns(tmp_path):
    history = read_csv(
        tmp_path,
        "1,22001,MUG,6,2011-01-05 10:00:00,1.50,17850,UK",
        "C2,22001,MUG,-2,2011-01-09 10:00:00,1.50,17850,UK",
        "3,22001,MUG,-1,2011-01-11 10:00:00,1.50,17850,UK",
    )
    assert len(history.purchases) == 1
    assert [doc.lines[0].quantity for doc in history.returns] == [2, 1]
    assert history.counts["cancellation_lines"] == 1
    assert history.counts["negative_lines"] == 1


def test_freight_and_the_shops_own_lines_are_no_goods(tmp_path):
    history = read_csv(
        tmp_path,
        "1,22001,VINTAGE POST BAG,1,2011-01-05,5,17850,UK",
        "1,POST,POSTAGE,1,2011-01-05,18,17850,UK",
        "1,M,Manual,1,2011-01-05,3,17850,UK",
    )
    kinds = {code: product.kind for code, product in history.products.items()}
    assert kinds == {"22001": GOODS, "POST": FREIGHT, "M": SERVICE}


@pytest.mark.parametrize(
    ("header", "line", "encoding"),
    [
        ("order;sku;qty;date;price;customer", "1;A1;2;31.12.2010;1,50;7", "utf-8-sig"),
        (
            "Order No\tSKU\tQty\tOrder-Date\tUnit_Price\tCustomer ID",
            "1\tA1\t2\t2010-12-31\t1.50\t7",
            "utf-16",
        ),
        (
            "INVOICE|PRODUCT CODE|QUANTITY|INVOICE DATE|PRICE|CLIENT ID",
            "1|A1|2|31/12/2010 10:00|£1.50|7",
            "cp1252",
        ),
    ],
)
def test_columns_go_by_name_in_many_spellings(tmp_path, header, line, encoding):
    history = read_csv(tmp_path, line, header=header, encoding=encoding)
    (purchase,) = history.purchases
    assert purchase.at.date() == date(2010, 12, 31)
    assert purchase.lines[0].price == Decimal("1.50")


def test_a_file_without_needed_columns_says_which(tmp_path):
    with pytest.raises(InputError, match="unitprice, customerid"):
        read_csv(tmp_path, "1,2,3", header="Invoice,Quantity,Date")


def test_a_file_without_purchases_is_refused(tmp_path):
    with pytest.raises(InputError, match="no purchase"):
        read_csv(tmp_path, "1,22001,MUG,2,2011-01-05,1.50,,UK")


def test_a_sample_is_the_same_for_a_seed_and_keeps_whole_customers(tmp_path):
    lines = [
        f"{n},22001,MUG,1,2011-01-{n % 28 + 1:02},1.50,{n % 40},UK" for n in range(200)
    ]
    history = read_csv(tmp_path, *lines)
    sample = history.sample(10, "a")
    assert sample.customers == history.sample(10, "a").customers
    assert sample.customers != history.sample(10, "b").customers
    assert len(sample.customers) == 10
    assert len(sample.purchases) == 50


def test_shifting_ends_on_the_day_and_keeps_the_distances(tmp_path):
    history = read_csv(
        tmp_path,
        "1,22001,MUG,1,2011-01-05 10:00:00,1.50,1,UK",
        "2,22001,MUG,1,2011-02-05 12:00:00,1.50,1,UK",
    ).shifted(date(2025, 6, 30))
    first, last = (purchase.at for purchase in history.purchases)
    assert last == datetime(2025, 6, 30, 12)
    assert (last - first).days == 31
