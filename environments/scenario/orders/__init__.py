"""The order processes, one file and one line in `ORDERS` each."""

from .base import Amount, Arrival, OrderProcess, Source
from .conwip import Conwip
from .file import OrdersFile
from .listed import OrderList
from .order import OrderSpec
from .poisson import Poisson
from .regular import Batch, Deterministic

__all__ = [
    "ORDERS",
    "Amount",
    "Arrival",
    "Batch",
    "Conwip",
    "Deterministic",
    "OrderList",
    "OrderProcess",
    "OrderSpec",
    "OrdersFile",
    "Poisson",
    "Source",
]

ORDERS: dict[str, type[OrderProcess]] = {
    "poisson": Poisson,
    "deterministic": Deterministic,
    "batch": Batch,
    "conwip": Conwip,
    "list": OrderList,
    "csv": OrdersFile,
}
OrderProcess.kinds = ORDERS
