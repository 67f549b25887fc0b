"""A Jupyter kernel that is started with the preload: the kernel of this interpreter, beside the user's other kernels."""
from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Dict


def _folder() -> Path:
    """Where Jupyter looks for a user's kernels; inside a virtual environment its own."""
    if "JUPYTER_DATA_DIR" not in os.environ and sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        return Path(sys.prefix) / "share" / "jupyter" / "kernels"
    data = os.environ.get("JUPYTER_DATA_DIR")
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jupyter"
    return (Path(data) if data else home) / "kernels"


def install(name: str, variables: Dict[str, str]) -> None:
    """Write the kernel's specification. The variables are those of the options, and LD_PRELOAD."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise SystemExit(f"flopshim: a kernel's name has letters, digits, dots, dashes and underscores, got {name!r}")
    folder = _folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    spec = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": f"Python {sys.version_info[0]} ({name})", "language": "python",
            "env": {"FLOP_OUTPUT": "none", **variables}}
    path = folder / "kernel.json"
    path.write_text(json.dumps(spec, indent=1) + "\n")
    print(f"{path}: choose the kernel \"{spec['display_name']}\" in Jupyter")
