"""The configs that come with robocell, by name: `quickstart`, `phone_line` and others."""

from pathlib import Path

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"


def shipped_names() -> list[str]:
    """Names of all shipped configs."""
    return sorted(config.stem for config in CONFIGS.glob("*.yaml"))


def shipped_or(path: str | Path, folder: Path = Path()) -> Path:
    """The path in `folder`, or the shipped config of that name if `folder` has no such file."""
    path = Path(path)
    name = path.name.removesuffix(".yaml")
    if not (folder / path).exists() and path.parent == Path() and name in shipped_names():
        return CONFIGS / f"{name}.yaml"
    return folder / path
