#!/usr/bin/env python3
"""What `docket import` makes of a source's people, teams, tiers, waiting and reopenings.

Usage: import_model_e2e_test.py BUILD_DIR
A made-up table is always imported; the real logs are, too, where they are (DOCKET_SHARED, else ../shared
beside the source tree). What a ticket must show is worked out here from the sources, without any code
of Docket's, and held against the .truth.json beside each.
"""

import collections
import hashlib
import json
import os
import re
import sys
import tomllib
import unittest

sys.dont_write_bytecode = True
import import_e2e_test as imports  # its server, and where things are  # noqa: E402

MAP = """[source]
format = "csv"
case = "Case"
activity = "What"
time = "When"
state = "What"
assignee = "Who"
team = "Team"
tier = "Team"
[states]
"New" = "Inbox"
"Work" = "In Progress"
"Wait - User" = { waits_for = "customer" }
"Wait - Other" = { waits_for = "team" }
"Solved" = "Done"
[people]
"Ann Smith" = "u4711"
"Unassigned" = ""
[teams]
"!DO NOT USE!" = ""
[tiers]
"* 3rd" = 3
"* 2nd" = 2
"V1" = 1
"""

ROWS = """Case,What,When,Who,Team
a,New,2012-01-01T00:00:00Z,,
a,Work,2012-01-01T01:00:00Z,Ann Smith,V1
a,Wait - User,2012-01-01T02:00:00Z,,V5 2nd
b,New,2012-01-01T00:00:00Z,bo.k@example,V1
b,Solved,2012-01-01T01:00:00Z,Åsa Berg,V1 3rd
b,Work,2012-01-01T02:00:00Z,Unassigned,Other
b,Solved,2012-01-01T03:00:00Z,,
b,Wait - Other,2012-01-01T04:00:00Z,,
c,Work,2012-01-01T00:00:00Z,Åsa Berg,V1 3rd
c,Work,2012-01-01T01:00:00Z,Åsa Berg,!DO NOT USE!
"""

ROUND_THE_CLOCK = """id = "always"
time_zone = "UTC"
[weekly_hours]
mon-sun = ["00:00-24:00"]
"""

GOLD = """id = "gold"
calendar = "always"
[promises]
resolution = { within = "1h" }
"""

CHANGES = ("assignments", "team_changes", "tier_changes", "reopenings")


def digest(kind, value):
    return hashlib.sha256(f"docket-import-{kind}/1\0{value}".encode()).hexdigest()[:20]


def person_id(name, pseudonyms):
    if not pseudonyms and re.fullmatch(r"[A-Za-z0-9._@+-]{1,100}", name):
        return name
    return "p-" + digest("person", name)


def team_id(name):
    return "".join(c if re.fullmatch(r"[A-Za-z0-9._@+-]", c) else "-" if c == " " else
                   "".join(f"+{byte:02X}" for byte in c.encode()) for c in name)


def line_of(team):
    """The tier that is a suffix of a team's name, as the truth file defines it: none is the first."""
    return 3 if team.endswith(" 3rd") else 2 if team.endswith(" 2nd") else 1


def changes(values):
    return sum(before != after for before, after in zip(values, values[1:]))


def reopenings(states, finished):
    return sum(before in finished and after not in finished
               for before, after in zip(states, states[1:]))


class ImportedModelTest(imports.ImportTest):
    def shown(self, ticket):
        ticket = self.json("ticket", "show", ticket)["ticket"]
        return tuple(ticket[name] for name in
                     ("column", "assignee", "team", "tier", "reopen_count"))

    def changes_in(self, report):
        return {name: report[name] for name in CHANGES}

    def test_the_map_says_whose_a_ticket_is(self):
        self.make_board("OPS")
        run = ("import", self.write("rows.csv", ROWS), "--board", "OPS", "--map",
               self.write("map.toml", MAP))
        expected = {"assignments": 4, "team_changes": 3, "tier_changes": 2, "reopenings": 2}
        self.assertEqual(self.changes_in(self.json(*run, "--dry-run")), expected)
        self.assertEqual(self.changes_in(self.json(*run)), expected)
        self.assertEqual(self.changes_in(self.json(*run)), expected)
        åsa = person_id("Åsa Berg", False)
        self.assertTrue(åsa.startswith("p-"))
        self.assertEqual(self.shown("OPS-1"), ("waiting-on-customer", "u4711", "V5-2nd", 2, 0))
        self.assertEqual(self.shown("OPS-2"), ("requires-further-support", "", "Other", 3, 2))
        self.assertEqual(self.shown("OPS-3"), ("in-progress", åsa, "", 3, 0))
        entries = self.json("ticket", "history", "OPS-2")["entries"]
        kept = [attribute["value"] for entry in entries for attribute in entry["foreign"]]
        for verbatim in ("Åsa Berg", "V1 3rd", "bo.k@example"):
            self.assertIn(verbatim, kept)
        table = os.path.join(self.folder.name, "back.csv")
        self.docket("export", "--format", "csv", "--board", "OPS", "-o", table)
        with open(table, encoding="utf-8", newline="") as file:
            self.assertEqual(file.read(), ROWS)

    def test_teams_that_would_be_one_are_refused_and_keep_their_number(self):
        self.make_board("OPS")
        path = self.write("rows.csv", "Case,What,When,Who,Team\n"
                          "a,New,2012-01-01T00:00:00Z,,V5 2nd\na,Work,2012-01-01T01:00:00Z,,V5-2nd\n"
                          "a,Solved,2012-01-01T02:00:00Z,,V5 2nd\n")
        report = self.json("import", path, "--board", "OPS", "--map", self.write("m.toml", MAP), code=1)
        self.assertEqual((report["new"], report["refused"]), (2, 1))
        self.assertIn("[teams]", report["refused_rows"][0]["reason"])
        mended = self.write("n.toml", MAP.replace("[teams]", '[teams]\n"V5-2nd" = "V5-other"'))
        again = self.json("import", path, "--board", "OPS", "--map", mended)
        self.assertEqual((again["new"], again["already_there"]), (1, 2))

    def test_an_import_sets_off_no_rule_and_no_promise(self):
        self.make_board("OPS")
        for name, column, *action in (("own", "In Progress", "--team", "network"),
                                      ("check", "Inbox", "--check", "Is it new?"),
                                      ("back", "Done", "--move-to", "Follow-Up")):
            self.docket("board", "rule", "set", "OPS", name, "--on", column, *action)
        self.docket("calendar", "set", self.write("hours.toml", ROUND_THE_CLOCK))
        self.docket("promise-policy", "set", self.write("gold.toml", GOLD))
        head = self.log_length()
        report = self.json("import", self.write("rows.csv", ROWS), "--board", "OPS", "--map",
                           self.write("map.toml", MAP))
        # An event each, and one more that opens each ticket.
        self.assertEqual(self.log_length(), head + report["new"] + report["cases"])
        # The same rules and promises do hold for the desk's own work, which also makes the server
        # look at what is due.
        self.docket("ticket", "open", "--board", "OPS", "--title", "Printer")
        own = {entry["type"] for entry in self.json("ticket", "history", "OPS-4")["entries"]}
        self.assertLessEqual({"TicketOpened", "CheckAdded", "PromiseMade"}, own)
        table = os.path.join(self.folder.name, "all.jsonl")
        self.docket("export", "--format", "jsonl", "--board", "OPS", "-o", table)
        with open(table, encoding="utf-8") as file:
            entries = [json.loads(line) for line in file]
        imported = [entry for entry in entries if entry["external_key"]]
        self.assertEqual(collections.Counter(entry["type"] for entry in imported),
                         {"TicketOpened": report["cases"], "HistoryRecorded": report["new"]})
        self.assertEqual(self.shown("OPS-2"), ("requires-further-support", "", "Other", 3, 2))
        self.assertEqual(self.json("ticket", "show", "OPS-2")["ticket"]["promises"], [])

    def source(self, path, read):
        if not os.path.exists(path):
            print(f"SKIPPED: {path} is not here; set DOCKET_SHARED to where the real logs are")
            self.skipTest("no real log")
        with open(path.rsplit(".", 2)[0] + ".truth.json", encoding="utf-8") as file:
            truth = json.load(file)
        return {case: [{key: value for _, key, value in event} for event in events]
                for case, events in read().items()}, truth

    def hold(self, cases, truth, report, keys):
        """`keys`: of assignee, team and tier; then the state of an event and those that are over."""
        person, team, line, state, finished = keys
        dimension = truth["dimension"]
        self.assertEqual(report["assignments"],
                         dimension[person[1]]["handoffs_total"] + truth["cases"])
        self.assertEqual(report["team_changes"], dimension[team[1]]["handoffs_total"])
        self.assertEqual(report["tier_changes"],
                         dimension[line]["handoffs_total"] if line else 0)
        expected = [reopenings([state(event) for event in events], finished)
                    for events in cases.values()]
        self.assertEqual(report["reopenings"], sum(expected))
        names = list(cases)
        # Every case that was reopened, and a spread of the others.
        chosen = set(range(0, len(names), max(1, len(names) // 100)))
        chosen.update(number for number, count in enumerate(expected) if count)
        counts = collections.Counter()
        for number in sorted(chosen):
            last = cases[names[number]][-1]
            _, assignee, its_team, tier, reopened = self.shown(f"REAL-{number + 1}")
            self.assertEqual(assignee, person_id(last[person[0]], person[2]), names[number])
            self.assertEqual(its_team, team_id(last[team[0]]), names[number])
            self.assertEqual(tier, line_of(last[team[0]]) if line else 1, names[number])
            self.assertEqual(reopened, expected[number], names[number])
            counts[str(reopened)] += 1
        counts["0"] += len(names) - len(chosen)
        return counts

    def test_the_real_problem_log(self):
        cases, truth = self.source(imports.PROBLEMS, imports.source_of_problems)
        self.make_board("REAL")
        report = self.json("import", imports.PROBLEMS, "--board", "REAL", "--map",
                           imports.PROBLEMS_MAP)
        counts = self.hold(cases, truth, report, (
            ("org:resource", "org:resource", True), ("organization involved", "support_team"),
            "support_line", lambda event: event["concept:name"], {"Completed"}))
        of_truth = truth["reopen"]["Completed (any sub-status)"]
        self.assertEqual(report["reopenings"], of_truth["reopenings"])
        self.assertEqual(dict(counts), of_truth["per_case_distribution"])

    def test_the_real_help_desk_log(self):
        cases, truth = self.source(imports.HELPDESK, imports.source_of_help_desk)
        with open(imports.HELPDESK_MAP, "rb") as file:
            states = tomllib.load(file)["states"]
        self.make_board("REAL")
        report = self.json("import", imports.HELPDESK, "--board", "REAL", "--map",
                           imports.HELPDESK_MAP)
        finished = {state for state, column in states.items() if column in ("Done", "Closed")}
        self.hold(cases, truth, report, (
            ("Resource", "Resource", False), ("workgroup", "workgroup"), None,
            lambda event: event["Activity"], finished))
        # The truth's sets of closed states are smaller than the map's: the way of counting is the same.
        for of_truth in truth["reopen"].values():
            counted = sum(reopenings([event["Activity"] for event in events],
                                     set(of_truth["closed_set"])) for events in cases.values())
            self.assertEqual(counted, of_truth["reopenings"])


def load_tests(loader, _, __):
    """Not those of the class that it builds on."""
    names = [name for name in loader.getTestCaseNames(ImportedModelTest)
             if name in vars(ImportedModelTest)]
    return unittest.TestSuite(ImportedModelTest(name) for name in names)


if __name__ == "__main__":
    unittest.main()
