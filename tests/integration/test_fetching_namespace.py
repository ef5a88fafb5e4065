"""The production policy with a real resolver, where the machine lets us make a network namespace.

Where it does not, these tests do not exist; the same policy is tried with an injected resolver elsewhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUP = (
    "ip link set lo up && ip addr add 93.184.215.14/32 dev lo && mount --bind {resolv} /etc/resolv.conf"
    " && exec {python} -m tests.integration.namespace_probe"
)


def _can_make_namespaces() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    command = ["unshare", "--net", "--mount", "ip", "link", "set", "lo", "up"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if _can_make_namespaces():

    def test_no_name_and_no_redirect_reaches_the_inside(tmp_path: Path) -> None:
        resolv = tmp_path / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
        setup = SETUP.format(resolv=resolv, python=sys.executable)
        command = ["unshare", "--net", "--mount", "sh", "-c", setup]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr
        found = json.loads(run.stdout)
        assert found["reached"] == []
        assert found["connections"] == 0
        assert found["outcomes"][:9] == [
            "public",
            "refused-address",
            "refused-address",
            "dns",
            "refused-address",
            "refused-address",
            "public",
            "refused-address",
            "refused-address",
        ]
        # The name changes its mind at each look-up: each answer came from where the judged number leads.
        assert set(found["outcomes"][9:]) <= {"public", "refused-address"}
