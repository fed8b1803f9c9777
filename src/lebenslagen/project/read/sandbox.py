"""Limits for the process that opens a stranger's file: resource limits, and Landlock where the kernel has it.

No root, no package. Everything the child needs is imported before; afterwards it can open no file and no socket,
start nothing and write nothing but its answer. This is the second wall: the first looks at the bytes (`content`, `archive`).
Source: Linux kernel documentation, userspace-api/landlock.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Sequence

__all__ = ["confine"]

CPU_SECONDS = 20
MEMORY = 1 << 30

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on all architectures
NO_NEW_PRIVILEGES = 38
READ_FILE, READ_DIRECTORY = 1 << 2, 1 << 3
PATH_BENEATH = 1
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # number of file rights an ABI knows


def _limit(kind: int, value: int) -> None:
    resource.setrlimit(kind, (value, value))


def _landlock(readable: Sequence[str]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    rights = (1 << FILE_RIGHTS.get(abi, 16)) - 1
    network, scope = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
    attributes = struct.pack("QQQ", rights, network, scope)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    for path in readable:
        _allow_reading(libc, ruleset, path)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return done


def _allow_reading(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", READ_FILE | READ_DIRECTORY, handle)
    libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    os.close(handle)


def confine(readable: Sequence[str] = (), files: int = 3, memory: int = MEMORY) -> tuple[str, ...]:
    """Shut this process in for good and say which walls stand.

    readable: folders it may still read; files: how many descriptors it may have (3: none beside in, out, errors);
    memory: bytes. Returns "limits", and "landlock" where the kernel has it. Raises OSError where a limit is refused.

    >>> confine.__name__
    'confine'
    """
    for kind, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _limit(kind, value)
    locked = _landlock(readable)
    _limit(resource.RLIMIT_NOFILE, files)
    _limit(resource.RLIMIT_NPROC, 0)
    return ("limits", "landlock") if locked else ("limits",)
