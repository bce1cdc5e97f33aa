"""The order processes, one file and one line in `ORDERS` each."""

from .base import Amount, Arrival, OrderProcess, Source
from .conwip import Conwip
from .file import OrdersFile, OrdersSheet
from .from_to import FromTo
from .listed import OrderList
from .order import OrderSpec
from .poisson import Poisson
from .profile import FactorFrom, ProfileSpec, ThinnedArrivals, is_ever_above_0, peak_of
from .regular import Batch, Deterministic
from .renewal import Renewal
from .streams import Orders, OrderStreams

__all__ = [
    "ORDERS",
    "Amount",
    "Arrival",
    "Batch",
    "Conwip",
    "Deterministic",
    "FactorFrom",
    "FromTo",
    "OrderList",
    "OrderProcess",
    "OrderSpec",
    "OrderStreams",
    "Orders",
    "OrdersFile",
    "OrdersSheet",
    "Poisson",
    "ProfileSpec",
    "Renewal",
    "Source",
    "ThinnedArrivals",
    "is_ever_above_0",
    "peak_of",
]

ORDERS: dict[str, type[OrderProcess]] = {
    "poisson": Poisson,
    "deterministic": Deterministic,
    "batch": Batch,
    "conwip": Conwip,
    "renewal": Renewal,
    "from_to": FromTo,
    "list": OrderList,
    "csv": OrdersFile,
    "xlsx": OrdersSheet,
}
OrderProcess.kinds = ORDERS
