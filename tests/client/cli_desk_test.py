#!/usr/bin/env python3
"""The `docket` program against a real server: how a desk works together. Hand-overs, approvals,
checks, promises, limits, rules and roles.

Usage: cli_desk_test.py DOCKET DOCKETD [unittest options]
"""

import os
import sys
import unittest

import cli_test
from cli_test import DocketTest

EXAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "examples")

ALWAYS = """
id = "always"
time_zone = "UTC"
[weekly_hours]
mon-sun = ["00:00-24:00"]
"""


class Desk(DocketTest):
    def as_(self, person, *arguments):
        """The JSON of a command that another person gives."""
        result = cli_test.docket("--server", self.server.address, "--as", person, "--json",
                                 *arguments)
        self.assertEqual(result.code, 0, (arguments, result.out, result.err))
        return result.json

    def text(self, *arguments, **more):
        """What a person reads of a command that must go well."""
        result = self.run_docket(*arguments, **more)
        self.assertEqual((result.code, result.err), (0, ""), arguments)
        return result.out

    def codes(self, *arguments):
        """The codes of all violations of a command that must be refused."""
        result = self.run_docket("--json", *arguments)
        self.assertEqual(result.code, 1, (arguments, result.out, result.err))
        return [violation["code"] for violation in result.json["refused"]["violations"]]

    def shown(self, ticket):
        return self.done("ticket", "show", ticket)["ticket"]


class HandOver(Desk):
    def test_a_ticket_is_offered_taken_and_returned(self):
        ops, dev = self.board(), self.board("--template", "development")
        ticket = self.ticket(ops)
        self.done("ticket", "move", ticket, "in-progress")
        self.done("ticket", "offer", ticket, dev, "--reason", "A defect")
        self.assertEqual([o["ticket"] for o in self.done("board", "inbox", dev)["offers"]],
                         [ticket])
        self.assertIn(f"docket ticket accept TICKET --board {dev}",
                      self.text("board", "inbox", dev))
        offer = self.shown(ticket)["offers"][0]
        self.assertEqual((offer["to"], offer["reason"]), (dev, "A defect"))
        self.assertIn(f"offered to  {dev} for", self.text("ticket", "show", ticket))

        self.done("ticket", "accept", ticket, "--board", dev, "--agent", "carl")
        self.assertEqual(self.done("board", "inbox", dev)["offers"], [])
        self.assertIn("Nothing is offered", self.text("board", "inbox", dev))
        guest = self.shown(ticket)["guests"][0]
        self.assertEqual((guest["board"], guest["column"], guest["assignee"]),
                         (dev, "backlog", "carl"))
        self.assertIn(f"guest from {ops}", self.text("board", "show", dev))
        self.done("ticket", "move", ticket, "Plan", "--board", dev)
        self.done("ticket", "assign", ticket, "dora", "--board", dev)
        self.assertIn(f"guest on    {dev}: plan (active) for now, dora has it",
                      self.text("ticket", "show", ticket))

        self.done("ticket", "return", ticket, "--board", dev, "--reason", "Fixed")
        self.assertEqual(self.shown(ticket)["guests"], [])
        self.assertEqual(self.codes("ticket", "return", ticket, "--board", dev, "--reason", "x"),
                         ["no-hand-over"])


class Gates(Desk):
    def test_an_emergency_change_needs_two_approvals(self):
        key = self.board()
        ticket = self.ticket(key, "Replace the core switch", "--type", "change", "--change-kind",
                             "emergency", "--requester", "anna")
        self.assertEqual(self.codes("ticket", "move", ticket, "in-progress"),
                         ["approval-missing"])
        ask = ["ticket", "request-approval", ticket, "--question", "Now?", "--approver", "carl",
               "--approver", "dora"]
        self.assertEqual(self.codes(*ask, "--approver", "anna"), ["field-invalid"])
        self.done(*ask)
        approval = self.shown(ticket)["approvals"][0]
        self.assertEqual((approval["number"], approval["needed"], approval["state"]),
                         (1, 2, "open"))
        self.assertEqual(set(self.codes("ticket", "approve", ticket, "1")), {"not-an-approver"})
        self.as_("carl", "ticket", "approve", ticket, "1", "--note", "Go")
        self.assertIn("open      1 of 2 approvals; asked: ", self.text("ticket", "show", ticket))
        self.as_("dora", "ticket", "approve", ticket, "1")
        self.assertEqual(self.shown(ticket)["approvals"][0]["state"], "granted")
        self.done("ticket", "move", ticket, "in-progress")

    def test_a_rejection_and_what_it_leads_to(self):
        ticket = self.ticket(self.board(), "Patch", "--type", "change", "--change-kind", "normal")
        self.done("ticket", "request-approval", ticket, "--question", "Tonight?", "--approver",
                  "carl")
        self.as_("carl", "ticket", "reject", ticket, "1", "--note", "Not before the audit")
        self.assertEqual(self.shown(ticket)["approvals"][0]["state"], "rejected")
        self.assertEqual(self.codes("ticket", "move", ticket, "in-progress"),
                         ["approval-missing"])

    def test_checks_hold_a_ticket_up_until_they_are_done(self):
        ticket = self.ticket(self.board())
        self.done("ticket", "move", ticket, "in-progress")
        self.done("ticket", "check", "add", ticket, "Tell the users")
        self.done("ticket", "check", "add", ticket, "Write it up", "--optional")
        resolve = ["ticket", "resolve", ticket, "--resolution", "New cable", "--kind", "fix"]
        self.assertEqual(self.codes(*resolve), ["checks-open"])
        self.done("ticket", "check", "done", ticket, "1")
        self.done(*resolve)
        shown = self.shown(ticket)
        self.assertEqual([check["done"] for check in shown["checks"]], [True, False])
        self.assertEqual(shown["resolution_kind"], "fix")
        self.done("ticket", "rate", ticket, "4")
        self.assertIn("rated       4 of 5", self.text("ticket", "show", ticket))
        self.done("ticket", "close", ticket)
        self.assertEqual(self.shown(ticket)["category"], "closed")


class Facets(Desk):
    def test_classify_edit_link_split_cancel(self):
        key = self.board()
        self.done("service", "set", "vpn", "--name", "VPN", "--team", "network")
        ticket = self.ticket(key, "VPN drops", "--priority", "p2", "--label", "vpn", "--label",
                             "remote", "--service", "vpn", "--customer", "ACME", "--team",
                             "network", "--due", "2030-01-01T00:00Z")
        self.done("ticket", "escalate", ticket, "2")
        self.done("ticket", "classify", ticket, "--type", "problem", "--impact", "high",
                  "--remove-label", "remote", "--no-customer")
        self.done("ticket", "edit", ticket, "--title", "VPN drops hourly", "--no-due",
                  "--requester", "eve")
        self.done("ticket", "assign", ticket, "--no-team")
        shown = self.shown(ticket)
        self.assertEqual([shown[field] for field in
                          ("type", "impact", "priority", "labels", "customer", "service", "title",
                           "due", "requester", "team")],
                         ["problem", "high", "p2", ["vpn"], "", "vpn", "VPN drops hourly", None,
                          "eve", ""])
        other = self.ticket(key)
        self.done("ticket", "link", ticket, "causes", other)
        self.assertEqual(self.shown(other)["links"],
                         [{"kind": "causes", "other": ticket, "outgoing": False}])
        self.assertIn(f"is caused by {ticket}", self.text("ticket", "show", other))
        self.done("ticket", "unlink", ticket, "causes", other)
        self.done("ticket", "split", other, "One", "Two")
        self.assertEqual([link["other"] for link in self.shown(other)["links"]],
                         [f"{key}-3", f"{key}-4"])
        self.done("ticket", "cancel", f"{key}-4", "--reason", "Not needed")
        self.assertTrue(self.shown(f"{key}-4")["cancelled"])
        self.done("ticket", "commit", f"{key}-3")
        self.assertTrue(self.shown(f"{key}-3")["committed_at"])
        self.done("ticket", "contact", f"{key}-3", "phone", "--summary", "They called")
        self.assertEqual(self.shown(f"{key}-3")["contact_count"], 1)


class Promises(Desk):
    def test_a_promise_is_made_shown_and_made_otherwise(self):
        self.done("calendar", "set", "-", stdin=ALWAYS.encode())
        key = self.board()
        policy = (f'id = "quick"\ncalendar = "always"\n[for]\nboard = "{key}"\n'
                  '[promises.resolution]\nwithin = "4h"\n')
        self.done("promise-policy", "set", "-", stdin=policy.encode())
        ticket = self.ticket(key)
        promise = self.shown(ticket)["promises"][0]
        self.assertEqual([promise[field] for field in
                          ("kind", "policy", "calendar", "target_seconds", "target_today_seconds",
                           "readable", "missed", "missed_by_policy_of_today")],
                         ["resolution", "quick", "always", 14400, 14400, True, False, False])
        self.assertRegex(self.text("ticket", "show", ticket),
                         r"resolution  running  \d+ s of 4 h, due 20\d\d-")
        self.done("ticket", "recommit", ticket, "resolution", "8h 30min", "--reason", "A part")
        promise = self.shown(ticket)["promises"][0]
        self.assertEqual((promise["target_seconds"], promise["first_target_seconds"]),
                         (30600, 14400))
        text = self.text("ticket", "show", ticket)
        self.assertIn("of 8 h 30 min, due", text)
        self.assertIn("first promised: 4 h", text)
        self.assertIn("by the policies of today, 4 h: not missed", text)
        self.assertEqual(self.codes("ticket", "recommit", ticket, "supplier", "1h", "--reason",
                                    "x"), ["no-promise"])

    def test_what_is_shown_is_the_file_that_makes_it(self):
        for kind, name in (("calendar", "office-hours"), ("promise-policy", "gold")):
            with self.subTest(kind):
                self.done(kind, "set", os.path.join(EXAMPLES, name + ".toml"))
                shown = self.text(kind, "show", name)
                self.assertTrue(shown.startswith("# version 0\n"), shown)
                result = self.run_docket("--json", kind, "set", "-", stdin=shown.encode())
                self.assertEqual(result.json["refused"]["violations"][0]["code"],
                                 "nothing-to-change", result.out)
                self.assertIn(name, self.text(kind, "list"))
                version = self.done(kind, "show", name)[kind.replace("-", "_")]["version"]
                self.assertEqual(version, 0)
        self.refused("unknown-calendar", "calendar", "show", "never")

    def test_mistakes_in_files(self):
        for text, code, said in ((b"id = ", 1, "'-', line 1: "),
                                 (b'id = "x"\nzone = "UTC"\n', 2, "there is no 'zone' here"),
                                 (b"", 2, "'id' is missing")):
            with self.subTest(text):
                result = self.run_docket("calendar", "set", "-", stdin=text)
                self.assertEqual((result.code, result.out), (code, ""))
                self.assertIn(said, result.err)
                self.assertEqual(result.err.count("\n"), 1)
        result = self.run_docket("calendar", "set", "/nowhere/at-all.toml")
        self.assertEqual(result.code, 1)
        self.assertIn("cannot read the file '/nowhere/at-all.toml'", result.err)

    def test_a_service_keeps_what_is_not_given(self):
        self.done("service", "set", "e-mail", "--name", "E-mail", "--team", "messaging")
        self.done("service", "set", "e-mail", "--supplier", "Post Ltd")
        self.assertEqual(self.done("service", "show", "e-mail")["service"],
                         {"id": "e-mail", "version": 1, "name": "E-mail", "team": "messaging",
                          "supplier": "Post Ltd"})
        self.assertIn("Post Ltd", self.text("service", "show", "e-mail"))


class Boards(Desk):
    def test_limits_by_scope(self):
        key = self.board()
        scopes = (["in-progress"], ["--lane", "standard"], ["in-progress", "--lane", "standard"],
                  ["--person", "ben"], ["--each-person"], ["--type", "incident"],
                  ["--class", "standard"], ["--board"])
        for number, scope in enumerate(scopes):
            self.done("board", "limit", key, *scope, str(number + 1))
        limits = {limit["on"]: limit["limit"]
                  for limit in self.done("board", "rules", key)["rules"]["limits"]}
        self.assertEqual(limits, {"column": 1, "lane": 2, "cell": 3, "person": 4,
                                  "each-person": 5, "type": 6, "class": 7, "board": 8})
        self.done("ticket", "move", self.ticket(key), "in-progress")
        other = self.ticket(key)
        self.assertEqual(self.codes("ticket", "move", other, "in-progress"),
                         ["wip-limit-reached"])
        self.done("board", "limit", key, "in-progress", "none")
        self.done("board", "limit", key, "--lane", "standard", "1")
        violation = self.refused("wip-limit-reached", "ticket", "move", other, "in-progress")
        self.assertIn(f"docket board limit {key} --lane standard 2", violation["way_out"])
        for wrong in (["3"], ["--board", "--lane", "standard", "3"],
                      ["in-progress", "--board", "3"], ["--board", "some"], ["--board"]):
            with self.subTest(wrong):
                self.assertEqual(self.run_docket("board", "limit", key, *wrong).code, 2)

    def test_a_policy_keeps_what_is_not_given(self):
        key = self.board()
        self.done("board", "policy", key, "--override", "never", "--reserve", "type=incident:2",
                  "--reserve", "class=expedite:1", "--intangible", "1/5")
        self.done("board", "policy", key, "--fixed-date-lead", "2d", "--expedite-limit", "3")
        self.assertEqual(self.done("board", "rules", key)["rules"]["policy"],
                         {"allows_override": False, "expedite_limit": 3,
                          "reservations": [{"type": "incident", "class": "", "cards": 2},
                                           {"type": "", "class": "expedite", "cards": 1}],
                          "intangible_min": 1, "intangible_of": 5,
                          "fixed_date_lead_seconds": 172800})
        self.done("board", "policy", key, "--reserve", "none", "--intangible", "none")
        policy = self.done("board", "rules", key)["rules"]["policy"]
        self.assertEqual((policy["reservations"], policy["intangible_of"],
                          policy["expedite_limit"]), ([], 0, 3))
        stale = self.run_docket("--json", "board", "policy", key, "--override", "allowed",
                                "--expect", "0").json
        self.assertEqual(stale["refused"]["violations"][0]["code"], "version-moved-on")
        self.assertEqual(self.run_docket("board", "policy", key).code, 2)

    def test_columns_and_lanes(self):
        key = self.board("--template", "basic")
        self.done("board", "column", "add", key, "Review", "--category", "active", "--limit", "2",
                  "--at", "3")
        self.done("board", "column", "change", key, "review", "--name", "Peer review",
                  "--category", "waiting", "--waits-for", "team")
        columns = self.done("board", "show", key)["board"]["columns"]
        self.assertEqual([column["id"] for column in columns],
                         ["to-do", "doing", "review", "done"])
        self.assertEqual((columns[2]["name"], columns[2]["wip_limit"], columns[2]["waits_for"]),
                         ("Peer review", 2, "team"))
        self.done("board", "column", "move", key, "review", "2")
        columns = self.done("board", "show", key)["board"]["columns"]
        self.assertEqual(columns[1]["id"], "review")
        self.done("board", "column", "remove", key, "review")
        self.done("board", "lane", "add", key, "Urgent", "--class", "expedite")
        self.done("board", "lane", "add", key, "Rest", "--class", "standard", "--at", "1")
        self.done("board", "lane", "change", key, "rest", "--class", "standard", "--class",
                  "intangible")
        self.done("board", "lane", "move", key, "urgent", "1")
        self.assertEqual(self.done("board", "rules", key)["rules"]["lanes"],
                         [{"id": "urgent", "name": "Urgent", "classes": ["expedite"]},
                          {"id": "rest", "name": "Rest", "classes": ["standard", "intangible"]}])
        self.done("board", "lane", "remove", key, "urgent")
        self.assertEqual(len(self.done("board", "rules", key)["rules"]["lanes"]), 1)

    def test_rules_roles_and_lint(self):
        ops, dev = self.board(), self.board("--template", "development")
        self.done("board", "rule", "set", ops, "ask-dev", "--on", "Requires Further Support",
                  "--offer-to", dev)
        ticket = self.ticket(ops)
        self.done("ticket", "move", ticket, "requires-further-support")
        self.assertEqual([o["ticket"] for o in self.done("board", "inbox", dev)["offers"]],
                         [ticket])
        text = self.text("board", "rules", ops)
        self.assertIn("when a ticket enters requires-further-support, it is offered to", text)
        self.assertIn("the board is open to all", text)
        self.done("board", "rule", "remove", ops, "ask-dev")
        self.assertEqual(self.done("board", "rules", ops)["rules"]["rules"], [])

        self.assertEqual(self.done("board", "lint", dev)["board"], dev)
        self.assertEqual(self.run_docket("board", "lint", dev).code, 0)

        self.done("board", "roles", ops, "anna", "--role", "manager", "--role", "agent")
        self.done("board", "roles", ops, "ben", "--role", "agent@2099-01-01T00:00Z")
        roles = self.done("board", "rules", ops)["rules"]["roles"]
        self.assertIn({"person": "ben",
                       "grants": [{"role": "agent", "until": "2099-01-01T00:00:00.000000Z"}]},
                      roles)
        result = cli_test.docket("--server", self.server.address, "--as", "eve", "ticket", "move",
                                 ticket, "in-progress")
        self.assertEqual(result.code, 1)
        self.assertIn("code not-permitted", result.err)
        self.assertIn(f"docket board roles {ops} PERSON --role ROLE", result.err)
        self.done("board", "roles", ops, "ben", "--none")
        self.assertEqual(self.codes("board", "roles", ops, "anna", "--none"), ["manager-missing"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    cli_test.DOCKET, cli_test.DOCKETD = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
