"""Numbers with their noun."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 case`, `2 cases`, `3 processes`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def every_replication(n: int) -> str:
    """`all 4 replications`, `the only replication`."""
    return "the only replication" if n == 1 else f"all {n} replications"
