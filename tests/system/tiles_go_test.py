#!/usr/bin/env python3
"""An export of the log, read by the Go project's own transparency log packages.

Usage: tiles_go_test.py DOCKET DOCKETD
Needs Go and the Debian package golang-golang-x-mod-dev; ends with 77 (skipped) without them.
"""

import os
import shutil
import subprocess
import sys
import tempfile

PACKAGES = "/usr/share/gocode"
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tiles_reader")
SKIPPED = 77


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, timeout=900, **more)
    return done.returncode, done.stdout, done.stderr


def must(*words, **more):
    code, out, err = run(*words, **more)
    if code != 0:
        sys.exit(f"{' '.join(words)} ended with {code}:\n{out}{err}")
    return out


def must_fail(reader, export, what):
    code, out, err = run(reader, export)
    if code == 0:
        sys.exit(f"{what} was not noticed:\n{out}")
    print(f"{what}: {err.strip()}")


def main():
    docket = sys.argv[1]
    go = shutil.which("go")
    if go is None or not os.path.isdir(f"{PACKAGES}/src/golang.org/x/mod/sumdb/tlog"):
        print("skipped: needs the Debian packages golang-go and golang-golang-x-mod-dev")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        reader = os.path.join(folder, "tiles_reader")
        must(go, "build", "-o", reader, os.path.join(READER, "main.go"),
             env={**os.environ, "GO111MODULE": "off", "GOPATH": PACKAGES, "GOFLAGS": "",
                  "GOCACHE": os.path.join(folder, "cache")})
        data = os.path.join(folder, "data")
        export = os.path.join(folder, "export")
        # One event, some blocks of 256, many of them.
        for board, tickets in (("OPS", 0), ("NET", 150), ("WEB", 600)):
            must(docket, "--data", data, "board", "create", board)
            if tickets:
                must(docket, "--data", data, "simulate", "--board", board, "--seed", "7",
                     "--tickets", str(tickets))
            must(docket, "--data", data, "audit", "export", export)
            print(must(reader, export).strip())

        # That it can say no: one bit of a hash, of a record, of the checkpoint.
        for path in ("tile/0/000", "tile/entries/001", "checkpoint"):
            path = os.path.join(export, path)
            with open(path, "rb") as file:
                good = file.read()
            with open(path, "wb") as file:
                file.write(good[:70] + bytes([good[70] ^ 1]) + good[71:])
            must_fail(reader, export, f"a changed bit in {os.path.relpath(path, export)}")
            with open(path, "wb") as file:
                file.write(good)
        must(reader, export)


if __name__ == "__main__":
    main()
