"""Which combinations of a sweep are used: `exclude` removes cases, `when` makes a key depend on values of others.

    sweep:
      grid:
        negotiation.mechanism: [contract_net, iterated]
        negotiation.rounds: [2, 3, 5]
      when:
        negotiation.rounds: {negotiation.mechanism: iterated}   # elsewhere it stays as the scenario has it
      exclude:
        - {negotiation.mechanism: iterated, negotiation.rounds: 5}

A pattern maps dotted keys to a value, or to a list of values of which one must match; all its keys must match.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ...environments.config.suggestions import nearest
from .sampling import Range

Settings = Mapping[str, Any]
Pattern = Mapping[str, Any]
Loc = tuple[str | int, ...]


def matches(case: Settings, pattern: Pattern) -> bool:
    """Whether every key of the pattern is in the case, with a value that matches."""
    return all(key in case and case[key] in _choices(wanted) for key, wanted in pattern.items())


def applied(case: Settings, when: Mapping[str, Pattern]) -> Settings:
    """The case without the keys whose condition does not hold; conditions on a removed key do not hold."""
    kept = dict(case)
    while gone := [key for key in kept if key in when and not matches(kept, when[key])]:
        for key in gone:
            del kept[key]
    return kept


def misfit(
    when: Mapping[str, Pattern], exclude: Sequence[Pattern], varied: Mapping[str, Sequence[Any] | None]
) -> tuple[Loc, str] | None:
    """Place (below the sweep) and error message of the first condition that no case can meet.

    `varied` are the keys of the sweep with their values, None where they are drawn from a range.
    """
    for key, pattern in when.items():
        if key not in varied:
            return ("when", key), f"the sweep does not vary {key}{_of(varied, key)}"
        if key in pattern:
            return ("when", key, key), "cannot depend on itself"
    patterns: list[tuple[Loc, Pattern]] = [(("when", key), pattern) for key, pattern in when.items()]
    patterns += [(("exclude", number), pattern) for number, pattern in enumerate(exclude)]
    for place, pattern in patterns:
        for key, wanted in pattern.items():
            if key not in varied:
                return (*place, key), f"the sweep does not vary {key}{_of(varied, key)}"
            values = varied[key]
            for value in _choices(wanted):
                if values is not None and value not in values:
                    texts = [str(known) for known in values]
                    allowed = f"allowed: {', '.join(texts)}{nearest(str(value), texts)}"
                    return (*place, key), f"{value!r} is no value that {key} takes in the sweep; {allowed}"
    return None


def _choices(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _of(varied: Mapping[str, Any], key: str) -> str:
    return f"; allowed: {', '.join(varied) or 'nothing'}{nearest(key, varied)}"


def drawn(keys: Mapping[str, Range]) -> dict[str, Sequence[Any] | None]:
    """The values of sampled keys, None where they come from a range."""
    return {key: wide.choice for key, wide in keys.items()}
