#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""relay.py LOG PROGRAM    runs an AGI program and writes down what both sides say."""

import os
import subprocess
import sys
import threading

log = open(sys.argv[1], "wb", buffering=0)
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def replies():
    for line in iter(sys.stdin.buffer.readline, b""):
        log.write(b"<< " + line)
        try:
            child.stdin.write(line)
            child.stdin.flush()
        except OSError:
            break


threading.Thread(target=replies, daemon=True).start()
for line in iter(child.stdout.readline, b""):
    log.write(b">> " + line)
    os.write(1, line)
os._exit(child.wait() & 0xFF)
