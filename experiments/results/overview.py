"""What a run shows at its end, as plain data: a run with nothing new shows it again without reading its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from .answers import answer
from .cautions import cautions
from .headlines import CaseRow

if TYPE_CHECKING:
    from .tables import Results


@dataclass(frozen=True)
class Column:
    """The head of a headline figure."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True)
class Overview:
    """The answer, the headline figures of every case, and what a reader must know of them."""

    trials: int
    failed: int
    jammed: int
    answer: list[str]
    cautions: list[str]
    columns: list[Column]
    rows: list[CaseRow]
    bottlenecks: list[dict[str, Any] | None]  # by case, see `Bottleneck.document`

    def document(self) -> dict[str, Any]:
        """As data for JSON."""
        return vars(self) | {name: [vars(each) for each in vars(self)[name]] for name in ("columns", "rows")}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        """The overview that became this document."""
        columns = [Column(**column) for column in document["columns"]]
        return cls(**{**document, "columns": columns, "rows": [CaseRow(**row) for row in document["rows"]]})


def overview_of(results: "Results") -> Overview:
    """What the results show."""
    return Overview(
        trials=len(results.trials),
        failed=len(results.failures),
        jammed=sum(results.claims.jams),
        answer=answer(results),
        cautions=cautions(results),
        columns=[Column(column.key, column.title, column.unit) for column in results.headlines],
        rows=results.rows,
        bottlenecks=[None if found is None else found.document() for found in results.bottlenecks],
    )
