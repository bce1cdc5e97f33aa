"""Reads YAML text as a config uses it, and says in one line what is wrong with any other text.

What a config never needs is refused before it costs anything: text that is too long, lists in lists without end, names
(`*shop`) that stand for more and more names, keys that are no text. Line and column of every key and value are kept.
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

LONGEST = 1_000_000  # characters: read in seconds
VALUE = 10  # characters that a value takes at least, on average, in a text that is not too long
DEEPEST = 50  # lists and mappings in each other
LONGEST_NUMBER = 400  # characters
MOST_MERGED = 100  # mappings that one `<<` takes in
_OF_CONVERTERS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")


class NotYamlError(ValueError):
    """Text that no config can be read from; `place` is where it shows, None where it is the whole."""

    def __init__(self, problem: str, place: Place | None = None) -> None:
        super().__init__(problem)
        self.place = place


@dataclass(frozen=True)
class Read:
    """What a text says: data, and the place of every key and value by its location in them."""

    data: Any = None
    keys: dict[Loc, Place] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)


def read_yaml(text: str, *, longest: int = LONGEST) -> Read:
    """The one document in `text`; no data where it is empty. NotYamlError when it is none, or longer than `longest`."""
    if len(text) > longest:
        raise NotYamlError(
            f"has {len(text)} characters; a config has at most {longest}: put orders and floors into files of their own"
        )
    try:
        return _read(text, most=longest // VALUE)
    except yaml.reader.ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        character = f"holds the character {error.character!r}, which is none of a text"
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
    """Composes a bounded number of nodes, each within a bounded number of others."""

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
        """Takes in what `<<` names; of keys that come again, the last one counts and the first one's place is kept."""
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
    """What a key is called; whole numbers are left to the section, which knows whether it has names of that kind."""
    problem = "a list or a mapping is no key; a key is a text"
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
    """YAML takes 2026-13-01 for a date and 0b_ for a number, and fails without a word about where they stand."""
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
