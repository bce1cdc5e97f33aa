"""The configs that come with robocell, by name: `quickstart`, `phone_line` and others."""

from pathlib import Path

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"


def shipped_names() -> list[str]:
    """All of them."""
    return sorted(config.stem for config in CONFIGS.glob("*.yaml"))


def shipped_or(path: str | Path) -> Path:
    """The shipped config that is meant by its name, where there is no such file; else the path itself."""
    path = Path(path)
    name = path.name.removesuffix(".yaml")
    if not path.exists() and path.parent == Path() and name in shipped_names():
        return CONFIGS / f"{name}.yaml"
    return path
