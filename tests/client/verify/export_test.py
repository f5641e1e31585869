#!/usr/bin/env python3
"""`docket-verify` over exports and proofs that were made without Docket, whole and damaged.

Usage: export_test.py DOCKET_VERIFY [unittest options]
Needs the command `openssl`, for keys and signatures.
"""

import base64
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

from docket_history import (Event, Key, b64, checkpoint, consistency_proof, history,
                            inclusion_proof, sha256, signed, write, write_export)

PROGRAM = None
ORIGIN = "log.example/desk"
EVENTS = 600
OLD = 333
FINE, UNREADABLE, USAGE, BROKEN = 0, 1, 2, 4


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Done:
    def __init__(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()


class VerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="docket-verify-test.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.mkdir(os.path.join(cls.folder, "keys"))
        keys = os.path.join(cls.folder, "keys")
        cls.key, cls.other_key = Key(keys, ORIGIN), Key(keys, "other.example/log")
        cls.new_key = Key(keys, ORIGIN)
        cls.events = history(EVENTS)
        cls.pristine = os.path.join(cls.folder, "pristine")
        cls.tree = write_export(cls.pristine, cls.events, cls.key)
        cls.old_note = checkpoint(ORIGIN, OLD, cls.tree.root(0, OLD), cls.key)
        cls.note = read(os.path.join(cls.pristine, "checkpoint")).decode()

    def setUp(self):
        self.export = os.path.join(self.folder, "export")
        shutil.rmtree(self.export, ignore_errors=True)
        shutil.copytree(self.pristine, self.export)

    def path(self, name):
        return os.path.join(self.export, name)

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        write(path, data)
        return path

    def run_tiles(self, *more):
        return Done("tiles", self.export, "--key", self.key.vkey(), *more)

    def expect(self, done, code, *words):
        """The exit code, one sentence for a failure, and the words it must hold."""
        self.assertEqual(done.code, code, done.out + done.err)
        if code != FINE:
            self.assertEqual(done.err.count("\n"), 1, done.err)
            self.assertTrue(done.err.startswith("docket-verify: "), done.err)
        for word in words:
            self.assertIn(word, done.err if code != FINE else done.out)

    def change(self, name, change):
        write(self.path(name), change(read(self.path(name))))

    def flip(self, name, at, bit=1):
        def flipped(data):
            data = bytearray(data)
            data[at] ^= bit
            return bytes(data)
        self.change(name, flipped)


class WholeExport(VerifyTest):
    def test_a_whole_export_holds(self):
        self.expect(self.run_tiles(), FINE, "600 events of 7 streams and 200 commands",
                    "Payloads: 600 checked, 0 not", self.key.id.hex())

    def test_json_is_one_document_with_the_facts(self):
        done = self.run_tiles("--json", "--checkpoint", self.file("old", self.old_note))
        self.expect(done, FINE)
        told = json.loads(done.out)
        self.assertEqual((told["command"], told["ok"], told["exitCode"]), ("tiles", True, 0))
        self.assertEqual((told["events"], told["streams"], told["commands"]), (600, 7, 200))
        self.assertEqual([c["size"] for c in told["checkpoints"]], [600, OLD])
        self.assertEqual(told["checkpoints"][1]["root"], b64(self.tree.root(0, OLD)))

    def test_json_tells_the_problem_too(self):
        os.remove(self.path("tile/0/001"))
        done = self.run_tiles("--json")
        self.expect(done, BROKEN)
        told = json.loads(done.out)
        self.assertEqual((told["ok"], told["exitCode"]), (False, 4))
        self.assertIn("tile/0/001", told["problem"])

    def test_every_size_around_a_tiles_edge(self):
        for size in (0, 1, 2, 255, 256, 257, 511, 512, 513):
            write_export(self.export, self.events, self.key, size=size)
            self.expect(self.run_tiles(), FINE, f"{size} event")

    def test_a_quarter_of_a_million_events(self):
        # Three levels of tiles and bundles whose number has four digits.
        events = history(256 * 1000 + 300, streams=1001)
        write_export(self.export, events, self.key, payloads=False)
        self.assertTrue(os.path.exists(self.path("tile/entries/x001/000")))
        self.assertTrue(os.path.exists(self.path("tile/2/000.p/3")))
        self.expect(self.run_tiles(), FINE, "256300 events of 1001 streams",
                    "0 checked, 256300 not")
        self.flip("tile/2/000.p/3", 64)
        self.expect(self.run_tiles(), BROKEN, "tile/2/000.p/3 has at place 2 another hash")

    def test_a_full_tile_does_in_place_of_a_partial_one(self):
        # As after an export that was stopped before it wrote its checkpoint.
        write(self.path("checkpoint"), self.old_note)
        write(self.path("tile/1/000.p/1"), read(self.path("tile/1/000.p/2"))[:32])
        self.expect(self.run_tiles(), FINE, f"{OLD} events")
        self.flip("tile/0/001", (OLD - 257) * 32)
        self.expect(self.run_tiles(), BROKEN, f"tile/0/001 has at place {OLD - 257}")

    def test_old_checkpoints_hold(self):
        notes = []
        for size in (0, 1, 256, OLD, EVENTS):
            note = checkpoint(ORIGIN, size, self.tree.root(0, size), self.key)
            notes += ["--checkpoint", self.file(f"old-{size}", note)]
        self.expect(self.run_tiles(*notes), FINE, f"{OLD} events, root", "256 events, root")

    def test_a_key_may_be_a_file(self):
        self.expect(Done("tiles", self.export, "--key", self.path("log.vkey")), FINE)

    def test_signatures_of_unknown_keys_are_passed_over(self):
        text = self.note[:self.note.index("\n\n") + 1]
        write(self.path("checkpoint"), signed(text, self.other_key, self.key))
        self.expect(self.run_tiles(), FINE)

    def test_after_a_rotation_either_key_will_do(self):
        text = self.note[:self.note.index("\n\n") + 1]
        write(self.path("checkpoint"), signed(text, self.key, self.new_key))
        old = ["--checkpoint", self.file("old", self.old_note)]
        self.expect(self.run_tiles(*old), FINE)
        done = Done("tiles", self.export, "--key", self.new_key.vkey())
        self.expect(done, FINE, self.new_key.id.hex())
        # The old checkpoint has the old signature alone.
        done = Done("tiles", self.export, "--key", self.new_key.vkey(), *old)
        self.expect(done, BROKEN, "old is not signed by any of the keys")
        done = Done("tiles", self.export, "--key", self.new_key.vkey(), "--key", self.key.vkey(),
                    *old)
        self.expect(done, FINE, self.key.id.hex(), self.new_key.id.hex())

    def test_payloads_may_be_left_out(self):
        shutil.rmtree(self.path("payloads"))
        self.expect(self.run_tiles(), FINE, "0 checked, 600 not")
        self.expect(self.run_tiles("--require-payloads"), BROKEN, "payload at position 0")

    def test_one_payload_may_be_left_out(self):
        def without_the_first(data):
            length = struct.unpack(">I", data[:4])[0]
            return b"\xff\xff\xff\xff" + data[4 + length:]
        self.change("payloads/001", without_the_first)
        self.expect(self.run_tiles(), FINE, "599 checked, 1 not")
        self.expect(self.run_tiles("--require-payloads"), BROKEN, "payload at position 256")


class DamagedExport(VerifyTest):
    def test_a_flipped_bit_in_any_file_is_named(self):
        # The sentence must name the file, or the hashes or position that do not agree with it.
        cases = [
            ("tile/entries/000", 0, ["tile/entries/000"]),
            ("tile/entries/000", 5000, ["tile/"]),
            ("tile/entries/001", 900, ["tile/"]),
            ("tile/entries/002.p/88", -1, ["tile/0/002.p/88 has at place 87"]),
            ("tile/0/000", 100, ["tile/0/000 has at place 3 another hash", "position 3 "]),
            ("tile/0/001", 8191, ["tile/0/001 has at place 255"]),
            ("tile/0/002.p/88", 0, ["tile/0/002.p/88 has at place 0", "position 512"]),
            ("tile/1/000.p/2", 40, ["tile/1/000.p/2 has at place 1", "up to position 511"]),
            ("payloads/000", -1, ["payload 255 of", "payloads/000"]),
            ("payloads/002.p/88", 20, ["payloads/002.p/88"]),
        ]
        for name, at, words in cases:
            with self.subTest(name=name, at=at):
                self.setUp()
                self.flip(name, at)
                self.expect(self.run_tiles(), BROKEN, *words)

    def test_no_flipped_bit_of_the_entries_goes_unseen(self):
        size = len(read(self.path("tile/entries/002.p/88")))
        for at in range(0, size, 97):
            self.flip("tile/entries/002.p/88", at, 1 << at % 8)
            self.expect(self.run_tiles(), BROKEN)
            self.flip("tile/entries/002.p/88", at, 1 << at % 8)
        self.expect(self.run_tiles(), FINE)

    def test_every_flipped_byte_of_the_checkpoint_is_found(self):
        for at in range(len(read(self.path("checkpoint")))):
            self.flip("checkpoint", at, 2)
            self.expect(self.run_tiles(), BROKEN, "checkpoint")
            self.flip("checkpoint", at, 2)
        self.expect(self.run_tiles(), FINE)

    def test_a_missing_file_is_named(self):
        for name in ("tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001",
                     "tile/entries/002.p/88"):
            with self.subTest(name=name):
                self.setUp()
                os.remove(self.path(name))
                self.expect(self.run_tiles(), BROKEN, name.split(".p")[0], "missing")

    def test_a_short_or_long_file_is_named(self):
        for name in ("tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001",
                     "tile/entries/002.p/88", "payloads/001"):
            for change in (lambda data: data[:-1], lambda data: data + b"\0", lambda data: b""):
                with self.subTest(name=name):
                    self.setUp()
                    self.change(name, change)
                    self.expect(self.run_tiles(), BROKEN, name)

    def test_a_short_bundle_is_named_by_its_entry(self):
        self.change("tile/entries/000", lambda data: data[:-40])
        self.expect(self.run_tiles(), BROKEN, "entry 255 of", "tile/entries/000", "cut off")

    def rewrite(self, events, notes_of=None):
        """An export whose entries, tiles and payloads agree, under the checkpoint that was signed."""
        write_export(self.export, events, self.key)
        write(self.path("checkpoint"), notes_of or self.note)

    def test_swapped_events_are_found(self):
        events = list(self.events)
        events[40], events[41] = events[41], events[40]
        self.rewrite(events)
        self.expect(self.run_tiles(), BROKEN, "entry 40 of", "event of position 41")

    def test_swapped_and_renumbered_events_are_found(self):
        events = history(EVENTS)
        a, b = events[40], events[41]
        a.position, b.position = 41, 40
        a.recorded, b.recorded = b.recorded, a.recorded
        events[40], events[41] = b, a
        self.rewrite(events)
        done = self.run_tiles()
        # They are of one command, so nothing but the root is against it.
        self.expect(done, BROKEN, "the first 600 events have the root",
                    "history before position 600 was changed")

    def test_an_edited_payload_is_found(self):
        self.change("payloads/000", lambda data: data.replace(b"payload 7 ", b"payload 8 "))
        self.expect(self.run_tiles(), BROKEN, "payload 7 of", "position 7 ", "SHA-256")

    def test_an_edited_payload_and_its_hash_are_found(self):
        events = history(EVENTS)
        events[7].payload = b"payload 8 "
        self.rewrite(events)
        self.expect(self.run_tiles(), BROKEN, "the first 600 events have the root")
        self.expect(self.run_tiles("--checkpoint", self.file("old", self.old_note)), BROKEN,
                    f"the first {OLD} events have the root", "old says")

    def test_a_payload_of_another_length_is_found(self):
        self.change("payloads/000", lambda data: data.replace(
            struct.pack(">I", 10) + b"payload 1 ", struct.pack(">I", 0)))
        self.expect(self.run_tiles(), BROKEN, "payload 1 of", "has 0 bytes", "says 10")

    def signed_over(self, events):
        """What only the holder of the key could do: it must still not break Docket's own rules."""
        write_export(self.export, events, self.key)
        return self.run_tiles()

    def test_a_gap_in_a_stream_is_found_though_it_is_signed(self):
        events = history(EVENTS)
        for event in events:
            if event.id == "T-3" and event.version >= 20:
                event.version += 1
        self.expect(self.signed_over(events), BROKEN, "version 21 of the stream ticket/T-3",
                    "go on with version 20")

    def test_a_time_that_goes_back_is_found_though_it_is_signed(self):
        events = history(EVENTS)
        events[99].recorded -= 10_000
        self.expect(self.signed_over(events), BROKEN, "entry 99 of", "2023-11-14T22:13:20.023000Z",
                    "before the event in front of it")

    def test_a_command_that_comes_twice_is_found_though_it_is_signed(self):
        events = history(EVENTS)
        events[300].command = events[301].command = events[302].command = events[0].command
        self.expect(self.signed_over(events), BROKEN, events[0].command.hex(), "position 0 ",
                    "again at 300")

    def test_envelopes_that_are_not_canonical_are_found_though_they_are_signed(self):
        def spelled(data):
            event = self.events[5]
            event_bytes = event.bytes()
            return type("Raw", (), {"bytes": lambda _: data(event_bytes), "payload": event.payload,
                                    "position": 5})()
        cases = [
            ("its format is not 1", lambda b: b"\2" + b[1:]),
            ("its flags have bits", lambda b: b[:1] + bytes([b[1] | 8]) + b[2:]),
            ("not in its shortest spelling", lambda b: b[:2] + b"\x85\0" + b[3:]),
            ("its payload hash is followed", lambda b: b + b"\0"),
            ("its payload hash is cut off", lambda b: b[:-1]),
            ("its stream kind has a slash", lambda b: b.replace(b"ticket", b"tick/t")),
            ("its command id is all zero", lambda b: b.replace(self.events[5].command, b"\0" * 16)),
        ]
        for words, data in cases:
            with self.subTest(words=words):
                events = list(self.events)
                events[5] = spelled(data)
                self.expect(self.signed_over(events), BROKEN, "entry 5 of", "no canonical", words)
        events = history(EVENTS)
        events[5].correlation = events[5].command
        self.expect(self.signed_over(events), BROKEN, "its correlation id is one that must be left")
        events = history(EVENTS)
        events[5].origin = 6
        self.expect(self.signed_over(events), BROKEN, "its origin is not between 1 and 5")


class Checkpoints(VerifyTest):
    def with_note(self, note):
        write(self.path("checkpoint"), note)
        return self.run_tiles()

    def test_a_newer_checkpoint_shows_that_events_are_lost(self):
        events = history(EVENTS)
        tree = write_export(self.export, events, self.key, size=OLD)
        self.assertEqual(tree.root(), self.tree.root(0, OLD))
        newer = self.file("newer", self.note)
        self.expect(self.run_tiles(), FINE)
        self.expect(self.run_tiles("--checkpoint", newer), BROKEN,
                    f"has {OLD} events, but the checkpoint in {newer} is of 600: events are lost")

    def test_a_truncated_log_is_found_by_its_own_checkpoint(self):
        write_export(self.export, self.events, self.key, size=OLD)
        self.expect(self.with_note(self.note), BROKEN, "the tile ", "missing")
        shutil.rmtree(self.path("tile/0"))
        shutil.rmtree(self.path("tile/1"))
        for level in ("tile/0", "tile/1"):
            shutil.copytree(os.path.join(self.pristine, level), self.path(level))
        self.expect(self.with_note(self.note), BROKEN, "tile/entries/001", "missing")

    def test_a_checkpoint_of_another_history_is_found(self):
        elsewhere = os.path.join(self.folder, "elsewhere")
        tree = write_export(elsewhere, history(OLD, salt="x"), self.key)
        other = self.file("fork", checkpoint(ORIGIN, OLD, tree.root(), self.key))
        self.expect(self.run_tiles("--checkpoint", other), BROKEN,
                    f"the first {OLD} events have the root", "fork says")

    def test_a_checkpoint_of_another_log_is_found(self):
        other = checkpoint(self.other_key.name, OLD, self.tree.root(0, OLD), self.other_key)
        done = self.run_tiles("--checkpoint", self.file("other", other), "--key",
                              self.other_key.vkey())
        self.expect(done, BROKEN, 'is of the log "other.example/log"')

    def test_an_origin_that_is_not_the_keys_is_found(self):
        self.expect(self.with_note(checkpoint("x.example/y", EVENTS, self.tree.root(), self.key)),
                    BROKEN, 'is of the log "x.example/y"')

    def test_a_wrong_signature_of_a_known_key_is_found(self):
        other = Key(self.folder, ORIGIN)
        other.id = self.key.id
        text = self.note[:self.note.index("\n\n") + 1]
        self.expect(self.with_note(signed(text, other)), BROKEN, "wrong signature by " + ORIGIN)
        # Even when another known key has signed.
        write(self.path("checkpoint"), signed(text, self.new_key, other))
        self.expect(self.run_tiles("--key", self.new_key.vkey()), BROKEN, "wrong signature by")

    def test_a_checkpoint_signed_by_none_of_the_keys_is_found(self):
        self.expect(Done("tiles", self.export, "--key", self.new_key.vkey()), BROKEN,
                    "not signed by any of the keys")

    def test_notes_that_are_misspelled_are_refused(self):
        root = b64(self.tree.root())
        trailing = root[:-2] + chr(ord(root[-2]) + 1) + "="
        self.assertEqual(base64.b64decode(trailing), self.tree.root())
        line = self.key.signature_line(f"{ORIGIN}\n600\n{root}\n")
        padded = line.rstrip("\n")
        cases = [
            ("trailing bits", signed(f"{ORIGIN}\n600\n{trailing}\n", self.key), "canonical base64"),
            ("no padding", signed(f"{ORIGIN}\n600\n{root[:-1]}\n", self.key), "canonical base64"),
            ("leading zero", signed(f"{ORIGIN}\n0600\n{root}\n", self.key), "plain decimal"),
            ("plus", signed(f"{ORIGIN}\n+600\n{root}\n", self.key), "plain decimal"),
            ("too large", signed(f"{ORIGIN}\n18446744073709551616\n{root}\n", self.key), "plain"),
            ("short root", signed(f"{ORIGIN}\n600\n{b64(b'x' * 31)}\n", self.key), "32 bytes"),
            ("no root", signed(f"{ORIGIN}\n600\n", self.key), "first three lines"),
            ("no signature", f"{ORIGIN}\n600\n{root}\n\n", "signature"),
            ("no empty line", f"{ORIGIN}\n600\n{root}\n{line}", "empty line"),
            ("no line feed", f"{ORIGIN}\n600\n{root}\n\n{padded}", "signature"),
            ("hyphen", f"{ORIGIN}\n600\n{root}\n\n{line.replace('—', '-')}", "dash"),
            ("control", self.note.replace(ORIGIN, "log\x07"), "bytes that no signed note"),
            ("carriage return", self.note.replace("\n", "\r\n"), "bytes that no signed note"),
            ("not UTF-8", self.note.encode().replace(b"log", b"l\xff"), "bytes that no signed"),
            ("empty", "", "empty line"),
            ("too long", self.note + line * 200, "longer than"),
        ]
        for name, note, words in cases:
            with self.subTest(name=name):
                self.expect(self.with_note(note), BROKEN, words)

    def test_text_from_a_checkpoint_does_not_reach_the_terminal_raw(self):
        self.with_note("x\n600\n\n— evil\x1b[2J sig\n")
        done = self.with_note(signed("evil\u009b2J\n600\n" + b64(self.tree.root()) + "\n", self.key))
        self.expect(done, BROKEN, "evil\\xc2\\x9b2J")

    def test_the_largest_size_ends_at_the_first_missing_entry(self):
        note = checkpoint(ORIGIN, 2**64 - 1, self.tree.root(), self.key)
        self.expect(self.with_note(note), BROKEN, "tile/")


class Proofs(VerifyTest):
    def proof(self, text):
        return Done("proof", self.file("event.tlog-proof", text), "--key", self.key.vkey())

    def test_every_proof_holds(self):
        for position in (0, 1, 255, 256, 331, 332):
            done = self.proof(inclusion_proof(self.tree, self.events[position], OLD, self.old_note))
            self.expect(done, FINE, f"position   {position}\n")

    def test_what_the_event_is_is_told(self):
        event = Event(position=2, id="T-9", version=0, actor="mara\x1b", behalf="bob",
                      occurred=-1, payload=b"xyz")
        events = self.events[:2] + [event]
        tree = write_export(self.export, events, self.key)
        note = read(self.path("checkpoint")).decode()
        self.proof(inclusion_proof(tree, event, 3, note))
        payload = self.file("payload", b"xyz")
        done = Done("proof", os.path.join(self.folder, "event.tlog-proof"), "--key",
                    self.key.vkey(), "--payload", payload)
        self.expect(done, FINE, "ticket/T-9 @ version 0", "Happened", "2023-11-14T22:13:20.000000Z",
                    "1969-12-31T23:59:59.999999Z", "mara\\x1b, on behalf of bob",
                    sha256(b"xyz").hex() + "; the file given is it")
        self.file("payload", b"xyZ")
        done = Done("proof", os.path.join(self.folder, "event.tlog-proof"), "--key",
                    self.key.vkey(), "--payload", payload, "--json")
        self.expect(done, BROKEN, "SHA-256 is another")
        self.assertFalse(json.loads(done.out)["ok"])

    def test_wrong_proofs_are_refused(self):
        text = inclusion_proof(self.tree, self.events[300], EVENTS, self.note)
        lines = text.split("\n")
        envelope = bytearray(self.events[300].bytes())
        envelope[-1] ^= 1
        other_event = inclusion_proof(self.tree, self.events[299], EVENTS, self.note).split("\n")
        cases = [
            ("another header", "\n".join(["c2sp.org/tlog-proof@v2"] + lines[1:]), "begin with"),
            ("edited envelope", text.replace(lines[1], "extra " + b64(bytes(envelope))), "lead to"),
            ("another event's envelope", text.replace(lines[1], other_event[1]),
             "is of position 299"),
            ("another index", text.replace("index 300", "index 301"), "is of position 300"),
            ("index with a zero", text.replace("index 300", "index 0300"), "plain decimal"),
            ("a hash too few", "\n".join(lines[:4] + lines[5:]), "lead to"),
            ("a hash too many", "\n".join(lines[:4] + lines[3:]), "lead to"),
            ("swapped hashes", "\n".join(lines[:3] + [lines[4], lines[3]] + lines[5:]), "lead to"),
            ("no extra", "\n".join(lines[:1] + lines[2:]), 'no line "extra"'),
            ("no index", "\n".join(lines[:2] + lines[3:]), 'no line "index"'),
            ("trailing bits", text.replace(lines[3], lines[3][:-2] + chr(ord(lines[3][-2]) + 1)
                                           + "="), "canonical base64"),
            ("no checkpoint", text.split("\n\n")[0] + "\n", "no empty line"),
            ("another checkpoint", inclusion_proof(self.tree, self.events[300], EVENTS,
                                                   self.old_note), "lead to"),
            ("beyond the checkpoint", inclusion_proof(self.tree, self.events[OLD], EVENTS,
                                                      self.old_note), f"has {OLD} events"),
            ("wrong signature", text[:-10] + ("A" if text[-10] != "A" else "B") + text[-9:],
             "wrong signature"),
        ]
        for name, proof, words in cases:
            with self.subTest(name=name):
                self.expect(self.proof(proof), BROKEN, words)
        self.expect(self.proof(text), FINE)


class Consistency(VerifyTest):
    def check(self, old, new, *more):
        return Done("consistency", self.file("old", old), self.file("new", new), "--key",
                    self.key.vkey(), *more)

    def test_every_proof_holds(self):
        for old, new in ((0, 600), (1, 600), (255, 256), (256, 600), (OLD, 600), (512, 513),
                         (599, 600), (600, 600)):
            old_note = checkpoint(ORIGIN, old, self.tree.root(0, old), self.key)
            new_note = checkpoint(ORIGIN, new, self.tree.root(0, new), self.key)
            proof = self.file("p", consistency_proof(self.tree, old, new, new_note))
            self.expect(self.check(old_note, new_note, "--proof", proof), FINE, "goes on from")

    def test_a_key_may_stand_before_a_file(self):
        done = Done("consistency", "--key", self.key.vkey(), self.file("old", self.note),
                    "--key", self.key.vkey(), self.file("new", self.note))
        self.expect(done, FINE, "same size and root")

    def test_without_a_proof_only_equal_sizes_can_be_judged(self):
        self.expect(self.check(self.note, self.note), FINE, "same size and root")
        self.expect(self.check(self.old_note, self.note), UNREADABLE, "--proof", "--tiles")
        fork = checkpoint(ORIGIN, EVENTS, sha256(b"another"), self.key)
        self.expect(self.check(self.note, fork), BROKEN, "shown two histories")
        self.expect(self.check(self.note, self.old_note), BROKEN, "events are lost")

    def test_an_export_shows_it_too(self):
        self.expect(self.check(self.old_note, self.note, "--tiles", self.export), FINE, "600 events")
        fork = checkpoint(ORIGIN, OLD, sha256(b"another"), self.key)
        self.expect(self.check(fork, self.note, "--tiles", self.export), BROKEN,
                    f"the first {OLD} events have the root")

    def test_wrong_proofs_are_refused(self):
        text = consistency_proof(self.tree, OLD, EVENTS, self.note)
        lines = text.split("\n")
        fork = checkpoint(ORIGIN, OLD, sha256(b"another"), self.key)
        again = checkpoint(ORIGIN, EVENTS, sha256(b"another"), self.key)
        cases = [
            ("a hash too few", self.old_note, "\n".join(lines[:3] + lines[4:]), "does not hold"),
            ("a hash too many", self.old_note, "\n".join(lines[:4] + lines[3:]), "does not hold"),
            ("another old size", self.old_note, text.replace("old 333", "old 332"), "from 332"),
            ("another new size", self.old_note, text.replace("new 600", "new 601"), "to 601"),
            ("another old root", fork, text, "does not hold"),
            ("another checkpoint within", self.old_note,
             consistency_proof(self.tree, OLD, EVENTS, again), "is not the same as"),
            ("another header", self.old_note, text.replace("@v1", "@v2"), "begin with"),
        ]
        for name, old, proof, words in cases:
            with self.subTest(name=name):
                path = self.file("p", proof)
                self.expect(self.check(old, self.note, "--proof", path), BROKEN, words)


class Usage(VerifyTest):
    def test_wrong_command_lines_end_with_2(self):
        key = ["--key", self.key.vkey()]
        damaged = self.key.vkey()[:-3] + "AA="
        for arguments in ([], ["tiles"], ["tiles", self.export], ["whatever"],
                          ["tiles", self.export, *key, "--no-such"], ["proof", *key],
                          ["consistency", "only-one", *key],
                          ["consistency", "a", "b", *key, "--proof", "p", "--tiles", "t"],
                          ["data", "a", "b"],
                          ["tiles", self.export, "--key", "no-such-file"],
                          ["tiles", self.export, "--key", damaged],
                          ["tiles", self.export, "--key", self.path("tile/0/000")]):
            with self.subTest(arguments=arguments):
                self.expect(Done(*arguments), USAGE)

    def test_what_is_not_there_ends_with_1(self):
        key = ["--key", self.key.vkey()]
        for arguments in (["tiles", "/no/such", *key], ["proof", "/no/such", *key],
                          ["data", "/no/such"], ["data", self.export],
                          ["tiles", self.export, *key, "--checkpoint", "/no/such"],
                          ["consistency", "/no/such", "/no/such", *key]):
            with self.subTest(arguments=arguments):
                self.expect(Done(*arguments), UNREADABLE)

    def test_an_answer_that_cannot_be_written_is_said(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "tiles", self.export, "--key", self.key.vkey()],
                                  stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"could not be written", done.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
