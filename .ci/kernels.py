"""Name the folder of compiled kernels for this very code, below ROOT: NUMBA_CACHE_DIR=$(python3 .ci/kernels.py ROOT).

Numba compiles a kernel again when the size or the time of its own file has changed; it does not see what the kernel has
taken in from other files. So each state of all the code has a folder of its own, and each file the time that its
content says: a fresh clone of the same code finds its kernels, other code finds none.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
CODE = ("agents", "environments", "experiments", "drawing", "visualization", "testing")
KEPT = 4  # folders of the states of code that were used last


def main(root: Path) -> None:
    """Set the times of the files of code, drop old folders, and print the folder to use."""
    state = hashlib.sha256()
    for file in sorted(path for folder in CODE for path in (HOUSE / folder).rglob("*.py")):
        content = hashlib.sha256(file.read_bytes()).digest()
        state.update(str(file.relative_to(HOUSE)).encode() + content)
        time_s = int.from_bytes(content[:4]) % 2**30  # in the past, for every file system
        os.utime(file, (time_s, time_s))
    folder = root.resolve() / state.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
