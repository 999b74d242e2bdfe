# SPDX-License-Identifier: MIT
"""Does what docs/tutorial.md says: writes its files, and runs its commands, in an empty folder.

    tutorial.py FOLDER SOFTPHONE CXX

A block ```cpp [age.cpp] is a file, one with ```sh is run; ```console needs a person or an Asterisk.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
folder, softphone, cxx = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

shutil.rmtree(folder, ignore_errors=True)
(folder / "agi/build/demo/examples").mkdir(parents=True)
for entry in ROOT.iterdir():
    if entry.name not in ("build", ".git"):
        (folder / "agi" / entry.name).symlink_to(entry)
(folder / "agi/build/demo/examples/softphone").symlink_to(softphone.resolve())

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = str(free.getsockname()[1])

text = (ROOT / "docs/tutorial.md").read_text().replace("4573", port)
done = {"files": 0, "commands": 0}
for language, name, code in re.findall(r"^```(\w+)(?: \[([^]\n]+)\])?\n(.*?)^```", text, re.M | re.S):
    if name:
        (folder / name).write_text(code)
        done["files"] += 1
    elif language == "sh":
        print(code, flush=True)
        # `sleep 1` is for a person: the server is there when its port is.
        code = code.replace("sleep 1", f"until (: < /dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done")
        subprocess.run(
            ["bash", "-ec", code], cwd=folder, check=True, timeout=300, env={**os.environ, "CXX": cxx}
        )
        done["commands"] += 1
print(done)
sys.exit(done["files"] < 7 or done["commands"] < 4)
