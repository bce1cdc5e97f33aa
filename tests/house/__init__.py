"""House rules that no linter knows: sizes of files and functions, and the English of the project."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("agents", "environments", "experiments", "drawing", "visualization", "testing", "studies", "examples")
