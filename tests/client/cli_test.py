#!/usr/bin/env python3
"""The `docket` program against a real server: the main path, and every bad input.

Usage: cli_test.py DOCKET DOCKETD [unittest options]
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

DOCKET = DOCKETD = None
SECONDS_MAX = 60
NO_COMMAND_ID = "00000000000000000000000000000001"


def environment(**more):
    """Without what the developer's own shell says about Docket or terminals."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DOCKET_")}
    kept.update({"TZ": "UTC", "COLUMNS": "100"}, **more)
    return kept


class Server:
    """A docketd on a data directory and a free port; serves when __init__ returns."""

    def __init__(self, data, *arguments):
        ready, write = os.pipe()
        self.process = subprocess.Popen(
            [DOCKETD, "--data", data, "--listen", "127.0.0.1:0", "--http", "off",
             "--log-level", "warn", "--ready-fd", str(write), *arguments],
            pass_fds=[write], stdin=subprocess.DEVNULL, env=environment())
        os.close(write)
        with os.fdopen(ready) as file:
            line = file.readline()
        if not line.startswith("rpc="):
            raise RuntimeError(f"docketd did not start: exit {self.process.wait()}")
        self.address = line.split()[0][len("rpc="):]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=SECONDS_MAX)


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8")  # what is printed is always valid UTF-8
        self.err = done.stderr.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.out)


def docket(*arguments, stdin=b"", env=None):
    return Result(subprocess.run([DOCKET, *arguments], input=stdin, capture_output=True,
                                 timeout=SECONDS_MAX, env=env or environment()))


class DocketTest(unittest.TestCase):
    """One server for all tests of a class, each on a board of its own."""

    boards = 0

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="docket-cli-")
        cls.server = Server(os.path.join(cls.place, "data"))

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.place)
        assert code == 0, f"docketd ended with {code}"

    def run_docket(self, *arguments, **more):
        return docket("--server", self.server.address, "--as", "anna", *arguments, **more)

    def done(self, *arguments, **more):
        """The JSON of a command that must go well."""
        result = self.run_docket("--json", *arguments, **more)
        self.assertEqual(result.code, 0, (arguments, result.out, result.err))
        self.assertEqual(result.err, "")
        return result.json

    def refused(self, code, *arguments, **more):
        """The first violation of a command that must be refused; the log must not grow."""
        head = self.head()
        result = self.run_docket("--json", *arguments, **more)
        self.assertEqual(result.code, 1, (arguments, result.out, result.err))
        self.assertEqual(self.head(), head)
        violation = result.json["refused"]["violations"][0]
        self.assertEqual(violation["code"], code)
        self.assertTrue(violation["message"])
        self.assertTrue(violation["way_out"])
        human = self.run_docket(*arguments, **more)
        self.assertEqual((human.code, human.out), (1, ""))
        self.assertTrue(human.err.startswith("refused: "), human.err)
        self.assertIn("  way out: ", human.err)
        return violation

    def head(self):
        return self.done("info")["info"]["head"]

    def board(self, *arguments):
        type(self).boards += 1
        key = f"B{self.boards}"
        self.done("board", "create", key, *arguments)
        return key

    def ticket(self, board, title="A ticket", *arguments):
        return self.done("ticket", "open", "--board", board, "--title", title,
                         *arguments)["done"]["subject"]


class MainPath(DocketTest):
    def test_boards(self):
        key = self.board("--name", "Operations")
        self.assertIn({"key": key, "name": "Operations", "template": "it-support", "tickets": 0,
                       "unfinished": 0}, self.done("board", "list")["boards"])
        columns = self.done("board", "show", key)["board"]["columns"]
        self.assertEqual(columns[0]["name"], "Inbox")
        self.assertEqual([column["count"] for column in columns], [0] * len(columns))

    def test_own_columns(self):
        key = self.board("--column", "In: box:queue:drop", "--column", "Doing:active:3",
                         "--column", "Done:resolved")
        columns = self.done("board", "show", key)["board"]["columns"]
        self.assertEqual([(c["name"], c["category"], c["wip_limit"], c["default_drop"])
                          for c in columns],
                         [("In: box", "queue", None, True), ("Doing", "active", 3, False),
                          ("Done", "resolved", None, False)])

    def test_life_of_a_ticket(self):
        key = self.board()
        ticket = self.ticket(key, "VPN drops", "--type", "service-request", "--class",
                             "fixed-date", "--requester", "carl", "--due",
                             "2030-01-02T03:04:05+01:00", "--description", "Every hour")
        self.assertEqual(ticket, f"{key}-1")
        queue = self.done("queue", key)
        self.assertEqual([entry["card"]["id"] for entry in queue["entries"]], [ticket])
        pulled = self.done("ticket", "pull", key)["done"]
        self.assertEqual(pulled["subject"], ticket)
        self.done("ticket", "assign", ticket, "ben")
        self.done("ticket", "comment", ticket, "-", stdin="Grüße\nzwei\n".encode())
        self.done("ticket", "block", ticket, "--kind", "supplier", "--reason", "a part")
        shown = self.done("ticket", "show", ticket)["ticket"]
        self.assertEqual((shown["blocked"], shown["blocked_reason"], shown["assignee"]),
                         ("supplier", "a part", "ben"))
        self.assertEqual(shown["due"], "2030-01-02T02:04:05.000000Z")
        self.refused("ticket-is-blocked", "ticket", "resolve", ticket, "--resolution", "x")
        self.done("ticket", "unblock", ticket, "--note", "it came")
        self.done("ticket", "escalate", ticket, "2")
        self.refused("triage-note-missing", "ticket", "escalate", ticket, "3")
        self.done("ticket", "move", ticket, "Waiting on Customer")
        self.done("ticket", "resolve", ticket, "--resolution", "New cable")
        self.done("ticket", "reopen", ticket, "--reason", "Again")
        self.done("ticket", "assign", ticket, "--nobody")
        shown = self.done("ticket", "show", ticket)["ticket"]
        self.assertEqual((shown["reopen_count"], shown["assignee"], shown["tier"]), (1, "", 2))
        history = self.done("ticket", "history", ticket)["entries"]
        self.assertEqual([entry["version"] for entry in history], list(range(len(history))))
        self.assertEqual(history[-1]["version"], shown["version"])
        self.assertIn("Grüße\nzwei", [entry["text"] for entry in history])
        log = self.done("audit", "log", "--ticket", ticket)["entries"]
        self.assertEqual([e["position"] for e in log], [e["position"] for e in history])
        self.assertEqual({entry["actor"] for entry in log}, {"anna"})
        newest = self.done("audit", "log", "--ticket", ticket, "--newest", "--limit", "2")
        self.assertEqual([e["position"] for e in newest["entries"]],
                         [e["position"] for e in log[:-3:-1]])
        rest = self.done("audit", "log", "--ticket", ticket, "--after", str(log[0]["position"]))
        self.assertEqual(len(rest["entries"]), len(log) - 1)

    def test_human_output_is_plain_and_fits(self):
        key = self.board()
        ticket = self.ticket(key, "A title \u65e5\u672c that goes on " * 8)
        self.done("ticket", "comment", ticket, "-", stdin=b"two\nlines")
        for arguments in (["board", "list"], ["board", "show", key], ["queue", key],
                          ["ticket", "show", ticket], ["ticket", "history", ticket],
                          ["audit", "log", "--board", key], ["projection", "list", "--digest"],
                          ["info"]):
            with self.subTest(arguments):
                result = self.run_docket(*arguments)
                self.assertEqual((result.code, result.err), (0, ""))
                self.assertNotIn("\x1b", result.out)
                self.assertTrue(result.out.endswith("\n"))
        self.assertIn(ticket, self.run_docket("board", "show", key).out)

    def test_repeated_command_is_done_once(self):
        key = self.board()
        open_it = ["ticket", "open", "--board", key, "--title", "Once", "--command-id",
                   NO_COMMAND_ID]
        first = self.done(*open_it)["done"]
        again = self.done(*open_it)["done"]
        self.assertFalse(first["repeated"])
        self.assertEqual(again, {**first, "repeated": True})
        self.assertEqual(first["command_id"], NO_COMMAND_ID)
        open_it[open_it.index("Once")] = "Twice"
        self.refused("command-id-reused", *open_it)

    def test_stale_version_is_told_what_changed(self):
        ticket = self.ticket(self.board())
        version = self.done("ticket", "show", ticket)["ticket"]["version"]
        move = ["ticket", "move", ticket, "--expect", str(version)]
        self.done(*move, "in-progress")
        head = self.head()
        result = self.run_docket("--json", *move, "follow-up")
        self.assertEqual((result.code, self.head()), (1, head))
        refused = result.json["refused"]
        self.assertEqual(refused["violations"][0]["code"], "version-moved-on")
        self.assertEqual([change["version"] for change in refused["changes"]],
                         list(range(version + 1, version + 1 + len(refused["changes"]))))
        human = self.run_docket(*move, "follow-up")
        self.assertIn("what happened since:", human.err)

    def test_time_when_it_happened(self):
        board = self.board()
        ticket = self.ticket(board, "Late entry", "--occurred-at", "2020-02-03T04:05:06.5+02:00")
        entry = self.done("ticket", "history", ticket)["entries"][0]
        self.assertEqual(entry["occurred_at"], "2020-02-03T02:05:06.500000Z")

    def test_for_whom_it_was_done_is_shown(self):
        board = self.board()
        ticket = self.ticket(board, "For the boss", "--on-behalf-of", "boss")
        self.assertIn("anna for boss", self.run_docket("ticket", "history", ticket).out)
        log = self.run_docket("audit", "log", "--ticket", ticket).out
        self.assertIn("anna for boss", log)
        self.assertNotIn("VERSION", log)
        self.assertNotIn("ticket/", log)

    def test_refusals_name_the_options(self):
        said = self.run_docket("ticket", "open", "--board", self.board(), "--title", "x",
                               "--occurred-at", "2200-01-01T00:00:00Z").err
        self.assertIn("refused: --occurred-at must", said)
        self.assertIn("\n  code field-invalid\n", said)

    def test_projections(self):
        self.ticket(self.board())
        before = {p["name"]: p for p in self.done("projection", "list", "--digest")["projections"]}
        self.assertGreaterEqual(len(before), 3)
        for name in before:
            rebuilt = self.done("projection", "rebuild", name)["rebuilt"]
            self.assertGreater(rebuilt["generation"], before[name]["generation"])
        after = {p["name"]: p for p in self.done("projection", "list", "--digest")["projections"]}
        for name in before:
            self.assertEqual(after[name]["digest"], before[name]["digest"])

    def test_same_json_after_the_views_are_deleted(self):
        data = os.path.join(self.place, "views-deleted")
        server = Server(data)
        self.addCleanup(server.stop)
        ask = ["--server", server.address]
        docket(*ask, "board", "create", "OPS")
        docket(*ask, "ticket", "open", "--board", "OPS", "--title", "One")
        shown = [docket(*ask, "--json", *what).out for what in (["board", "show", "OPS"],
                                                                 ["queue", "OPS"])]
        server.stop()
        shutil.rmtree(os.path.join(data, "views"))
        server = Server(data)
        self.addCleanup(server.stop)
        ask = ["--server", server.address]
        self.assertEqual([docket(*ask, "--json", *what).out
                          for what in (["board", "show", "OPS"], ["queue", "OPS"])], shown)


class Refusals(DocketTest):
    def test_unknown_board(self):
        for arguments in (["board", "show", "NONE"], ["queue", "NONE"],
                          ["ticket", "open", "--board", "NONE", "--title", "x"],
                          ["ticket", "pull", "NONE"], ["board", "limit", "NONE", "inbox", "3"]):
            with self.subTest(arguments):
                self.assertEqual(self.refused("unknown-board", *arguments)["facts"]["board"],
                                 "NONE")

    def test_unknown_ticket(self):
        key = self.board()
        for arguments in (["ticket", "show"], ["ticket", "history"],
                          ["ticket", "comment"]):
            with self.subTest(arguments):
                more = ["x"] if arguments[1] == "comment" else []
                self.refused("unknown-ticket", *arguments, f"{key}-99", *more)

    def test_unknown_column(self):
        ticket = self.ticket(self.board())
        violation = self.refused("unknown-column", "ticket", "move", ticket, "nowhere")
        self.assertIn("in-progress", violation["facts"]["columns"])

    def test_unknown_projection(self):
        result = self.run_docket("--json", "projection", "rebuild", "nothing")
        self.assertEqual(result.code, 1, result.err)
        self.assertTrue(result.json["refused"]["violations"][0]["message"])

    def test_wip_limit(self):
        key = self.board()
        tickets = [self.ticket(key) for _ in range(3)]
        self.done("board", "limit", key, "in-progress", "2")
        for ticket in tickets[:2]:
            self.done("ticket", "move", ticket, "in-progress")
        violation = self.refused("wip-limit-reached", "ticket", "move", tickets[2], "in-progress")
        self.assertEqual(violation["facts"], {"board": key, "column": "in-progress", "limit": "2",
                                              "count": "2"})
        human = self.run_docket("ticket", "move", tickets[2], "in-progress")
        self.assertIn("code wip-limit-reached", human.err)
        self.assertIn("limit 2, count 2", human.err)
        self.refused("wip-limit-reached", "ticket", "pull", key)
        self.done("ticket", "move", tickets[2], "in-progress", "--override", "a fire")
        self.done("board", "limit", key, "in-progress", "none")
        column = [c for c in self.done("board", "show", key)["board"]["columns"]
                  if c["id"] == "in-progress"][0]
        self.assertEqual((column["count"], column["wip_limit"]), (3, None))

    def test_large_title(self):
        key = self.board()
        open_it = ["ticket", "open", "--board", key, "--title"]
        self.refused("field-invalid", *open_it, "x" * 301)
        self.refused("field-invalid", *open_it, "-", stdin=b"x" * (1 << 20))
        limit = self.done("info")["info"]["max_command_bytes"]
        violation = self.refused("command-too-large", *open_it, "-", stdin=b"x" * (limit + 1))
        self.assertIn(str(limit), violation["message"])

    def test_text_that_is_not_utf8(self):
        key = self.board()
        for arguments, code in (
                (["ticket", "open", "--board", key, "--title", b"caf\xe9"], "field-invalid"),
                (["board", "create", b"\xff\xfe"], "field-invalid")):
            with self.subTest(arguments):
                self.refused(code, *arguments)
        result = self.run_docket("--json", "board", "show", b"\xff")
        self.assertEqual(result.code, 1)
        self.assertIn("refused", result.json)

    def test_nothing_escapes_to_the_terminal(self):
        for arguments in (["board", "show", "\x1b[31mX"], ["ticket", "show", "\x1b]0;x\x07-1"],
                          ["no-such-\x1b[31mcommand"]):
            with self.subTest(arguments):
                result = self.run_docket(*arguments)
                self.assertNotEqual(result.code, 0)
                self.assertNotIn("\x1b", result.out + result.err)

    def test_title_with_an_empty_line_or_nothing(self):
        key = self.board()
        for title in (b"", b"\n", b"one\ntwo", b"nul\0"):
            with self.subTest(title):
                self.refused("field-invalid", "ticket", "open", "--board", key, "--title", "-",
                             stdin=title)

    def test_board_exists(self):
        self.refused("board-exists", "board", "create", self.board())


class Usage(unittest.TestCase):
    def test_wrong_command_lines(self):
        for arguments in ([], ["nonsense"], ["board"], ["board", "show"], ["ticket", "open"],
                          ["board", "show", "OPS", "--unknown"],
                          ["board", "show", "OPS", "--cards", "many"],
                          ["board", "show", "OPS", "--cards", "-1"],
                          ["board", "show", "OPS", "--cards", "1001"],
                          ["queue", "OPS", "--limit", "-1"],
                          ["queue", "OPS", "--limit", "0"],
                          ["board", "create", "OPS", "--expect", "0"],
                          ["ticket", "open", "--board", "B", "--title", "x", "--expect", "0"],
                          ["ticket", "pull", "OPS", "--expect", "0"],
                          ["audit", "log", "--after", "-1"],
                          ["ticket", "move", "OPS-1"],
                          ["ticket", "move", "OPS-1", "x", "--command-id", "12"],
                          ["ticket", "move", "OPS-1", "x", "--expect", "-1"],
                          ["ticket", "move", "OPS-1", "x", "--occurred-at", "yesterday"],
                          ["ticket", "assign", "OPS-1"],
                          ["ticket", "assign", "OPS-1", "ben", "--nobody"],
                          ["ticket", "escalate", "OPS-1", "4"],
                          ["board", "limit", "OPS", "x", "some"],
                          ["board", "create", "OPS", "--column", "Doing"],
                          ["board", "create", "OPS", "--template", "t", "--column", "A:queue"],
                          ["audit", "log", "--limit", "0"],
                          ["--server", "127.0.0.1:1", "--data", "x", "info"]):
            with self.subTest(arguments):
                result = docket(*arguments)
                self.assertEqual(result.code, 2, (arguments, result.err))
                self.assertEqual(result.out, "")
                self.assertTrue(result.err.startswith("docket: "), result.err)
                self.assertEqual(result.err.count("\n"), 1, result.err)

    def test_wrong_command_lines_are_told_in_a_sentence(self):
        for arguments, said in (
                (["frobnicate"], "there is no command 'frobnicate'; see docket --help"),
                (["ticket", "frob"], "there is no command 'ticket frob'; see docket ticket --help"),
                (["ticket", "open", "--board", "A", "--board", "B", "--title", "x"],
                 "--board is given twice"),
                (["board", "show", "A", "--cards", "-1"],
                 "--cards must be a whole number, 0 to 1000"),
                (["ticket", "move", "A-1", "x", "--expect", "-1"],
                 "--expect must be a whole number, 0 or more"),
                (["ticket", "escalate", "A-1", "4"], "TIER is 2 or 3"),
                (["board", "list", "--colour"], "there is no option '--colour'"),
                (["board", "show"], "KEY is required")):
            with self.subTest(arguments):
                self.assertIn("docket: " + said, docket(*arguments).err)

    def test_help_and_version(self):
        for arguments in (["--help"], ["--version"], ["ticket", "--help"],
                          ["ticket", "open", "--help"]):
            with self.subTest(arguments):
                result = docket(*arguments)
                self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("--command-id", docket("ticket", "open", "--help").out)


class Places(unittest.TestCase):
    """What is wrong with the place where a server or its data should be."""

    def setUp(self):
        self.place = tempfile.mkdtemp(prefix="docket-cli-")
        self.addCleanup(shutil.rmtree, self.place)
        self.data = os.path.join(self.place, "data")

    def failure(self, code, *arguments):
        result = docket(*arguments)
        self.assertEqual(result.code, code, (result.out, result.err))
        self.assertEqual(result.out, "")
        self.assertEqual(result.err.count("\n"), 1, "one sentence: " + result.err)
        self.assertTrue(result.err.startswith("docket: "), result.err)
        return result.err

    def start_fails(self, *arguments):
        result = subprocess.run([DOCKETD, "--http", "off", *arguments], capture_output=True,
                                timeout=SECONDS_MAX, env=environment())
        text = result.stderr.decode()
        self.assertTrue(text.splitlines()[-1].startswith("docketd: "), text)
        return result.returncode, text

    def test_no_server(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
            said = self.failure(3, "--server", address, "board", "list")
        self.assertIn(f"cannot reach a Docket server at {address}: connection refused", said)
        self.assertIn("docketd --data DIR", said)

    def test_server_from_the_environment(self):
        result = docket("info", env=environment(DOCKET_SERVER="127.0.0.1:1"))
        self.assertEqual(result.code, 3)
        self.assertIn("127.0.0.1:1", result.err)

    def test_bad_address(self):
        self.assertIn("HOST:PORT", self.failure(3, "--server", "127.0.0.1:x", "info"))

    def test_something_else_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            address = f"127.0.0.1:{other.getsockname()[1]}"
            process = subprocess.Popen([DOCKET, "--server", address, "info"],
                                       stderr=subprocess.PIPE, env=environment())
            connection, _ = other.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()
            said = process.communicate(timeout=SECONDS_MAX)[1].decode()
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("no Docket server", said)

    def test_data_directory_of_its_own(self):
        own = ["--data", self.data, "--json"]
        result = docket(*own, "board", "create", "OPS")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(docket(*own, "ticket", "open", "--board", "OPS", "--title", "x")
                         .json["done"]["subject"], "OPS-1")
        # The directory is free again: a server can take it.
        server = Server(self.data)
        try:
            self.assertEqual(docket("--server", server.address, "--json", "ticket", "show",
                                    "OPS-1").json["ticket"]["title"], "x")
            said = self.failure(1, "--data", self.data, "board", "list")
            self.assertIn(self.data, said)
            code, _ = self.start_fails("--data", self.data, "--listen", "127.0.0.1:0")
            self.assertEqual(code, 1)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_audit_verify(self):
        own = ["--data", self.data, "--json"]
        self.assertEqual(docket(*own, "board", "create", "OPS").code, 0)
        self.assertEqual(docket(*own, "ticket", "open", "--board", "OPS", "--title", "x").code, 0)
        result = docket(*own, "audit", "verify")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(result.json["commands"], 2)
        self.assertRegex(result.json["root"], "^[0-9a-f]{64}$")
        result = docket("--data", self.data, "audit", "verify")
        self.assertTrue(result.out.startswith("The log is well: "), result.out)
        self.assertIn("--data", self.failure(2, "audit", "verify"))

        # Any changed byte of a table ends it with 4 and a sentence.
        log = os.path.join(self.data, "log")
        table = max((os.path.join(log, name) for name in os.listdir(log) if name.endswith(".sst")),
                    key=os.path.getsize)
        with open(table, "r+b") as file:
            file.seek(os.path.getsize(table) // 3)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
        result = docket("--data", self.data, "audit", "verify")
        self.assertEqual((result.code, result.out), (4, ""))
        self.assertTrue(result.err.splitlines()[-1].startswith("docketd: "), result.err)

    def test_audit_proofs(self):
        own = ["--data", self.data]
        self.assertEqual(docket(*own, "board", "create", "OPS").code, 0)
        path = os.path.join(self.data, "old.checkpoint")
        self.assertEqual(docket(*own, "audit", "checkpoint", "-o", path).code, 0)
        old = docket(*own, "--json", "audit", "checkpoint").json
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), old["checkpoint"])
        self.assertEqual(docket(*own, "ticket", "open", "--board", "OPS", "--title", "x").code, 0)
        note = docket(*own, "audit", "checkpoint").out
        origin, size, root = note.split("\n")[:3]
        self.assertEqual(origin, old["origin"])
        self.assertGreater(int(size), old["size"])
        proof = docket(*own, "audit", "prove", "0").out
        self.assertTrue(proof.startswith("c2sp.org/tlog-proof@v1\nextra "), proof)
        self.assertTrue(proof.endswith("\n\n" + note), proof)
        self.assertEqual(docket(*own, "--json", "audit", "prove", "0").json,
                         {"position": 0, "size": int(size), "proof": proof})
        for known in (path, str(old["size"])):
            proof = docket(*own, "audit", "consistency", known).out
            self.assertTrue(proof.startswith(
                f"docket/tlog-consistency@v1\nold {old['size']}\nnew {size}\n"), proof)
        refused = docket(*own, "--json", "audit", "prove", size)
        self.assertEqual((refused.code, refused.json["refused"]["violations"][0]["code"]),
                         (1, "beyond-the-log"))
        self.assertIn(self.data, self.failure(1, *own, "audit", "consistency", self.data))

        # The log agrees with a checkpoint that left it, and with no other.
        verify = ["audit", "verify", "--checkpoint", path]
        self.assertEqual(docket(*own, "--json", *verify).json["checkpoints"], 2)
        self.assertEqual(docket(*own, *verify, "--key", old["verifier_key"]).code, 0)
        other = os.path.join(self.data, "other.checkpoint")
        with open(other, "w", encoding="utf-8") as file:
            file.write(old["checkpoint"].replace(f"\n{old['size']}\n", f"\n{size}\n"))
        result = docket(*own, "audit", "verify", "--checkpoint", other)
        self.assertEqual((result.code, result.out), (4, ""))
        self.assertRegex(result.err, "^docketd: .*is wrong\n$")

        # Exported twice; then with another key, which both keys introduce.
        export = os.path.join(self.data, "..", os.path.basename(self.data) + ".export")
        try:
            done = docket(*own, "--json", "audit", "export", export, "--payloads").json
            self.assertEqual((done["size"], done["origin"]), (int(size), origin))
            with open(os.path.join(export, "checkpoint"), encoding="utf-8") as file:
                self.assertEqual(file.read(), note)
            self.assertTrue(os.path.exists(os.path.join(export, f"tile/entries/000.p/{size}")))
            self.assertTrue(os.path.exists(os.path.join(export, f"payloads/000.p/{size}")))
            rotated = docket(*own, "--json", "audit", "rotate-key").json
            self.assertNotEqual(rotated["verifier_key"], old["verifier_key"])
            with open(os.path.join(self.data, "checkpoint"), encoding="utf-8") as file:
                self.assertEqual(file.read().count("\u2014 "), 2)
            self.assertEqual(docket(*own, "audit", "export", export).code, 0)
            self.assertEqual(docket(*own, *verify).code, 0)
        finally:
            shutil.rmtree(export, ignore_errors=True)

        # A log of another history, or of yesterday, is not served.
        shutil.rmtree(os.path.join(self.data, "log"))
        shutil.rmtree(os.path.join(self.data, "views"))
        fresh = self.data + ".fresh"
        try:
            docket("--data", fresh, "board", "create", "OPS")
            shutil.copytree(os.path.join(fresh, "log"), os.path.join(self.data, "log"))
            said = self.failure(4, *own, "board", "list")
            self.assertIn("the log is behind the checkpoint", said)
            result = docket(*own, "audit", "verify")
            self.assertEqual((result.code, result.out), (4, ""))
            self.assertIn("events are lost", result.err)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def test_audit_rehearse(self):
        own = ["--data", self.data, "--json"]
        self.assertEqual(docket(*own, "board", "create", "OPS").code, 0)
        self.assertEqual(docket(*own, "ticket", "open", "--board", "OPS", "--title", "x").code, 0)
        self.assertEqual(docket(*own, "ticket", "pull", "OPS").code, 0)
        result = docket(*own, "audit", "rehearse", "--strict")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual((result.json["events"], result.json["decoded"]), (3, 3))
        self.assertEqual(result.json["failures"], [])
        self.assertIn({"type": "TicketPulled", "schema_version": 2, "events": 1, "upcast": False},
                      result.json["types"])
        result = docket("--data", self.data, "audit", "rehearse")
        self.assertIn("This version understands the whole history.", result.out)
        self.assertIn("--data", self.failure(2, "audit", "rehearse"))

    def test_erasing_a_person(self):
        own = ["--data", self.data, "--json"]
        person = docket(*own, "person", "show", "anna").json["person"]
        self.assertEqual((person["recorded"], person["erased"], person["held"]),
                         (False, False, False))
        self.assertEqual(docket(*own, "person", "hold", "anna", "--reason", "case 7").code, 0)
        refused = docket(*own, "person", "erase", "anna", "--reason", "asked for")
        self.assertEqual(refused.code, 1)
        violation = refused.json["refused"]["violations"][0]
        self.assertEqual(violation["code"], "legal-hold-stands")
        self.assertEqual(violation["facts"], {"subject": "anna", "reason": "case 7"})
        self.assertEqual(docket(*own, "person", "lift", "anna", "--reason", "settled").code, 0)
        done = docket(*own, "person", "erase", "anna", "--reason", "asked for").json["done"]
        self.assertEqual((done["subject"], done["version"]), ("anna", 2))
        again = docket(*own, "person", "erase", "anna", "--reason", "asked for")
        self.assertEqual(again.json["refused"]["violations"][0]["code"], "subject-is-erased")
        person = docket(*own, "person", "show", "anna").json["person"]
        self.assertEqual((person["erased"], person["held"]), (True, False))
        self.assertEqual([entry["type"] for entry in person["history"]],
                         ["LegalHoldPlaced", "LegalHoldLifted", "SubjectErased"])
        self.assertEqual(person["history"][2]["text"], "asked for")
        shown = docket("--data", self.data, "person", "show", "anna")
        self.assertTrue(shown.out.startswith("anna was erased"), shown.out)
        self.assertIn("--reason", self.failure(2, "person", "erase", "anna"))

    def test_rotating_the_master_key(self):
        own = ["--data", self.data, "--json"]
        self.assertEqual(docket(*own, "board", "create", "OPS").code, 0)
        file = os.path.join(self.data, "keys", "master.key")
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        with open(file) as opened:
            before = opened.read()
        result = docket(*own, "keys", "rotate")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual((result.json["removed"], result.json["was_interrupted"]), (1, False))
        with open(file) as opened:
            after = opened.read()
        self.assertIn(result.json["master_key"], after)
        self.assertNotIn(before.splitlines()[1], after)
        self.assertEqual(docket(*own, "board", "list").code, 0)
        self.assertIn("--data", self.failure(2, "keys", "rotate"))

        # Without its master key file a data directory is not served, and no new one is made.
        os.rename(file, file + ".away")
        result = docket("--data", self.data, "board", "list")
        self.assertEqual(result.code, 4)
        self.assertIn(file, result.err)
        self.assertFalse(os.path.exists(file))
        # On another medium it is named by the environment.
        elsewhere = environment(DOCKET_MASTER_KEY_FILE=file + ".away")
        self.assertEqual(docket("--data", self.data, "board", "list", env=elsewhere).code, 0)

    def made(self, *arguments):
        result = docket("--json", *arguments)
        self.assertEqual((result.code, result.err), (0, ""), (arguments, result.out))
        return result.json

    def test_backups(self):
        data, backups = os.path.join(self.place, "data"), os.path.join(self.place, "backups")
        server = Server(data)
        try:
            at = ("--server", server.address, "--as", "anna")
            self.made(*at, "board", "create", "AA")
            first = self.made(*at, "backup", "create", backups)
            self.assertFalse(first["keys_included"])
            self.assertEqual((first["backup"]["id"], first["backup"]["head"]), (1, 1))
            head = self.made(*at, "board", "create", "BB")["done"]["position"] + 1
            human = docket(*at, "backup", "create", backups)
            self.assertEqual(human.code, 0, human.err)
            self.assertIn(f"Made backup 2, {head} events, root ", human.out)
            self.assertIn("DATA/keys are not in it", human.out)
            for bad, words in ((os.path.join(data, "in"), "lie in one another"),
                               ("relative", "absolute path"),
                               (data, "lie in one another")):
                refused = docket(*at, "backup", "create", bad)
                self.assertEqual(refused.code, 1, refused.out)
                self.assertIn(words, refused.err)
        finally:
            self.assertEqual(server.stop(), 0)

        third = self.made("--data", data, "backup", "create", os.path.relpath(backups))["backup"]
        self.assertEqual((third["id"], third["head"]), (3, head))
        listed = self.made("backup", "list", backups)["backups"]
        self.assertEqual([(b["id"], b["head"], b["damaged"]) for b in listed],
                         [(1, 1, False), (2, head, False), (3, head, False)])
        self.assertEqual(self.made("backup", "verify", backups)["verified"], third)
        self.assertEqual(self.made("backup", "verify", backups, "--id", "1")["verified"],
                         first["backup"])

        # Restored whole: served like the original, and the same log.
        restored = os.path.join(self.place, "restored")
        report = self.made("backup", "restore", backups, "--to", restored)["restored"]
        self.assertEqual((report["head"], report["root"], report["checkpoint"]),
                         (head, third["root"], None))
        for fact in ("log", "events", "commands", "root"):
            self.assertEqual(self.made("--data", restored, "audit", "verify")[fact],
                             self.made("--data", data, "audit", "verify")[fact])
        boards = self.made("--data", restored, "board", "list")["boards"]
        self.assertEqual([b["key"] for b in boards], ["AA", "BB"])
        again = docket("backup", "restore", backups, "--to", restored)
        self.assertEqual(again.code, 1)
        self.assertIn("is a data directory already", again.err)

        # Restored to a position and to an instant, and compared with a checkpoint.
        checkpoint = os.path.join(self.place, "checkpoint")
        shutil.copy(os.path.join(data, "checkpoint"), checkpoint)
        for number, limit, standing in (
                (1, (), "holds"), (2, ("--at-position", "1"), "behind"),
                (3, ("--as-of", first["backup"]["last_recorded"]), "behind")):
            place = os.path.join(self.place, f"restored{number}")
            report = self.made("backup", "restore", backups, "--to", place, *limit,
                               "--checkpoint", checkpoint)["restored"]
            self.assertEqual(report["checkpoint"], {"size": head, "standing": standing})
            self.assertEqual(report["root"], (first["backup"] if limit else third)["root"])
            boards = self.made("--data", place, "board", "list")["boards"]
            self.assertEqual([b["key"] for b in boards], ["AA"] if limit else ["AA", "BB"])
        with open(checkpoint, encoding="utf-8") as file:
            note = file.read()
        with open(checkpoint, "w", encoding="utf-8") as file:
            file.write(note.replace(f"\n{head}\n", "\n1\n"))
        differs = docket("backup", "restore", backups, "--to", os.path.join(self.place, "other"),
                         "--checkpoint", checkpoint)
        self.assertEqual(differs.code, 4, differs.err)
        self.assertIn("does NOT have the root", differs.out)

        self.assertEqual(self.made("backup", "prune", backups, "--keep", "1")["removed"], [1, 2])
        gone = docket("backup", "verify", backups, "--id", "1")
        self.assertEqual(gone.code, 1)
        self.assertIn("there is no backup 1 in", gone.err)
        tables = os.path.join(backups, "shared_checksum")
        table = os.path.join(tables, sorted(os.listdir(tables))[0])
        with open(table, "r+b") as file:
            file.seek(20)
            byte = file.read(1)[0]
            file.seek(20)
            file.write(bytes([byte ^ 1]))
        damaged = docket("backup", "verify", backups)
        self.assertEqual(damaged.code, 4, damaged.err)
        self.assertIn(os.path.basename(table), damaged.err)
        self.assertEqual(docket("backup", "restore", backups, "--to",
                                os.path.join(self.place, "never")).code, 4)

    def test_backup_mistakes(self):
        nowhere = os.path.join(self.place, "nowhere")
        for arguments, code in ((("backup",), 2), (("backup", "list"), 2),
                                (("backup", "list", nowhere), 1),
                                (("backup", "verify", nowhere), 1),
                                (("backup", "verify", nowhere, "--id", "0"), 2),
                                (("backup", "prune", nowhere), 2),
                                (("backup", "prune", nowhere, "--keep", "0"), 2),
                                (("backup", "restore", nowhere), 2),
                                (("backup", "restore", nowhere, "--to", nowhere + "2"), 1),
                                (("backup", "restore", nowhere, "--to", nowhere + "2",
                                  "--at-position", "1", "--as-of", "2026-01-01T00:00Z"), 2),
                                (("backup", "restore", nowhere, "--to", nowhere + "2",
                                  "--checkpoint", nowhere), 1),
                                (("--data", nowhere, "backup", "create", nowhere + "3"), 1)):
            result = docket(*arguments)
            self.assertEqual(result.code, code, (arguments, result.out, result.err))
            self.assertEqual(result.out, "")
            self.assertTrue(result.err)
        self.assertFalse(os.path.exists(nowhere))

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = self.start_fails("--data", self.data, "--listen", f"127.0.0.1:{port}")
        self.assertEqual(code, 1)
        self.assertIn(str(port), said)

    def test_newer_data_directory(self):
        docket("--data", self.data, "board", "create", "OPS")
        with open(os.path.join(self.data, "VERSION"), "w", encoding="utf-8") as file:
            file.write("999\n")
        said = self.failure(1, "--data", self.data, "board", "list")
        self.assertIn("999", said)

    def test_data_is_a_file(self):
        with open(self.data, "w", encoding="utf-8") as file:
            file.write("no directory")
        self.assertIn(self.data, self.failure(1, "--data", self.data, "board", "list"))

    def test_read_only_place(self):
        # Root may write anywhere but in a file system that is read-only or has no files to make.
        place = "/proc/docket" if os.geteuid() == 0 else os.path.join(self.place, "locked", "data")
        if os.geteuid() != 0:
            os.mkdir(os.path.dirname(place), 0o500)
        self.assertIn(place, self.failure(1, "--data", place, "board", "list"))

    def test_full_output(self):
        docket("--data", self.data, "board", "create", "OPS")
        with open("/dev/full", "wb") as full:
            result = subprocess.run([DOCKET, "--data", self.data, "board", "list"], stdout=full,
                                    stderr=subprocess.PIPE, timeout=SECONDS_MAX,
                                    env=environment())
            changed = subprocess.run(
                [DOCKET, "--data", self.data, "ticket", "open", "--board", "OPS", "--title", "x"],
                stdout=full, stderr=subprocess.PIPE, timeout=SECONDS_MAX, env=environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"standard output", result.stderr)
        self.assertEqual(changed.returncode, 1)
        self.assertEqual(changed.stderr, b"docket: OPS-1 was opened, but the answer could not be "
                                         b"written to standard output\n")

    def test_closed_output(self):
        docket("--data", self.data, "board", "create", "OPS")
        result = subprocess.run(
            ["sh", "-c", '"$@" >&-', "sh", DOCKET, "--data", self.data, "ticket", "open", "--board",
             "OPS", "--title", "x"], stderr=subprocess.PIPE, timeout=SECONDS_MAX, env=environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"OPS-1 was opened, but", result.stderr)

    def test_a_reader_that_goes_ends_a_reading_command_in_silence(self):
        docket("--data", self.data, "board", "create", "OPS")
        for arguments, said in ((["board", "list"], b""),
                                (["ticket", "open", "--board", "OPS", "--title", "x"],
                                 b"docket: OPS-1 was opened, but the answer could not be written "
                                 b"to standard output\n")):
            with self.subTest(arguments):
                read, write = os.pipe()
                os.close(read)
                result = subprocess.run([DOCKET, "--data", self.data, *arguments], stdout=write,
                                        stderr=subprocess.PIPE, timeout=SECONDS_MAX,
                                        env=environment())
                os.close(write)
                self.assertEqual((result.stderr, result.returncode), (said, 1 if said else 0))

    def test_the_servers_end_in_the_middle_is_no_crash(self):
        server = Server(self.data)
        address = server.address
        server.stop()
        self.failure(3, "--server", address, "board", "list")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    DOCKET, DOCKETD = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
