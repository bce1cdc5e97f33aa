"""A table of orders is read to the last order, or refused with the line: none is ever lost."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import OrderList, OrderSpec, Scenario
from robocell.environments.scenario.orders.table import read_orders

ORDERS = [
    {"at": "0s", "product": "red", "due": "4h", "id": "a1"},
    {"at": "90s", "product": "blue", "id": "a2"},
    {"at": "2min", "product": "red"},
]


def read(text: str) -> list[dict[str, str | int]]:
    return read_orders(text, name="orders.csv", products=["red", "blue"])


@pytest.mark.parametrize(
    "text",
    [
        "at,product,due,id\n0s,red,4h,a1\n90s,blue,,a2\n2min,red,,\n",
        "at,product,due,id\n0s,red,4h,a1\n90s,blue,,a2\n2min,red,,",
        "at;product;due;id\n0s;red;4h;a1\n90s;blue;;a2\n2min;red;;\n",
        "at\tproduct\tdue\tid\n0s\tred\t4h\ta1\n90s\tblue\t\ta2\n2min\tred\t\t\n",
        "At, PRODUCT ,Due,ID \n0s , red,4h,a1\n90s,blue,, a2 \n2min,red,,  \n",
        "\n\nat,product,due,id\n\n0s,red,4h,a1\n,,,\n90s,blue,,a2\n   \n2min,red,,\n\n",
        '"at","product","due","id"\n"0s","red","4h","a1"\n"90s","blue","","a2" \n "2min" ,"red",,\n',
    ],
    ids=["comma", "no last newline", "semicolon", "tab", "capitals and blanks", "empty lines", "quotes"],
)
def test_all_spreadsheet_formats_give_the_same_orders(text):
    assert read(text) == ORDERS


def test_columns_may_come_in_any_order_and_some_may_be_missing():
    assert read("product,at\nred,0s\n") == [{"product": "red", "at": "0s"}]


def test_every_key_of_an_order_may_be_a_column(shop):
    orders = shop(b"at,product,due,id,from\n0s,red,1h,a1,cell\n").orders
    assert orders.orders[0] == OrderSpec.model_validate(
        {"at": "0s", "product": "red", "due": "1h", "id": "a1", "from": "cell"}
    )


def test_a_quoted_value_may_hold_the_separator_and_a_quote():
    (order,) = read('at,product,id\n0s,red,"A, ""the first"""\n')
    assert order["id"] == 'A, "the first"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('at,product,id\n0s,red,"a1\n5s,blue,a2\n6s,blue,"a3"\n', "orders.csv:2: a quote is not closed; close it in"),
        ('at,product,id\n0s,red,"a\n1"\n5s,blue,a2\n', "orders.csv:2: a quote is not closed"),
        ('at,product,id\n0s,red,a1\n5s,blue,"a2', "orders.csv:3: a quote is not closed"),
        ('at,product,id\n0s,red,"a""\n5s,blue,a2\n', "orders.csv:2: a quote is not closed"),
        ('at,product,id\n0s,red,a"1\n5s,blue,a"2\n', "orders.csv:2: a quote is within a value; put the"),
        ('at,product,id\n0s,red,"a" 1\n', "orders.csv:2: text precedes or follows a quoted value; put all of it"),
        ('at,"product\n0s,red\n', "orders.csv:1: a quote is not closed"),
        ("at,product,due,due\n0s,red,4h,8h\n", "orders.csv:1: the column 'due' is named twice; keep one"),
        ("at,product,Due,due\n0s,red,4h,8h\n", "orders.csv:1: the column 'due' is named twice; keep one"),
        ("at,product,\n0s,red,4h\n", "orders.csv:1: column 3 has no name; name it, or take its separator away"),
        ("at,product,dew\n0s,red,4h\n", "'dew' is not a column; allowed: at, product, due, id, from"),
        ("at product\n0s red\n", "orders.csv:1: 'at product' is not a column; allowed: at, product, due, id, from"),
        ("0s,red\n5s,blue\n", "orders.csv:1: '0s' is not a column"),
        ("\n\nat\n0s\n", "orders.csv:3: the column 'product' is missing"),
        ("", "orders.csv: is empty; the first line names the columns: at, product, due, id, from"),
        (" \n;;\n", "orders.csv: is empty"),
        ("at,product\n\n", "orders.csv: has no orders; write one a line below the header"),
        ("at,product\n0s,red,4h\n", "orders.csv:2: has 3 values for 2 columns"),
        ("at,product,due\n0s,red,4h\n\n5s,blue\n", "orders.csv:4: has 2 values for 3 columns"),
        ("at;product\n0s,red\n", "orders.csv:2: has 1 values for 2 columns"),
        ("at,product,id\n0s,red,a\n5s,blue,b\n6s,red,a\n", "orders.csv:4: id: 'a' is given in line 2 too"),
        (f"at,product,id\n0s,red,{'x' * 201}\n", "orders.csv:2: id: a value of 201 characters; the longest has 200"),
        (f"at,product\n{'9' * 5000}s,red\n", "orders.csv:2: at: a value of 5001 characters"),
        ("at;product\n1,5min;red\n", "at: '1,5min' is not a duration; write a decimal point, not a comma"),
        ("at,product\n,red\n", "orders.csv:2: at: '' is not a duration"),
        ("at,product\n0s,\n", "orders.csv:2: product: '' is not a product; allowed: red, blue"),
    ],
)  # fmt: skip
def test_an_invalid_table_is_refused_with_its_line(text, said):
    with pytest.raises(ScenarioError) as refused:
        read(text)
    assert said in str(refused.value)


START = datetime(2026, 3, 2, 6)


@pytest.mark.parametrize(
    ("at", "due", "at_s", "due_s"),
    [
        ("08:30", "", 9000, None),
        ("8:30:15", "2h", 9015, 7200),
        ("2026-03-02 08:30", "2026-03-03 06:00", 9000, 77_400),
        ("2026-03-02T08:30:15", "16:00", 9015, 26_985),
        ("2026-03-03", "2026-03-03T00:00:01", 64_800, 1),
        ("06:00", "06:01", 0, 60),
        ("1min", "06:02", 60, 60),
    ],
)
def test_clock_times_and_dates_are_counted_from_the_start(shop, at, due, at_s, due_s):
    (order,) = shop(f"at;product;due\n{at};red;{due}\n".encode(), start="2026-03-02 06:00").orders.orders
    assert (order.at_s, order.due_s) == (at_s, due_s)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "05:59,red,",
            "orders.csv:2: at: '05:59' is before the run begins (2026-03-02 06:00:00); write the date before",
        ),
        ("2026-03-01 08:00,red,", "at: '2026-03-01 08:00' is before the run begins (2026-03-02 06:00:00)"),
        ("24:00,red,", "at: '24:00' is not a time of day; write 00:00 to 23:59:59"),
        ("08:30,red,08:30", "orders.csv:2: due: '08:30' is not after the release of the order"),
        ("1h,red,06:30", "due: '06:30' is not after the release of the order"),
        ("02.03.2026 08:30,red,", "'02.03.2026 08:30' is not a date and time; write it like 2026-03-02 06:00, or only"),
        ("3/2/2026 8:30,red,", "'3/2/2026 8:30' is not a date and time; write it like"),
        ("2026-02-30 08:00,red,", "'2026-02-30 08:00' is not a date and time"),
        ("2026-03-02T08:30Z,red,", "names a time zone; write the time of the factory without one"),
        ("2095-03-02 08:30,red,", "a duration must be at most 1e+09s"),
        ("soon,red,08:30", "due: 'soon' is not a duration"),
        ("08:30:,red,", "'08:30:' is not a date and time"),
    ],
)
def test_a_wrong_clock_time_is_refused_with_its_line(row, said):
    with pytest.raises(ScenarioError) as refused:
        read_orders(f"at,product,due\n{row}\n", name="orders.csv", products=["red"], start=START)
    assert said in str(refused.value)


def test_a_clock_time_needs_a_start():
    with pytest.raises(
        ScenarioError, match=r"orders.csv:2: at: '08:30' is a clock time or a date; say in the config when"
    ):
        read("at,product\n08:30,red\n")


@pytest.mark.parametrize(
    "start", ["2026-03-02 06:00", "2026-03-02T06:00:00", datetime(2026, 3, 2, 6), " 2026-03-02 06 "]
)
def test_the_start_may_be_written_in_several_ways(shop, start):
    assert shop(b"at,product\n07:00,red\n", start=start).orders.orders[0].at_s == 3600


def test_the_start_may_be_a_day(shop):
    assert shop(b"at,product\n07:00,red\n", start=date(2026, 3, 2)).orders.orders[0].at_s == 7 * 3600


@pytest.mark.parametrize(
    ("start", "said"), [("soon", "'soon' is not a date"), (6, "6 is not a date"), ([], "is not a")]
)
def test_a_wrong_start_is_refused(shop, start, said):
    with pytest.raises(ScenarioError, match=rf"orders\.start: .*{said}"):
        shop(b"at,product\n07:00,red\n", start=start)


words = st.text(st.sampled_from('ab ",;\t'), max_size=6)


@settings(max_examples=200, deadline=None)
@given(ids=st.lists(words, min_size=1, max_size=5), separator=st.sampled_from(",;\t"))
def test_a_valid_table_is_read_back_unchanged(ids, separator):
    ids = [f"{number}{word}" for number, word in enumerate(ids)]
    lines = [separator.join(["at", "product", "id"])]
    lines += [separator.join(["0s", "red", '"{}"'.format(word.replace('"', '""'))]) for word in ids]
    assert [order["id"] for order in read("\n".join(lines))] == [word.strip() for word in ids]


@settings(max_examples=300, deadline=None)
@given(
    damage=st.lists(st.tuples(st.integers(0, 80), st.sampled_from(['"', ",", "\n", ""])), min_size=1, max_size=3),
)
def test_a_damaged_table_gives_one_order_per_line_or_is_refused(damage):
    text = 'at,product,id\n0s,red,a1\n5s,blue,"a2"\n6s,red,a3\n7s,blue,"a4"\n8s,red,a5\n'
    for at, put in damage:
        text = text[:at] + put + text[at + (put == "") :]
    try:
        orders = read(text)
    except ScenarioError:
        return
    assert len(orders) == sum(bool(line.strip(" ,")) for line in text.split("\n")) - 1


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Reads a scenario whose orders stand in a file with this content."""
    monkeypatch.chdir(tmp_path)

    def load(content: bytes, **keys) -> Scenario:
        (tmp_path / "orders.csv").write_bytes(content)
        return Scenario.parse(
            {
                "transport": {"kind": "instant"},
                "stations": {"cell": {"operations": {"work": "10s"}}},
                "products": {"red": {"routing": ["work"]}, "blue": {"routing": ["work"]}},
                "orders": {"kind": "csv", "file": "orders.csv", **keys},
                "horizon": "1h",
            }
        )

    return load


@pytest.mark.parametrize(
    "content",
    [
        b"at,product,id\n0s,red,\xc3\xa41\n",
        b"\xef\xbb\xbfat,product,id\r\n0s,red,\xc3\xa41\r\n",
        b"at;product;id\r0s;red;\xc3\xa41\r",
    ],
    ids=["plain", "byte-order mark and Windows ends", "old Mac ends"],
)
def test_any_program_may_have_saved_the_file(shop, content):
    orders = shop(content).orders
    assert isinstance(orders, OrderList)
    assert [(order.at_s, order.product, order.id) for order in orders.orders] == [(0, "red", "ä1")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"at,product,id\n0s,red,\xe41\n", "'orders.csv' cannot be read as UTF-8 text: line 2 holds the byte 0xe4;"),
        ("at,product\n0s,red\n".encode("utf-16"), "cannot be read as UTF-8 text: it is UTF-16 text; save it as UTF-8"),
        (b"at,product\n0s,red\n\0", "cannot be read as UTF-8 text: line 3 holds a NUL byte, so it is not text"),
        (b"PK\x03\x04\x00\x00", "cannot be read as UTF-8 text: line 1 holds a NUL byte"),
    ],
    ids=["Latin-1", "UTF-16", "NUL", "a workbook"],
)  # fmt: skip
def test_a_file_that_is_not_utf8_is_refused_with_the_remedy(shop, content, said):
    with pytest.raises(ScenarioError) as refused:
        shop(content)
    assert said in str(refused.value)


def test_a_folder_is_refused_as_an_orders_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").mkdir()
    data = {"orders": {"kind": "csv", "file": "orders.csv"}}
    with pytest.raises(ScenarioError, match=r"orders.file: 'orders.csv' cannot be read \(Is a directory\)"):
        Scenario.parse(data)


def test_ends_and_priorities_are_columns(shop):
    (first, second) = shop(b"at,product,to,priority\n0s,red,cell,-3\n1s,red,,\n").orders.listed
    assert (first.end, first.priority) == ("cell", -3)
    assert (second.end, second.priority) == (None, None)
    with pytest.raises(ScenarioError, match=r"orders\.csv:2: priority: 'high' is not a whole number"):
        shop(b"at,product,priority\n0s,red,high\n")
