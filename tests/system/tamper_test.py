#!/usr/bin/env python3
"""Tampering with a data directory and with exports, and what the programs say of it.

Usage: tamper_test.py DOCKET DOCKETD DOCKET_VERIFY TAMPER [unittest options]
    DOCKET_TAMPER_OFFSETS=200    bits that are flipped in each file, 6 unless told

A desk works for two days. At the end of each an auditor takes a checkpoint, an export and proofs
away. Then somebody changes the log, as well as one can without the signing key: `tamper` goes
through RocksDB, so its checksums are right. Whatever was done is named and the exit code is 4.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

DOCKET = DOCKETD = VERIFY = TAMPER = None
OFFSETS = int(os.environ.get("DOCKET_TAMPER_OFFSETS", "6"))
SECONDS_MAX = 120
SEGMENT = "64"  # events that the index takes at a time
UNTIL = "2026-01-05T12:00:00Z"  # the same desk every time
COMMAND = "5eed0000000000000000000000000001"
FOUND = 4

TABLE = []  # damage, command, exit code, sentence


def environment():
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DOCKET_")}
    kept.update(TZ="UTC", COLUMNS="100")
    return kept


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS_MAX,
                          errors="backslashreplace",
                          stdin=subprocess.DEVNULL, env=environment())
    return done.returncode, done.stdout, done.stderr.strip()


def must(*words):
    code, out, err = run(*words)
    if code != 0:
        raise AssertionError(f"{' '.join(words)} ended with {code}:\n{out}{err}")
    return out


def facts(text):
    """What tamper printed: name=value, a line each."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


class Server:
    """A docketd on a data directory and a free port; serves within `with`."""

    def __init__(self, data):
        self.data = data

    def __enter__(self):
        ready, write = os.pipe()
        self.process = subprocess.Popen(
            [DOCKETD, "--data", self.data, "--listen", "127.0.0.1:0", "--http", "off",
             "--log-level", "error", "--ready-fd", str(write)],
            pass_fds=[write], stdin=subprocess.DEVNULL, env=environment())
        os.close(write)
        with os.fdopen(ready) as file:
            line = file.readline()
        if not line.startswith("rpc="):
            raise RuntimeError(f"docketd did not start: exit {self.process.wait()}")
        self.address = line.split()[0][len("rpc="):]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=SECONDS_MAX) != 0:
            raise RuntimeError("docketd did not end well")

    def docket(self, *words):
        return must(DOCKET, "--server", self.address, "--as", "anna", *words)


class Desk:
    """What two days left behind. Nothing in it is changed: tests work on copies."""

    def __init__(self, place):
        self.place = place
        self.today = self.at("today")
        self.yesterday = self.at("yesterday")
        self.old_checkpoint = self.at("yesterday.checkpoint")
        self.new_checkpoint = self.at("today.checkpoint")
        self.old_export = self.at("export-yesterday")
        self.new_export = self.at("export-today")
        self.proof = self.at("event.tlog-proof")
        self.consistency = self.at("days.tlog-consistency")
        self.key = self.at("log.vkey")
        with Server(self.today) as server:
            server.docket("simulate", "--board", "OPS", "--tickets", "60", "--seed", "3",
                          "--until", UNTIL)
            self.open_ticket(server, COMMAND)
        # Tables below level 0, and an index that reaches nearly to the end.
        must(TAMPER, os.path.join(self.today, "log"), "settle", SEGMENT)
        with Server(self.today) as server:
            server.docket("simulate", "--board", "NET", "--tickets", "12", "--seed", "3",
                          "--until", UNTIL)
            server.docket("audit", "checkpoint", "-o", self.old_checkpoint)
        self.export(self.today, self.old_export)
        shutil.copytree(self.today, self.yesterday)
        # The second day is in the write-ahead log.
        with Server(self.today) as server:
            server.docket("simulate", "--board", "WEB", "--tickets", "20", "--seed", "4",
                          "--until", UNTIL)
            for number in range(2, 12):
                self.open_ticket(server, f"5eed{number:028x}")
            server.docket("audit", "checkpoint", "-o", self.new_checkpoint)
            server.docket("audit", "prove", "100", "-o", self.proof)
            server.docket("audit", "consistency", self.old_checkpoint, "-o", self.consistency)
        self.export(self.today, self.new_export, "--payloads")
        shutil.copy(os.path.join(self.today, "keys", "signing.vkey"), self.key)
        self.old_size = self.size_of(self.old_checkpoint)
        self.new_size = self.size_of(self.new_checkpoint)

    def at(self, *names):
        return os.path.join(self.place, *names)

    @staticmethod
    def open_ticket(server, command):
        server.docket("ticket", "open", "--board", "OPS", "--title", "printer on fire",
                      "--command-id", command)

    @staticmethod
    def export(data, to, *more):
        must(DOCKET, "--data", data, "audit", "export", to, *more)

    @staticmethod
    def size_of(checkpoint):
        with open(checkpoint) as file:
            return int(file.read().splitlines()[1])


def content(path):
    with open(path, "rb") as file:
        return file.read()


def put(path, data):
    with open(path, "wb") as file:
        file.write(data)


def files_below(directory):
    found = []
    for folder, _, names in os.walk(directory):
        found += [os.path.join(folder, name) for name in names]
    return sorted(found)


def digest_of(directory):
    digest = hashlib.sha256()
    for path in files_below(directory):
        if os.path.basename(path) != "LOCK":  # holds the id of the last process
            digest.update(os.path.relpath(path, directory).encode() + b"\0" + content(path))
    return digest.hexdigest()


def payload_in(export, position):
    """Where the payload at `position` of an export that has all of them stands: the file, its
    offset and the payload."""
    number, place = divmod(position, 256)
    folder = os.path.join(export, "payloads", f"{number:03}")
    if not os.path.isfile(folder):
        (partial,) = os.listdir(folder + ".p")
        folder = os.path.join(folder + ".p", partial)
    bundle = content(folder)
    at = 0
    for _ in range(place):
        at += 4 + int.from_bytes(bundle[at:at + 4], "big")
    size = int.from_bytes(bundle[at:at + 4], "big")
    return folder, at + 4, bundle[at + 4:at + 4 + size]


class TamperTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp(prefix="docket-tamper-", dir=DESK.place)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def copy(self, directory):
        to = os.path.join(self.scratch, self.id().rsplit(".", 1)[-1] + "-" +
                          os.path.basename(directory))
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(directory, to)
        return to

    def said(self, damage, code, *command, words=()):
        """Runs a command that must end with `code`, and say all `words` if that is not 0."""
        got, out, err = run(*command)
        shown = [os.path.basename(command[0])]
        shown += [word.replace(self.scratch, "").replace(DESK.place, "") for word in command[1:]
                  if not word.startswith("--key") and word != DESK.key]
        TABLE.append((damage, " ".join(shown), got, self.shown(err or out)))
        self.assertEqual(got, code, (damage, command, out, err))
        for word in words:
            self.assertIn(str(word), err, (damage, command))
        return err

    def shown(self, printed):
        """The sentence, without where the test happens to work."""
        lines = printed.splitlines() or [""]
        line = next((each for each in lines if each.startswith("docket")), lines[0])
        return line.replace(self.scratch, "").replace(DESK.place, "")

    def data_verify(self, data, *checkpoints):
        return [DOCKET, "--data", data, "audit", "verify",
                *(word for file in checkpoints for word in ("--checkpoint", file))]

    def auditor(self, command, subject, *more):
        return [VERIFY, command, subject, "--key", DESK.key, *more]


class Flips(TamperTest):
    """One bit of a file is changed: it is said, or it changes nothing of what the log tells."""

    # What no content is taken from (docs/FORMATS.md), and what only the server reads.
    HARMLESS = ("OPTIONS-", "IDENTITY", "VERSION", "signing.pem")

    def offsets(self, size):
        count = min(size, OFFSETS)
        return sorted({i * size // count for i in range(count)} | {size - 1}) if size else []

    def flip_all(self, root, paths, judge):
        for path in paths:
            good = content(path)
            outcomes = {}
            for offset in self.offsets(len(good)):
                put(path, good[:offset] + bytes([good[offset] ^ (1 << offset % 8)]) +
                    good[offset + 1:])
                code, sentence = judge(path, offset)
                outcomes.setdefault(code, []).append(sentence)
            put(path, good)
            name = os.path.relpath(path, root)
            for code, sentences in sorted(outcomes.items()):
                TABLE.append((f"a bit of {name}", f"({len(sentences)} offsets)", code,
                              self.shown(sentences[0])))

    def test_of_a_data_directory(self):
        data = self.copy(DESK.today)
        log = os.path.join(data, "log")
        # What else is in DATA/keys opens sealed fields: no part of the log or of its proofs.
        paths = files_below(log) + [os.path.join(data, *names) for names in (
            ("checkpoint",), ("VERSION",), ("keys", "signing.pem"), ("keys", "signing.vkey"))]
        found = {path: 0 for path in paths}

        def judge(path, offset):
            name = os.path.basename(path)
            code, out, err = run(*self.data_verify(data))
            context = (name, offset, out, err)
            if code == 0:
                # A manifest's last record may be taken for one that was cut short; what it said
                # then has to be nothing of weight.
                self.assertTrue(name.startswith((*self.HARMLESS, "MANIFEST-")), context)
                self.same_export(data, name, offset)
                return code, out.strip()
            self.assertEqual(code, FOUND, context)
            # RocksDB's own notes may stand before the sentence.
            self.assertTrue(err.splitlines()[-1].startswith("docketd: "), context)
            own = path.startswith((data + "/keys", data + "/checkpoint")) or path.endswith(".run")
            self.assertIn(path if own else log, err, context)
            found[path] += 1
            return code, err

        before = digest_of(data)
        self.flip_all(data, paths, judge)
        self.assertEqual(digest_of(data), before)  # looking at it changes nothing
        for path in paths:
            name = os.path.basename(path)
            if os.path.getsize(path) and not name.startswith(self.HARMLESS):
                self.assertGreater(found[path], 0, name)
        kinds = {os.path.splitext(path)[1] for path in paths if os.path.getsize(path)}
        self.assertLessEqual({".sst", ".log", ".run"}, kinds)

    def same_export(self, data, name, offset):
        to = os.path.join(self.scratch, "export")
        code, _, err = run(DOCKET, "--data", data, "audit", "export", to, "--payloads")
        if code == 0:
            self.assertEqual(digest_of(to), digest_of(DESK.new_export), (name, offset))
        else:
            self.assertIn(name, err, (name, offset))
        shutil.rmtree(to, ignore_errors=True)

    def test_of_a_data_directory_by_the_auditor(self):
        data = self.copy(DESK.today)
        log = os.path.join(data, "log")
        paths = [path for path in files_below(log) if "/index/" not in path]
        paths.append(os.path.join(data, "checkpoint"))
        undamaged = must(*self.auditor("data", data))
        found = {path: 0 for path in paths}

        def judge(path, offset):
            name = os.path.basename(path)
            code, out, err = run(*self.auditor("data", data))
            context = (name, offset, out, err)
            if code == 0:
                # The rest of a table is its filters and properties: nothing is told by them.
                self.assertTrue(name.startswith((*self.HARMLESS, "MANIFEST-")) or
                                name.endswith(".sst"), context)
                self.assertEqual(out, undamaged, context)
                return code, out.splitlines()[0]
            self.assertEqual(code, FOUND, context)
            self.assertEqual(len(err.splitlines()), 1, context)
            found[path] += 1
            return code, err

        self.flip_all(data, paths, judge)
        for path in paths:
            if os.path.getsize(path) and not os.path.basename(path).startswith(self.HARMLESS):
                self.assertGreater(found[path], 0, path)

    def test_of_an_export(self):
        export = self.copy(DESK.new_export)

        def judge(path, offset):
            code, out, err = run(*self.auditor("tiles", export, "--checkpoint", DESK.old_checkpoint))
            context = (path, offset, out, err)
            if os.path.basename(path) == "log.vkey":  # an auditor's own is used
                self.assertEqual(code, 0, context)
                return code, out.splitlines()[0]
            self.assertEqual(code, FOUND, context)
            self.assertIn(export, err, context)
            return code, err

        paths = files_below(export)
        self.assertIn(os.path.join(export, "payloads", "000"), paths)
        self.flip_all(export, paths, judge)

    def test_of_checkpoints_and_proofs(self):
        for good, command in (
                (DESK.old_checkpoint, lambda bad: self.data_verify(DESK.today, bad)),
                (DESK.new_checkpoint, lambda bad: self.auditor("data", DESK.today, "--checkpoint",
                                                               bad)),
                (DESK.proof, lambda bad: self.auditor("proof", bad)),
                (DESK.consistency, lambda bad: self.auditor(
                    "consistency", DESK.old_checkpoint, DESK.new_checkpoint, "--proof", bad))):
            bad = os.path.join(self.scratch, os.path.basename(good))
            shutil.copy(good, bad)

            def judge(path, offset, command=command):
                code, out, err = run(*command(path))
                self.assertEqual(code, FOUND, (path, offset, out, err))
                self.assertIn(path, err)
                return code, err

            self.flip_all(self.scratch, [bad], judge)


class Tampering(TamperTest):
    def test_nothing_was_done(self):
        """All that must be found below is not found where it is not."""
        checkpoints = ("--checkpoint", DESK.old_checkpoint, "--checkpoint", DESK.new_checkpoint)
        self.said("nothing", 0, *self.data_verify(DESK.today, DESK.old_checkpoint,
                                                  DESK.new_checkpoint))
        self.said("nothing", 0, *self.auditor("data", DESK.today, *checkpoints))
        self.said("nothing", 0, *self.auditor("tiles", DESK.new_export, *checkpoints,
                                              "--require-payloads"))
        self.said("nothing", 0, *self.auditor("tiles", DESK.old_export, *checkpoints[:2]))
        self.said("nothing", 0, *self.auditor("proof", DESK.proof))
        self.said("nothing", 0, *self.auditor("consistency", DESK.old_checkpoint,
                                              DESK.new_checkpoint, "--proof", DESK.consistency))
        self.said("nothing", 0, *self.auditor("consistency", DESK.old_checkpoint,
                                              DESK.new_checkpoint, "--tiles", DESK.new_export))

    def tampered(self, what, number):
        data = self.copy(DESK.today)
        done = facts(must(TAMPER, os.path.join(data, "log"), what, str(number)))
        return data, done

    def found_by_roots(self, damage, data, size):
        """A log whose own parts agree, by a checkpoint of `size` that left it, and by no other
        means."""
        whole = self.size_of_log(data)
        names = {DESK.old_size: DESK.old_checkpoint, DESK.new_size: DESK.new_checkpoint}
        lost = size > whole
        words = ("events are lost", whole) if lost else (f"first {size} events",)
        own = os.path.join(data, "checkpoint")
        own_words = ("events are lost",) if whole < DESK.new_size else ("first ",)
        # As it was left: the checkpoint that was published last gives it away.
        self.said(damage, FOUND, *self.data_verify(data), words=(own, *own_words))
        self.said(damage, FOUND, *self.auditor("data", data), words=(own, *own_words))
        self.said(damage, FOUND, DOCKET, "--data", data, "audit", "export",
                  os.path.join(self.scratch, "none"), words=(own,))
        # That one taken away: nothing inside tells, and a kept checkpoint does.
        os.remove(own)
        self.said(damage + ", DATA/checkpoint removed", 0, *self.data_verify(data))
        self.said(damage + ", DATA/checkpoint removed", 0, *self.auditor("data", data))
        kept = names[size]
        self.said(damage + ", DATA/checkpoint removed", FOUND, *self.data_verify(data, kept),
                  words=(kept, *words))
        self.said(damage + ", DATA/checkpoint removed", FOUND,
                  *self.auditor("data", data, "--checkpoint", kept), words=(kept, *words))
        # Its export, signed anew by whoever has the key, and with the checkpoint that there was.
        export = os.path.join(self.scratch, "export-tampered")
        shutil.rmtree(export, ignore_errors=True)
        DESK.export(data, export, "--payloads")
        self.said(damage + ", export signed anew", 0, *self.auditor("tiles", export))
        self.said(damage + ", export signed anew", FOUND,
                  *self.auditor("tiles", export, "--checkpoint", kept), words=(kept, *words))
        again = "events are lost" if lost else "two histories" if size == whole else "first "
        self.said(damage + ", export signed anew", FOUND,
                  *self.auditor("consistency", kept, os.path.join(export, "checkpoint"),
                                "--tiles", export), words=(kept, again))
        shutil.copy(DESK.new_checkpoint, os.path.join(export, "checkpoint"))
        self.said(damage + ", export under the old signature", FOUND,
                  *self.auditor("tiles", export), words=(export,))

    @staticmethod
    def size_of_log(data):
        with open(os.path.join(data, "log", "ANCHOR")) as file:
            return int(file.read().splitlines()[1].split()[1])

    # --- a truncated log

    def test_a_write_ahead_log_that_was_cut(self):
        data = self.copy(DESK.today)
        log = os.path.join(data, "log")
        wal = max((p for p in files_below(log) if p.endswith(".log") and "/index/" not in p),
                  key=os.path.getsize)
        size = os.path.getsize(wal)
        self.assertGreater(size, 1000)
        for left in (size - 1, size // 2, 0):
            os.truncate(wal, left)
            for command in (self.data_verify(data), self.auditor("data", data)):
                self.said(f"the write-ahead log cut from {size} to {left} bytes", FOUND, *command,
                          words=(data, "events are lost", DESK.new_size))

    def test_a_log_whose_last_groups_were_removed(self):
        data, done = self.tampered("cut", DESK.new_size - 3)
        self.assertEqual(int(done["events"]), DESK.new_size - 3)
        self.found_by_roots("the last 3 events removed, head and anchor with them", data,
                            DESK.new_size)

    # --- a log from yesterday

    def test_a_log_restored_from_yesterday(self):
        damage = "the log of yesterday put back"
        data = self.copy(DESK.yesterday)
        self.said(damage + ", with its checkpoint", 0, *self.data_verify(data))
        words = (DESK.new_checkpoint, "events are lost", DESK.old_size, DESK.new_size)
        self.said(damage, FOUND, *self.data_verify(data, DESK.new_checkpoint), words=words)
        self.said(damage, FOUND, *self.auditor("data", data, "--checkpoint", DESK.new_checkpoint),
                  words=words)
        self.said(damage, FOUND,
                  *self.auditor("tiles", DESK.old_export, "--checkpoint", DESK.new_checkpoint),
                  words=words)
        self.said(damage, FOUND, *self.auditor("consistency", DESK.old_checkpoint,
                                               DESK.new_checkpoint, "--tiles", DESK.old_export),
                  words=("events are lost",))
        shutil.copy(os.path.join(DESK.today, "checkpoint"), os.path.join(data, "checkpoint"))
        own = os.path.join(data, "checkpoint")
        for command in (self.data_verify(data), self.auditor("data", data)):
            self.said(damage + ", DATA/checkpoint left", FOUND, *command,
                      words=(own, "events are lost", DESK.old_size, DESK.new_size))

    # --- two swapped events

    def test_two_events_swapped_in_their_record(self):
        data, done = self.tampered("swap-records", 20)
        position = int(done["position"])
        self.said("two events swapped as they are", FOUND, *self.data_verify(data),
                  words=(f"position {position}",))
        self.said("two events swapped as they are", FOUND, *self.auditor("data", data),
                  words=(f"position {position}",))

    def test_two_events_swapped_and_all_made_to_agree(self):
        data, done = self.tampered("swap", 100)
        self.assertGreaterEqual(int(done["position"]), 100)
        self.found_by_roots("two events swapped and all made to agree", data, DESK.old_size)

    def test_two_events_of_today_swapped_agree_with_yesterday(self):
        data, done = self.tampered("swap", DESK.old_size)
        self.assertGreaterEqual(int(done["position"]), DESK.old_size)
        self.said("two events of today swapped", FOUND,
                  *self.data_verify(data, DESK.old_checkpoint, DESK.new_checkpoint),
                  words=(f"first {DESK.new_size} events", f"first {DESK.old_size}"))
        self.found_by_roots("two events of today swapped", data, DESK.new_size)

    # --- an edited payload

    def test_a_payload_edited(self):
        data, _ = self.tampered("edit", 100)
        for command in (self.data_verify(data), self.auditor("data", data)):
            self.said("a payload edited", FOUND, *command, words=("payload", "position 100"))
        self.said("a payload edited", FOUND, DOCKET, "--data", data, "audit", "export",
                  os.path.join(self.scratch, "none"), "--payloads", words=("position 100",))

    def test_a_payload_edited_and_all_made_to_agree(self):
        data, _ = self.tampered("edit-hashed", 100)
        self.found_by_roots("a payload edited and its hash with it", data, DESK.old_size)

    def test_a_payload_edited_in_an_export(self):
        export = self.copy(DESK.new_export)
        path, offset, good = payload_in(export, 100)
        bad = good[:-9] + bytes([good[-9] ^ 1]) + good[-8:]
        bundle = content(path)
        put(path, bundle[:offset] + bad + bundle[offset + len(good):])
        self.said("a payload edited in an export", FOUND, *self.auditor("tiles", export),
                  words=(path, "position 100"))
        file = os.path.join(self.scratch, "payload")
        for payload, code in ((good, 0), (bad, FOUND)):
            put(file, payload)
            self.said("a payload given with a proof", code,
                      *self.auditor("proof", DESK.proof, "--payload", file))

    # --- a deleted command id

    def position_of_command(self):
        with Server(self.copy(DESK.today)) as server:
            again = server.docket("--json", "ticket", "open", "--board", "OPS", "--title",
                                  "printer on fire", "--command-id", COMMAND)
        self.assertIn('"repeated": true', again)
        return int(again.split('"position":')[1].split(",")[0])

    def test_a_command_id_deleted_from_the_index(self):
        position = 100
        data, done = self.tampered("forget", position)
        self.assertEqual(int(done["position"]), position)
        self.said("a command id deleted from the index", FOUND, *self.data_verify(data),
                  words=(f"position {position}", f"command {done['command']}", "index"))
        # What is derived is no part of the history.
        self.said("a command id deleted from the index", 0, *self.auditor("data", data))

    def test_a_command_deleted_from_its_record(self):
        data, done = self.tampered("drop-record", 100)
        for command in (self.data_verify(data), self.auditor("data", data)):
            self.said("a command deleted from its record", FOUND, *command,
                      words=(f"position {done['position']}",))

    def test_a_command_deleted_and_all_made_to_agree(self):
        position = self.position_of_command()
        data, done = self.tampered("drop", position)
        self.assertEqual(int(done["position"]), position)
        self.found_by_roots("a command deleted and all made to agree", data, DESK.old_size)
        data, done = self.tampered("drop", position)
        os.remove(os.path.join(data, "checkpoint"))
        self.said("a command deleted and all made to agree", FOUND,
                  *self.data_verify(data, DESK.new_checkpoint),
                  words=(DESK.new_checkpoint, "events are lost"))


def print_table():
    rows = [("DAMAGE", "COMMAND", "EXIT", "SENTENCE"), *TABLE]
    for damage, command, code, sentence in rows:
        print(f"{damage} | {command} | {code} | {sentence}")


def main():
    global DOCKET, DOCKETD, VERIFY, TAMPER, DESK
    DOCKET, DOCKETD, VERIFY, TAMPER = (os.path.abspath(path) for path in sys.argv[1:5])
    with tempfile.TemporaryDirectory(prefix="docket-tamper-") as place:
        DESK = Desk(place)
        print(f"{DESK.old_size} events yesterday, {DESK.new_size} today; {OFFSETS} bits a file")
        program = unittest.main(argv=[sys.argv[0], *sys.argv[5:]], exit=False)
        print_table()
    sys.exit(not program.result.wasSuccessful())


if __name__ == "__main__":
    main()
