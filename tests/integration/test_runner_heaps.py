"""Threads share the heaps of the C library."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import ctypes, sys, threading
from syndicate.runner.heaps import share_heaps
assert share_heaps()
go = threading.Barrier(9)
def work():
    kept = [bytes(5000) for _ in range(100)]
    go.wait()
    go.wait()
for _ in range(8):
    threading.Thread(target=work).start()
go.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
go.wait()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such heaps")
def test_threads_share_two_heaps(tmp_path: Path) -> None:
    told = tmp_path / "heaps.xml"
    subprocess.run([sys.executable, "-c", SCRIPT, str(told)], check=True)
    assert told.read_text().count("<heap nr=") <= 2
