#!/usr/bin/env python3
"""`docket import` against a real server, from end to end.

Usage: import_e2e_test.py BUILD_DIR
A small made-up log is always imported. The real logs are, too, where they are: in DOCKET_SHARED, else
in ../shared beside the source tree. What must come of them is read from the .truth.json beside each.
"""

import collections
import csv
import datetime
import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
import xml.etree.ElementTree
import zoneinfo

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.join(SOURCE, "build")
DOCKET = os.path.join(BUILD, "bin", "docket")
DOCKETD = os.environ.get("DOCKETD", os.path.join(BUILD, "bin", "docketd"))
SHARED = os.environ.get("DOCKET_SHARED", os.path.join(os.path.dirname(SOURCE), "shared"))
PROBLEMS = os.path.join(SHARED, "data/problems/BPI_Challenge_2013_closed_problems.xes.gz")
HELPDESK = os.path.join(SHARED, "data/helpdesk/helpdesk_full.csv.xz")
PROBLEMS_MAP = os.path.join(SOURCE, "docs/examples/bpic13-problems.map.toml")
HELPDESK_MAP = os.path.join(SOURCE, "docs/examples/helpdesk.map.toml")

SMALL_MAP = """[source]
format = "xes"
case = "concept:name"
activity = "concept:name"
time = "time:timestamp"
actor = "org:resource"
state = "concept:name"
type = "problem"
[states]
"Queued" = "Inbox"
"Working" = "In Progress"
"Closed" = "Closed"
"""


def small_log(cases):
    """`cases` traces of three events each."""
    out = ["<log>\n"]
    for case in range(cases):
        out.append(f'<trace><string key="concept:name" value="P-{case}"/>')
        for minute, (state, who) in enumerate(
                [("Queued", "Åsa"), ("Working", "Bo"), ("Closed" if case % 2 else "Queued", "Bo")]):
            out.append(
                f'<event><string key="org:resource" value="{who}"/>'
                f'<string key="concept:name" value="{state}"/>'
                f'<date key="time:timestamp" value="2012-03-01T10:0{minute}:00.500+02:00"/>'
                f'<list key="tags"><string key="tag" value="t{case}"/></list></event>')
        out.append("</trace>\n")
    out.append("</log>\n")
    return "".join(out)


def flat(element):
    """An XES attribute as the history shows it."""
    return (element.tag.split("}")[1], element.get("key"), element.get("value"))


def source_of_problems():
    """Case -> its events, each a list of (type, key, value), read without any code of Docket's."""
    with gzip.open(PROBLEMS) as file:
        log = xml.etree.ElementTree.parse(file).getroot()
    cases = {}
    for trace in log.iter("{http://www.xes-standard.org/}trace"):
        name = next(a.get("value") for a in trace if a.get("key") == "concept:name")
        cases[name] = [[flat(a) for a in event]
                       for event in trace.iter("{http://www.xes-standard.org/}event")]
    return cases


def source_of_help_desk():
    with lzma.open(HELPDESK, "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    cases = collections.defaultdict(list)
    for row in rows[1:]:
        cases[row[0]].append([("string", key, value) for key, value in zip(rows[0], row)])
    return cases


class Server:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [DOCKETD, "--data", os.path.join(self.folder.name, "data"), "--listen", "127.0.0.1:0",
             "--http", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.address = None
        for line in self.process.stdout:
            if self.address is None and "rpc" in line.lower() and "127.0.0.1:" in line:
                self.address = "127.0.0.1:" + "".join(
                    c for c in line.split("127.0.0.1:")[1].split()[0] if c.isdigit())
                break
        if self.address is None:
            raise RuntimeError("docketd did not say where it listens")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        self.folder.cleanup()


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, content):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def command(self, *arguments):
        who = () if "--as" in arguments else ("--as", "tester")
        return [DOCKET, "--server", self.server.address, *who, *arguments]

    def docket(self, *arguments, code=0):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, code=0):
        return json.loads(self.docket("--json", *arguments, code=code).stdout)

    def make_board(self, key):
        self.docket("board", "create", key, "--template", "it-support")

    def counts(self, report):
        return {name: report[name] for name in ("cases", "events", "new", "already_there", "refused")}

    def columns(self, key):
        board = self.json("board", "show", key)["board"]
        return {column["id"]: column["count"] for column in board["columns"] if column["count"]}

    def log_length(self):
        return self.json("info")["info"]["head"]

    def assert_fails(self, code, *parts_and_arguments):
        parts, arguments = parts_and_arguments[0], parts_and_arguments[1:]
        done = self.docket(*arguments, code=code)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertLessEqual(len(done.stderr.strip().splitlines()), 3, done.stderr)

    def test_a_small_log_from_end_to_end(self):
        self.make_board("OPS")
        path = self.write("small.xes.gz", gzip.compress(small_log(20).encode()))
        map_path = self.write("map.toml", SMALL_MAP)
        first = self.json("import", path, "--board", "OPS", "--map", map_path)
        self.assertEqual(self.counts(first),
                         {"cases": 20, "events": 60, "new": 60, "already_there": 0, "refused": 0})
        self.assertEqual(self.columns("OPS"), {"inbox": 10, "closed": 10})
        before = self.docket("--json", "board", "show", "OPS").stdout
        again = self.json("import", path, "--board", "OPS", "--map", map_path)
        self.assertEqual(self.counts(again),
                         {"cases": 20, "events": 60, "new": 0, "already_there": 60, "refused": 0})
        self.assertEqual(self.docket("--json", "board", "show", "OPS").stdout, before)

    def test_history_keeps_every_event(self):
        self.make_board("OPS")
        path = self.write("small.xes", small_log(1))
        self.docket("import", path, "--board", "OPS", "--map", self.write("map.toml", SMALL_MAP))
        text = self.docket("--json", "ticket", "history", "OPS-1").stdout
        places = [text.index(part) for part in ("Åsa", "10:00:00.500+02:00", "10:01:00.500+02:00",
                                                "10:02:00.500+02:00")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(text.count('"tags"'), 3)
        self.assertIn("2012-03-01T08:01:00.5", text)

    def test_broken_rows_are_reported_and_do_not_stop_the_rest(self):
        self.make_board("OPS")
        rows = "Case,What,When\na,go,2012-01-01T00:00:00Z\na,fly,2012-01-01T00:00:00Z\nb,go\nb,go,2012-01-01T00:00:00Z\n"
        path = self.write("rows.csv", rows)
        map_path = self.write("map.toml", "[source]\nformat='csv'\ncase='Case'\nactivity='What'\n"
                                          "time='When'\nstate='What'\n[states]\n'go'='Done'\n")
        refused = os.path.join(self.folder.name, "refused.tsv")
        report = self.json("import", path, "--board", "OPS", "--map", map_path, "--refused", refused,
                           code=1)
        self.assertEqual(self.counts(report),
                         {"cases": 2, "events": 3, "new": 2, "already_there": 0, "refused": 2})
        self.assertEqual(sorted(row["line"] for row in report["refused_rows"]), [3, 4])
        with open(refused, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 3)

    def test_bad_input_is_one_sentence_and_the_right_exit_code(self):
        self.make_board("OPS")
        good_map = self.write("map.toml", SMALL_MAP)
        small = self.write("small.xes", small_log(2))
        head = self.log_length()
        run = ("import", small, "--board", "OPS", "--map")
        self.assert_fails(1, ["no file"], "import", "/none.xes", "--board", "OPS", "--map", good_map)
        self.assert_fails(2, ["--propose-map"], "import", small, "--board", "OPS")
        self.assert_fails(2, ["--board"], "import", small, "--map", good_map)
        self.assert_fails(2, ["'Elsewhere'", "Waiting on Customer"], *run,
                          self.write("bad.toml", SMALL_MAP.replace("In Progress", "Elsewhere")))
        self.assert_fails(2, ["line 8", "'colour'"], *run,
                          self.write("key.toml", SMALL_MAP.replace("[states]", "colour = 1\n[states]")
                                     .replace("type = \"problem\"\n", "")))
        self.assert_fails(1, ["NONE"], "import", small, "--board", "NONE", "--map", good_map)
        self.assert_fails(1, ["neither XES nor CSV"], "import", self.write("x", b"\x7fELF\0\0"),
                          "--board", "OPS", "--map", good_map)
        self.assert_fails(1, ["is cut off", "whole copy"], "import", self.write("y.xes", "<log"),
                          "--board", "OPS", "--map", good_map)
        self.assert_fails(1, ["is no XES: line 1 is not XML"], "import",
                          self.write("not.xes", "Case,What\n"), "--board", "OPS", "--map", good_map)
        self.assert_fails(1, ["is no XES: line 1 is not XML"], "import", "--propose-map",
                          self.write("not.xes", "Case,What\n"))
        self.assert_fails(1, ["is empty"], "import", self.write("empty.xes", ""), "--board", "OPS",
                          "--map", good_map)
        self.assert_fails(1, ["no map"], *run, "/none.toml")
        self.assert_fails(1, ["is a directory"], *run, self.folder.name)
        self.assert_fails(2, ["is empty"], *run, self.write("empty.toml", ""))
        self.assert_fails(1, ["would be refused; nothing was sent"], *run, self.write(
            "few.toml", SMALL_MAP.replace('"Queued" = "Inbox"\n', "")), "--dry-run")
        self.assertEqual(self.log_length(), head)

    def test_outputs_never_overwrite_what_is_read(self):
        self.make_board("OPS")
        map_path = self.write("map.toml", SMALL_MAP)
        small = self.write("small.xes", small_log(2))
        link = os.path.join(self.folder.name, "link")
        os.symlink(small, link)
        run = ("import", small, "--board", "OPS", "--map", map_path)
        for refused in (small, link, map_path):
            self.assert_fails(2, ["--refused", "overwrite"], *run, "--dry-run", "--refused", refused)
        self.assert_fails(2, ["overwrite"], "import", small, "--propose-map", "-o", small)
        self.assert_fails(2, ["is there already; remove it or name another"], "import", small,
                          "--propose-map", "-o", map_path)
        with open(small, encoding="utf-8") as file:
            self.assertEqual(file.read(), small_log(2))
        with open(map_path, encoding="utf-8") as file:
            self.assertEqual(file.read(), SMALL_MAP)

    def test_refusals_are_json_documents(self):
        map_path = self.write("map.toml", SMALL_MAP)
        small = self.write("small.xes", small_log(2))
        refused = self.json("import", small, "--board", "NONE", "--map", map_path, code=1)
        self.assertEqual(refused["refused"]["violations"][0]["code"], "unknown-board")
        refused = self.json("simulate", "--board", "no key", code=1)
        self.assertEqual(refused["refused"]["violations"][0]["code"], "field-invalid")

    def test_a_lost_connection_leaves_counts_that_add_up(self):
        self.make_board("OPS")
        path = self.write("many.xes", small_log(10000))
        arguments = ("--json", "import", path, "--board", "OPS", "--map",
                     self.write("map.toml", SMALL_MAP))
        process = subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        start = self.log_length()
        while self.log_length() < start + 400 and process.poll() is None:
            time.sleep(0.001)
        self.server.process.kill()
        out, error = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 3, error)
        self.assertIn("run the same command again, nothing is done twice", error)
        report = json.loads(out)
        self.assertGreater(report["outcome_unknown"], 0)
        self.assertEqual(report["events"], sum(report[name] for name in (
            "new", "already_there", "refused", "skipped", "outcome_unknown")))

    def test_another_person_is_told_who_continues_an_import(self):
        self.make_board("OPS")
        arguments = ("import", self.write("small.xes", small_log(2)), "--board", "OPS", "--map",
                     self.write("map.toml", SMALL_MAP))
        self.docket(*arguments)
        rows = self.json("--as", "colleague", *arguments, code=1)["refused_rows"]
        self.assertIn("by the person who began it (--as NAME)", rows[0]["reason"])
        self.assertNotIn("--as NAME", rows[1]["reason"])

    def test_an_interrupted_import_is_finished_by_a_second_run(self):
        path = self.write("many.xes", small_log(10000))
        map_path = self.write("map.toml", SMALL_MAP)
        self.interrupt_and_repeat(path, map_path)

    def test_an_import_that_is_terminated_is_finished_by_a_second_run(self):
        path = self.write("many.xes", small_log(10000))
        self.interrupt_and_repeat(path, self.write("map.toml", SMALL_MAP), signal.SIGTERM, 143)

    def interrupt_and_repeat(self, path, map_path, end=signal.SIGINT, code=130):
        self.make_board("OPS")
        arguments = ("import", path, "--board", "OPS", "--map", map_path)
        process = subprocess.Popen(self.command("--json", *arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        start = self.log_length()
        # Half way by what the log holds, not by the clock.
        while self.log_length() < start + 400 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(end)
        out, error = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, error)
        stopped = json.loads(out)
        self.assertTrue(stopped["stopped"])
        self.assertIn("again", error)
        self.assertGreater(stopped["new"], 0)
        finished = self.json(*arguments)
        self.assertEqual(finished["already_there"], stopped["new"])
        interrupted = self.docket("--json", "board", "show", "OPS").stdout
        other = Server()
        self.addCleanup(other.stop)
        self.server, first = other, self.server
        self.make_board("OPS")
        whole = self.json(*arguments)
        self.assertEqual(whole["new"], finished["new"] + stopped["new"])
        self.assertEqual(self.docket("--json", "board", "show", "OPS").stdout, interrupted)
        self.server = first

    def hold_histories_against(self, cases, actor_key, events):
        """Every event of a spread of cases: its order, own time, actor and attributes."""
        names = list(cases)
        self.assertEqual(sum(len(cases[name]) for name in names), events)
        chosen = names[::max(1, len(names) // 120)] + [max(names, key=lambda name: len(cases[name]))]
        for name in chosen:
            # Tickets are numbered in the order in which the source's cases begin.
            entries = self.json("ticket", "history", f"REAL-{names.index(name) + 1}")["entries"]
            shown = [entry for entry in entries if entry["imported"]]
            self.assertEqual(len(entries), len(shown) + 1)
            self.assertEqual(len(shown), len(cases[name]), name)
            for number, (entry, event) in enumerate(zip(shown, cases[name])):
                values = {key: value for _, key, value in event}
                self.assertEqual(entry["sequence"], number)
                self.assertEqual(entry["source_actor"], values[actor_key])
                kept = sorted((a["type"], a["key"].split("#")[0], a["value"])
                              for a in entry["foreign"])
                self.assertEqual(kept, sorted(event), (name, number))
                self.assertEqual(entry["occurred_at"], self.instant(values))

    @staticmethod
    def instant(values):
        """The source's time, in UTC, as the history prints it."""
        if "time:timestamp" in values:
            time_ = datetime.datetime.fromisoformat(values["time:timestamp"])
        else:
            time_ = datetime.datetime.strptime(values["Complete Timestamp"], "%Y/%m/%d %H:%M:%S.%f")
            time_ = time_.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Rome"))
        return time_.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @staticmethod
    def column_id(target):
        """Of a board made from the it-support template."""
        if isinstance(target, dict):
            return {"team": "requires-further-support",
                    "customer": "waiting-on-customer"}[target["waits_for"]]
        return target.lower().replace(" ", "-")

    def import_real(self, path, map_path, final_key):
        if not os.path.exists(path):
            print(f"SKIPPED: {path} is not here; set DOCKET_SHARED to where the real logs are")
            self.skipTest("no real log")
        with open(path.rsplit(".", 2)[0] + ".truth.json", encoding="utf-8") as file:
            truth = json.load(file)
        with open(map_path, "rb") as file:
            states = tomllib.load(file)["states"]
        self.make_board("REAL")
        report = self.json("import", path, "--board", "REAL", "--map", map_path)
        events = truth["events"]
        self.assertEqual(self.counts(report), {"cases": truth["cases"], "events": events,
                                               "new": events, "already_there": 0, "refused": 0})
        expected = collections.Counter()
        for state, count in truth[final_key].items():
            expected[self.column_id(states[state])] += count
        self.assertEqual(self.columns("REAL"), dict(expected))
        again = self.json("import", path, "--board", "REAL", "--map", map_path)
        self.assertEqual((again["new"], again["already_there"]), (0, events))
        return events

    def test_the_real_problem_log(self):
        events = self.import_real(PROBLEMS, PROBLEMS_MAP, "cases_per_final_status")
        self.hold_histories_against(source_of_problems(), "org:resource", events)

    def test_the_real_help_desk_log(self):
        with open(HELPDESK_MAP, encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 40)
        events = self.import_real(HELPDESK, HELPDESK_MAP, "cases_per_final_status")
        self.hold_histories_against(source_of_help_desk(), "Resource", events)

    def test_proposed_maps_of_the_real_logs_import_every_event(self):
        for key, path in (("PA", PROBLEMS), ("PB", HELPDESK)):
            if not os.path.exists(path):
                print(f"SKIPPED: {path} is not here")
                self.skipTest("no real log")
            with open(path.rsplit(".", 2)[0] + ".truth.json", encoding="utf-8") as file:
                truth = json.load(file)
            self.make_board(key)
            proposed = os.path.join(self.folder.name, key + ".toml")
            self.docket("import", path, "--board", key, "--propose-map", "-o", proposed)
            report = self.json("import", path, "--board", key, "--map", proposed)
            self.assertEqual((report["new"], report["refused"]), (truth["events"], 0))

    def test_a_simulated_desk_is_repeatable(self):
        arguments = ("simulate", "--board", "SIM", "--seed", "3", "--days", "14", "--until",
                     "2025-03-05T15:00:00Z")
        first = self.json(*arguments)
        self.assertGreater(first["new"], 500)
        head = self.log_length()
        again = self.json(*arguments)
        self.assertEqual((again["new"], again["already_there"]), (0, first["new"]))
        self.assertEqual(self.log_length(), head)
        self.assert_fails(1, ["not of this simulation"], "simulate", "--board", "SIM", "--seed", "4")


if __name__ == "__main__":
    unittest.main()
