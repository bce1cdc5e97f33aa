"""Where compiled kernels are kept: beside their source, or in a folder of the user where that is read-only.

Numba reads NUMBA_CACHE_DIR when a kernel is defined, so the folder is chosen when robocell is imported. Worker
processes inherit the variable.
"""

import os
import sys
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
BESIDE = Path(__file__).parents[2] / "environments" / "motion" / "kernels" / "__pycache__"


def choose_folder() -> None:
    """Set NUMBA_CACHE_DIR to a folder of the user where kernels cannot be kept beside their source."""
    if os.environ.get(VARIABLE) or _writable(BESIDE):
        return
    folder = next((folder for folder in (_user_cache(), _temporary()) if _made(folder)), None)
    if folder is not None:
        os.environ[VARIABLE] = str(folder)
        if "numba" in sys.modules:  # it has read the variable already
            sys.modules["numba"].config.CACHE_DIR = str(folder)


def folder_of_kernels() -> Path:
    """The folder in which compiled kernels are kept, or one of several beside their sources."""
    return Path(os.environ.get(VARIABLE) or BESIDE)


def _writable(folder: Path) -> bool:
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


def _user_cache() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(base)) / "robocell" / "kernels"


def _temporary() -> Path:
    """For users without a home; a folder of this user alone, because compiled code that lies there is run."""
    from tempfile import gettempdir

    return Path(gettempdir()) / f"robocell-kernels-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _made(folder: Path) -> bool:
    """Whether the folder exists, belongs to this user alone, and can be written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = not hasattr(os, "getuid") or folder.stat(follow_symlinks=False).st_uid == os.getuid()
    except OSError:
        return False
    return folder.is_absolute() and mine and os.access(folder, os.W_OK)
