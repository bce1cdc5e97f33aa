"""Reads the YAML subset that configs use, with one-line messages for all other text.

Constructs that a config never needs are refused before they cost anything: text that is too long, endlessly nested
lists, aliases (`*shop`) that expand to more and more aliases, keys that are not text. Line and column of every key and
value are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from .quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

Loc = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1

LONGEST = 1_000_000  # characters; read in seconds
VALUE = 10  # least average characters per value
DEEPEST = 50  # nesting depth of lists and mappings
LONGEST_NUMBER = 400  # characters
MOST_MERGED = 100  # mappings merged by one `<<`
_OF_CONVERTERS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")


class NotYamlError(ValueError):
    """Raised for text that is not a config; `place` is the position of the error, None for the whole text."""

    def __init__(self, problem: str, place: Place | None = None) -> None:
        super().__init__(problem)
        self.place = place


@dataclass(frozen=True)
class Read:
    """The result of reading: data, and the position of every key and value by its location."""

    data: Any = None
    keys: dict[Loc, Place] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)


def read_yaml(text: str, *, longest: int = LONGEST) -> Read:
    """Read the one document in `text`; no data if empty. NotYamlError if it is not YAML or longer than `longest`."""
    if len(text) > longest:
        raise NotYamlError(
            f"has {len(text)} characters; a config has at most {longest}: put orders and floors into files of their own"
        )
    try:
        return _read(text, most=longest // VALUE)
    except yaml.reader.ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        character = f"holds the character {error.character!r}, which is not allowed in text"
        raise NotYamlError(character, (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYamlError(
            str(error.problem or error.context), (mark.line + 1, mark.column + 1) if mark else None
        ) from None
    except (yaml.YAMLError, RecursionError, *_OF_CONVERTERS) as error:
        raise NotYamlError(f"cannot be read ({type(error).__name__}: {error})") from None


def _read(text: str, *, most: int) -> Read:
    loader = _Loader(text, most)
    node = loader.get_single_node()
    if node is None:
        return Read()
    keys: dict[Loc, Place] = {}
    values: dict[Loc, Place] = {}
    for loc, key, value in _walk(loader, node, ()):
        _refuse_impossible(loader, value)
        values[loc] = _at(value)
        if key is not None:
            keys[loc] = _at(key)
        if len(values) > most:
            problem = f"holds more than {most} values, those that names (*name) stand for included"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=value.start_mark)
    return Read(loader.construct_document(node), keys, values)


class _Loader(yaml.SafeLoader):
    """A loader that bounds the number of nodes and the depth of their nesting."""

    def __init__(self, text: str, most: int) -> None:
        super().__init__(text)
        self._most = most
        self._nodes = 0
        self._depth = 0
        self._merging: set[int] = set()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._nodes += 1
        self._depth += 1
        problem = None
        if self._depth > DEEPEST:
            problem = f"is nested more than {DEEPEST} deep"
        elif self._nodes > self._most:
            problem = f"holds more than {self._most} values; put orders and floors into files of their own"
        if problem is not None:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge the mappings of `<<`; of repeated keys the last value counts, and the first position is kept."""
        if id(node) in self._merging:
            raise yaml.MarkedYAMLError(problem="a mapping takes in itself", problem_mark=node.start_mark)
        merges = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
        if any(isinstance(value, yaml.SequenceNode) and len(value.value) > MOST_MERGED for value in merges):
            problem = f"<< takes in more than {MOST_MERGED} mappings"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        self._merging.add(id(node))
        super().flatten_mapping(node)
        self._merging.remove(id(node))
        if merges:
            node.value = list(
                {
                    (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key): (key, value)
                    for key, value in node.value
                }.values()
            )


def _walk(
    loader: _Loader, node: yaml.Node, loc: Loc, around: tuple[yaml.Node, ...] = ()
) -> Iterator[tuple[Loc, yaml.Node | None, yaml.Node]]:
    if not loc:
        yield (), None, node
    if any(node is outer for outer in around):
        raise yaml.MarkedYAMLError(problem=f"{'.'.join(map(str, loc))} contains itself", problem_mark=node.start_mark)
    around = (*around, node)
    if isinstance(node, yaml.MappingNode):
        _refuse_twins(node)
        loader.flatten_mapping(node)
        for key, value in node.value:
            name = _name(loader, key)
            yield (*loc, name), key, value
            yield from _walk(loader, value, (*loc, name), around)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*loc, number), None, item
            yield from _walk(loader, item, (*loc, number), around)


def _name(loader: _Loader, key: yaml.Node) -> str | int:
    """The name of a key; integers are left to the section, which knows whether it has such names."""
    problem = "a list or a mapping cannot be a key; a key is text"
    if isinstance(key, yaml.ScalarNode):
        _refuse_impossible(loader, key)
        name = loader.construct_object(key, deep=True)
        if isinstance(name, str) or (isinstance(name, int) and not isinstance(name, bool)):
            return name
        read = {None: "nothing", True: "true", False: "false"}.get(name) if not isinstance(name, float) else None
        problem = f"the key {quoted(key.value)} is read as {read or f'a {type(name).__name__}'}; put it in quotes"
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)


def _refuse_twins(node: yaml.MappingNode) -> None:
    first: dict[str, yaml.Node] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in first:
                line, _ = _at(first[key.value])
                problem = f"the key {quoted(key.value)} is given twice, first in line {line}; keep one"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            first[key.value] = key


def _refuse_impossible(loader: _Loader, node: yaml.Node) -> None:
    """Refuse 2026-13-01 (read as a date) and 0b_ (read as a number), on which YAML fails without a position."""
    if not isinstance(node, yaml.ScalarNode):
        return
    reason = None
    if node.tag in _NUMBERS and len(node.value) > LONGEST_NUMBER:
        reason = f"a number of {len(node.value)} characters"
    else:
        try:
            loader.construct_object(node)
        except _OF_CONVERTERS as error:
            reason = str(error) or type(error).__name__
    if reason is not None:
        raise yaml.MarkedYAMLError(
            problem=f"{quoted(node.value)} cannot be read ({reason}); put it in quotes if it is meant as text",
            problem_mark=node.start_mark,
        )


def _at(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
