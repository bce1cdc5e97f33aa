"""The configs that come with robocell, by name: `quickstart`, `phone_line` and others."""

from pathlib import Path

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"


def shipped_names() -> list[str]:
    """All of them."""
    return sorted(config.stem for config in CONFIGS.glob("*.yaml"))


def shipped_or(path: str | Path, folder: Path = Path()) -> Path:
    """The shipped config that is meant by its name, where `folder` has no such file; else the path from there."""
    path = Path(path)
    name = path.name.removesuffix(".yaml")
    if not (folder / path).exists() and path.parent == Path() and name in shipped_names():
        return CONFIGS / f"{name}.yaml"
    return folder / path
