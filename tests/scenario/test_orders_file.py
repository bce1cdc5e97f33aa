"""A table of orders is read to the last order, or refused with the line: none is ever lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.errors import ScenarioError
from robocell.environments.scenario import Order, OrderList, Scenario
from robocell.environments.scenario.orders_file import read_orders

ORDERS = [
    {"at": "0s", "product": "red", "due": "4h", "id": "a1"},
    {"at": "90s", "product": "blue", "id": "a2"},
    {"at": "2min", "product": "red"},
]


def read(text: str) -> list[dict[str, str]]:
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
def test_all_ways_in_which_a_spreadsheet_writes_them_say_the_same(text):
    assert read(text) == ORDERS


def test_columns_may_come_in_any_order_and_some_may_be_missing():
    assert read("product,at\nred,0s\n") == [{"product": "red", "at": "0s"}]


def test_every_key_of_an_order_may_be_a_column(shop):
    orders = shop(b"at,product,due,id,from\n0s,red,1h,a1,cell\n").orders
    assert orders.orders[0] == Order.model_validate(
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
        ('at,product,id\n0s,red,a"1\n5s,blue,a"2\n', "orders.csv:2: a quote stands within a value; put the"),
        ('at,product,id\n0s,red,"a" 1\n', "orders.csv:2: text stands beside a quoted value; put all of it"),
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
        ("at,product\n,red\n", "orders.csv:2: at: '' is not a duration"),
        ("at,product\n0s,\n", "orders.csv:2: product: '' is not a product; allowed: red, blue"),
    ],
)  # fmt: skip
def test_what_is_no_right_table_is_refused_with_its_line(text, said):
    with pytest.raises(ScenarioError) as refused:
        read(text)
    assert said in str(refused.value)


words = st.text(st.sampled_from('ab ",;\t'), max_size=6)


@settings(max_examples=200, deadline=None)
@given(ids=st.lists(words, min_size=1, max_size=5), separator=st.sampled_from(",;\t"))
def test_a_table_that_is_written_by_the_rules_comes_back_as_it_was(ids, separator):
    ids = [f"{number}{word}" for number, word in enumerate(ids)]
    lines = [separator.join(["at", "product", "id"])]
    lines += [separator.join(["0s", "red", '"{}"'.format(word.replace('"', '""'))]) for word in ids]
    assert [order["id"] for order in read("\n".join(lines))] == [word.strip() for word in ids]


@settings(max_examples=300, deadline=None)
@given(
    damage=st.lists(st.tuples(st.integers(0, 80), st.sampled_from(['"', ",", "\n", ""])), min_size=1, max_size=3),
)
def test_a_damaged_table_gives_an_order_a_line_or_is_refused(damage):
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

    def load(content: bytes) -> Scenario:
        (tmp_path / "orders.csv").write_bytes(content)
        return Scenario.parse(
            {
                "transport": {"kind": "instant"},
                "stations": {"cell": {"operations": {"work": "10s"}}},
                "products": {"red": {"routing": ["work"]}, "blue": {"routing": ["work"]}},
                "orders": {"kind": "csv", "file": "orders.csv"},
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
        (b"at,product\n0s,red\n\0", "cannot be read as UTF-8 text: line 3 holds a NUL byte, so it is no text"),
        (b"PK\x03\x04\x00\x00", "cannot be read as UTF-8 text: line 1 holds a NUL byte"),
    ],
    ids=["Latin-1", "UTF-16", "NUL", "a workbook"],
)  # fmt: skip
def test_a_file_that_is_no_utf8_text_is_refused_with_the_cure(shop, content, said):
    with pytest.raises(ScenarioError) as refused:
        shop(content)
    assert said in str(refused.value)


def test_a_folder_is_no_orders_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").mkdir()
    data = {"orders": {"kind": "csv", "file": "orders.csv"}}
    with pytest.raises(ScenarioError, match=r"orders.file: 'orders.csv' cannot be read \(Is a directory\)"):
        Scenario.parse(data)
