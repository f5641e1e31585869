#!/usr/bin/env python3
"""What a server publishes over HTTP, checked by the program that shares nothing with it.

Usage: published_test.py DOCKET DOCKETD DOCKET_VERIFY [unittest options]

An auditor who has the verifier key, and reaches nothing but the HTTP address, fetches a checkpoint
and the tiles that it needs.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

DOCKET = DOCKETD = VERIFY = None
SECONDS_MAX = 120
WIDTH = 256  # of a full tile
FINE, BROKEN = 0, 4


def environment():
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DOCKET_")}
    kept.update(TZ="UTC", COLUMNS="100")
    return kept


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS_MAX,
                          stdin=subprocess.DEVNULL, env=environment())
    return done.returncode, done.stdout, done.stderr


def tile_paths(size):
    """All tiles of a tree of this size (C2SP tlog-tiles)."""
    def paths(folder, count):
        for index in range(count // WIDTH):
            yield f"tile/{folder}/{index:03d}"
        if count % WIDTH:
            yield f"tile/{folder}/{count // WIDTH:03d}.p/{count % WIDTH}"

    assert size < 1000 * WIDTH, "a number of more than three digits is spelled in groups"
    yield from paths("entries", size)
    level = 0
    while size:
        yield from paths(str(level), size)
        level, size = level + 1, size // WIDTH


class Published(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="docket-published-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.data = os.path.join(cls.folder, "data")
        ready, write = os.pipe()
        cls.process = subprocess.Popen(
            [DOCKETD, "--data", cls.data, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0",
             "--log-level", "error", "--ready-fd", str(write)],
            pass_fds=[write], stdin=subprocess.DEVNULL, env=environment())
        cls.addClassCleanup(cls.stop)
        os.close(write)
        with os.fdopen(ready) as file:
            said = dict(word.split("=", 1) for word in file.readline().split())
        cls.rpc, cls.http = said["rpc"], said["http"]
        cls.key = os.path.join(cls.data, "keys", "signing.vkey")

    @classmethod
    def stop(cls):
        if cls.process.poll() is None:
            cls.process.send_signal(signal.SIGTERM)
        code = cls.process.wait(timeout=SECONDS_MAX)
        assert code == 0, f"docketd ended with {code}"

    def docket(self, *words):
        code, out, err = run(DOCKET, "--server", self.rpc, "--as", "anna", *words)
        self.assertEqual(code, 0, (words, out, err))
        return out

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.http}/{path}", timeout=SECONDS_MAX) as answer:
            return answer.read()

    def fetch(self, path, to):
        to = os.path.join(to, path)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with open(to, "wb") as file:
            file.write(self.get(path))
        return to

    def grow(self, board, tickets):
        """A busier desk; the size of the checkpoint that is published then."""
        self.docket("simulate", "--board", board, "--tickets", str(tickets), "--seed", "3",
                    "--until", "2026-01-05T12:00:00Z")
        return int(self.docket("audit", "checkpoint").split("\n")[1])

    def fetch_log(self, name, size):
        """Checkpoint and tiles, laid out as an export is."""
        export = os.path.join(self.folder, name)
        self.fetch("checkpoint", export)
        with open(os.path.join(export, "checkpoint"), encoding="utf-8") as file:
            self.assertEqual(int(file.read().split("\n")[1]), size)
        paths = list(tile_paths(size))
        for path in paths:
            self.fetch(path, export)
        return export, paths

    def verify(self, code, *words):
        got, out, err = run(VERIFY, *words)
        self.assertEqual(got, code, (words, out, err))
        return out + err

    def test_what_is_fetched_verifies_and_what_is_changed_on_the_way_does_not(self):
        size = self.grow("OPS", 60)
        self.assertGreater(size, WIDTH, "no full tile")
        self.assertNotEqual(size % WIDTH, 0, "no partial tile")
        export, paths = self.fetch_log("day-1", size)
        said = self.verify(FINE, "tiles", export, "--key", self.key)
        self.assertIn(f"{size} events", said)

        for path in [*paths, "checkpoint"]:
            path = os.path.join(export, path)
            with open(path, "rb") as file:
                good = file.read()
            at = len(good) // 2
            with open(path, "wb") as file:
                file.write(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.verify(BROKEN, "tiles", export, "--key", self.key)
            with open(path, "wb") as file:
                file.write(good)

        # The log grows; what was fetched before is its beginning.
        more = self.grow("NET", 40)
        self.assertGreater(more, size)
        later, _ = self.fetch_log("day-2", more)
        old = os.path.join(export, "checkpoint")
        self.verify(FINE, "tiles", later, "--key", self.key, "--checkpoint", old)
        self.verify(FINE, "consistency", old, os.path.join(later, "checkpoint"), "--key", self.key,
                    "--tiles", later)

        # Nothing is given beyond the checkpoint, nor any other spelling of a tile.
        for path in (f"tile/entries/{more // WIDTH + 1:03d}", "tile/0/0", "tile/entries/000.p/257",
                     f"tile/entries/{more // WIDTH:03d}.p/{more % WIDTH + 1}"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.get(path)
            self.assertEqual(refused.exception.code, 404, path)
            refused.exception.close()


if __name__ == "__main__":
    DOCKET, DOCKETD, VERIFY = sys.argv[1:4]
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
