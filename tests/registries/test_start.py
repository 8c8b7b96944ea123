"""What a client waits for before its first question."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("cryptography", "docker", "requests", "boto3", "botocore", "azure", "google", "sigstore")


def test_a_client_loads_what_few_need_only_when_it_is_needed() -> None:
    program = (
        "import sys\nfrom imagebot.registries.client import RegistryClient\n"
        "from imagebot.registries.credentials import Credentials\n"
        "RegistryClient({}, Credentials())\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
