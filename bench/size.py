"""What a base installation takes on the disk."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import Result

ROOT = Path(__file__).parents[1]
UV = shutil.which("uv", path=str(ROOT / ".tools" / "bin")) or "uv"


def measure() -> Result:
    """Build the wheels, install them with all that they need, and count bytes."""
    with TemporaryDirectory() as folder:
        wheels, environment = Path(folder, "wheels"), Path(folder, "environment")
        _run(UV, "build", "--all-packages", "--wheel", "--out-dir", str(wheels), str(ROOT))
        _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
        kernel = next(wheels.glob("chachaml_kernel-*.whl"))
        python = environment / "bin" / "python"
        _run(
            *(UV, "pip", "install", "--python", str(python), "--find-links", str(wheels)),
            *("--link-mode", "copy", f"chachaml-kernel[default] @ {kernel.as_uri()}"),
        )
        before = _tree(environment)
        _run(str(python), "-m", "compileall", "-q", str(environment / "lib"))
        packages = list(environment.glob("lib/*/site-packages/*.dist-info"))
        return Result(
            "size",
            "chachaml-kernel[default] and all that it needs, in an empty environment",
            {
                "MB": round(before / 1e6, 1),
                "MB_with_bytecode": round(_tree(environment) / 1e6, 1),
                "packages": len(packages),
            },
        )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _tree(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink())
