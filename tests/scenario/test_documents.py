"""A YAML file knows where everything stands in it."""

import pytest
from pydantic import ValidationError

from robocell.environments.config.documents import Document
from robocell.environments.config.errors import ScenarioError
from robocell.environments.config.explanations import explain
from robocell.environments.config.section import Section

TEXT = """\
shop: &shop
  name: left
  sizes: [3, 4]
again: *shop
merged:
  <<: *shop
  name: right
"""


@pytest.fixture
def document() -> Document:
    return Document.from_text(TEXT, name="shop.yaml")


@pytest.mark.parametrize(
    ("loc", "of_key", "place"),
    [
        (("shop", "name"), False, (2, 9)),
        (("shop", "name"), True, (2, 3)),
        (("shop", "sizes", 1), False, (3, 14)),
        (("shop", "sizes", 7), False, (3, 10)),
        (("again", "name"), False, (2, 9)),
        (("merged", "name"), False, (7, 9)),
        (("nowhere",), False, (1, 1)),
        ((), False, (1, 1)),
    ],
)
def test_every_value_has_a_line_and_a_column(document, loc, of_key, place):
    assert document.mark(loc, of_key=of_key) == place


def test_merged_keys_are_not_duplicates(document):
    assert document.data["merged"] == {"name": "right", "sizes": [3, 4]}


def test_a_part_of_a_document_is_explained_at_its_own_place(document):
    class Shop(Section):
        name: int
        sizes: str

    with pytest.raises(ValidationError) as caught:
        Shop.model_validate(document.data["shop"])
    assert explain(caught.value, document, at=("shop",)) == (
        "shop.yaml:2:9: shop.name: 'left' is not a whole number\n"
        "shop.yaml:3:10: shop.sizes: [3, 4] is not text; put it in quotes if it is meant as a name"
    )


def test_without_a_document_the_key_is_named():
    class Shop(Section):
        name: str

    with pytest.raises(ValidationError) as caught:
        Shop.model_validate({"nam": "left"})
    assert explain(caught.value, data={"nam": "left"}) == 'nam: unknown key; allowed: name; did you mean "name"?'


def test_a_long_list_of_mistakes_is_cut():
    class Shop(Section):
        sizes: dict[str, int]

    wrong = {"sizes": {f"s{number}": "x" for number in range(14)}}
    with pytest.raises(ValidationError) as caught:
        Shop.model_validate(wrong)
    said = explain(caught.value, data=wrong).splitlines()
    assert len(said) == 11
    assert said[-1] == "… and 4 more"


def test_a_missing_file_is_reported_with_a_similar_name(tmp_path):
    (tmp_path / "shop.yaml").write_text(TEXT)
    with pytest.raises(ScenarioError, match=r'shp\.yaml: there is no such file; did you mean "shop\.yaml"\?'):
        Document.load(tmp_path / "shp.yaml")


def test_a_binary_file_is_refused(tmp_path):
    (tmp_path / "shop.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ScenarioError, match="cannot be read as UTF-8 text"):
        Document.load(tmp_path / "shop.yaml")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "shop.yaml").write_text(TEXT, encoding="utf-8-sig")
    assert Document.load(tmp_path / "shop.yaml").mark(("shop", "name")) == (2, 9)


@pytest.mark.parametrize(
    ("text", "place"),
    [("due: 2026-13-01", "1:6"), ("a:\n  - 1\n  - 2026-02-30", "3:5"), ("2026-13-01: 1", "1:1"), ("2026-13-01", "1:1")],
)
def test_an_invalid_date_is_refused_with_its_place(text, place):
    with pytest.raises(ScenarioError, match=rf"shop\.yaml:{place}: not valid YAML: .* put it in quotes if"):
        Document.from_text(text, name="shop.yaml")


def test_a_folder_is_refused_as_a_file(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        Document.load(tmp_path)


def test_a_recursive_alias_is_refused():
    with pytest.raises(ScenarioError, match=r"loop\.yaml:1:4: not valid YAML: .* contains itself"):
        Document.from_text("a: &a [*a]", name="loop.yaml")


def test_two_documents_in_one_file_are_refused():
    with pytest.raises(ScenarioError, match=r"two\.yaml:2:1: not valid YAML"):
        Document.from_text("a: 1\n--- \nb: 2\n", name="two.yaml")


def test_an_empty_file_has_no_data():
    assert Document.from_text("").data is None
