"""What a limited child gives up for good before it sees foreign bytes: the network, processes, other files.

A parser that is taken over has nobody to tell and nothing to take. Both walls are the kernel's own and need
no privilege: seccomp refuses calls, Landlock refuses paths. Where a kernel has neither, the limits are left.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence

CALLS, FILES = "calls", "files"
"""What `confine` reports to be closed."""

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_ARCH_OFFSET, _NUMBER_OFFSET = 4, 0
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_X32 = 0x40000000
"""Numbers from here on are another spelling of the same calls (x32)."""

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_REFUSED = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "io_uring_setup": (425, 425),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "kill": (62, 129),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
}
"""The numbers of what no reader needs, on the one architecture and on the other."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_EVERY_ACCESS, _TRUNCATE = (1 << 13) - 1, 1 << 14
_READ = 1 << 0 | 1 << 2 | 1 << 3
_SYSTEM = ("/usr", "/lib", "/lib64")


def confine() -> frozenset[str]:
    """Closes what the kernel can close for this process, and says what that is. Never raises.

    Afterwards there is no network, no other program, no other process, and no file but those of Python and of
    the system's libraries, which can only be read. What is open stays open.
    """
    if sys.platform != "linux":
        return frozenset()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return frozenset()
    closed = {FILES: _close_files(libc), CALLS: _close_calls(libc)}
    return frozenset(name for name, done in closed.items() if done)


def _close_files(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    handled = struct.pack("Q", _EVERY_ACCESS | (_TRUNCATE if version >= 3 else 0))
    ruleset = libc.syscall(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable():
            _allow(libc, ruleset, path)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _readable() -> Iterable[str]:
    """The folders from which Python still loads a module when a text asks for it, as a rare encoding does."""
    return dict.fromkeys((*sys.path, sys.prefix, sys.base_prefix, *_SYSTEM))


def _allow(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_DIRECTORY)
    except OSError:
        return
    rule = struct.pack("=Qi", _READ, folder)
    libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    os.close(folder)


def _close_calls(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _ARCHITECTURES:
        return False
    arch, column = _ARCHITECTURES[platform.machine()]
    filters = _program(arch, [number for row in _REFUSED.values() if (number := row[column]) is not None])
    code = ctypes.create_string_buffer(b"".join(filters))
    program = struct.pack("HxxxxxxP", len(filters), ctypes.addressof(code))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.c_char_p(program), 0, 0) == 0)


def _program(arch: int, numbers: Sequence[int]) -> list[bytes]:
    """For the kernel's little machine: refuse calls of another kind, and these; allow the rest."""
    last = len(numbers)
    return [
        _step(_LOAD, _ARCH_OFFSET),
        _step(_EQUAL, arch, on_false=last + 3),
        _step(_LOAD, _NUMBER_OFFSET),
        _step(_AT_LEAST, _X32, on_true=last + 1),
        *(_step(_EQUAL, number, on_true=last - index) for index, number in enumerate(numbers)),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]


def _step(code: int, value: int, *, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, on_true, on_false, value)
