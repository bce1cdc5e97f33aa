"""The interface of all questions to the experiment."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ....environments.config.section import Section

if TYPE_CHECKING:
    from ..cases import Case
    from ..sampling import Range


class Stopping(Section):
    """A rule that decides from results which trials are run: a question, a precision, or rules for a clear answer."""

    adds_cases: ClassVar[bool] = False  # while it runs, to those that the experiment starts from
    package: ClassVar[str] = ""  # of the extra `questions`, without which there is no answer

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        """The KPIs that decide, by the key that names them."""
        return {}


class Question(Stopping):
    """The base of all questions; the field `kind` of a subclass is its name in a file."""

    repeats_points: ClassVar[bool] = False  # whether its own points may contain a point several times

    @property
    def drawn(self) -> Mapping[str, "Range"]:
        """The keys of the scenario that the question draws from ranges."""
        return {}

    def own_points(self, seed: int) -> Sequence[Mapping[str, Any]] | None:
        """The cases that the question brings; None where it takes those of the sweep."""
        return None

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        """Why the question does not fit these cases with `most` replications of each; None where it does."""
        return None
