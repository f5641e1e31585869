#!/usr/bin/env python3
"""`docket export` against a real server: what was imported comes back, event by event.

Usage: export_e2e_test.py BUILD_DIR
A made-up XES log and a made-up table always make the round trip. The real logs do, too, where they are
(DOCKET_SHARED, else ../shared beside the source tree). Sources and exports are read here with Python's
own readers, without any code of Docket's.
"""

import collections
import csv
import datetime
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree
import zoneinfo

sys.dont_write_bytecode = True
import import_e2e_test as imports  # its server, and where things are  # noqa: E402

XES = "{http://www.xes-standard.org/}"
HEADER_OF_DOCKET = ["docket:ticket", "docket:event", "docket:version"]  # the first of them

# Everything that XES can say of an event: nesting, lists of both spellings, all types, entities,
# characters beyond the BMP, line breaks, keys that come twice, offsets of all kinds, no order in time.
MADE_UP = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE log [<!ENTITY who "Ann &amp; Bo">]>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
<string key="about the log" value="1"/>
<trace>
 <string key="concept:name" value="T-1"/><string key="größe &lt;cm&gt;" value=""/>
 <container key="site"><string key="town" value="Malmö &#x1F3ED;"><int key="floor" value="-007"/></string></container>
 <event><string key="concept:name" value="Working"/><string key="org:resource" value="&who;"/>
  <date key="time:timestamp" value="2012-03-25T03:30:00.123456+05:30"/>
  <string key="lifecycle:transition" value="In &quot;Progress&quot;"/><string key="org:group" value="V30 2nd"/>
  <list key="tags"><string key="of the list" value="own"/><values><string key="tag" value="a"/>
   <string key="tag" value="a"/><list key="inner"><values><float key="x" value="1.50"/></values></list></values></list>
  <string key="note" value="two&#10;lines&#9;tab&#13; 'quoted' &lt;&amp;&gt; &#x1F600; z&#x301;"/>
  <boolean key="vip" value="true"/><id key="identity:id" value="6f9619ff-8b86-d011-b42d-00cf4fc964ff"/></event>
 <event><string key="concept:name" value="Queued"/><string key="org:resource" value="Bo"/>
  <date key="time:timestamp" value="2012-03-24T22:59:59-03:00"><string key="clock" value="local"/></date>
  <string key="double" value="1"/><string key="double" value="2"/><float key="cost" value="1E10"/></event>
 <event><string key="concept:name" value="Working"/><string key="org:resource" value=""/>
  <date key="time:timestamp" value="2012-03-24T22:00:00Z"/><list key="empty"/><list key="empty too"><values/></list></event>
</trace>
<trace><string key="concept:name" value="T-2"/>
 <event><string key="concept:name" value="Closed"/><string key="org:resource" value="  blanks  "/>
  <date key="time:timestamp" value="1965-01-01T00:00:00.5+00:00"/></event>
</trace>
</log>
"""

TABLE = 'Case,What,Who,When,Who,"a ""b"", c"\r\n' \
        'x,go,Ann,2012-01-02T00:00:00+02:00,Bo,"two\nlines"\r\n' \
        'y,go,,2012-01-01T00:00:00Z,,\r\n' \
        'x,go,"Ä, ö",2012-01-01T00:00:00.25-05:00, Bo ,"say ""hi"""\r\n'
TABLE_MAP = "[source]\nformat='csv'\ncase='Case'\nactivity='What'\ntime='When'\nactor='Who#1'\n" \
            "state='What'\n[states]\n'go'='Done'\n"


def tree(element):
    """An XES attribute: type, key, value, and all that is nested in it, in order."""
    return (element.tag.removeprefix(XES), element.get("key"), element.get("value"),
            tuple(tree(child) for child in element))


def read_xes(file):
    """[(attributes of the trace, [attributes of an event])], events by time, else as they stand."""
    traces = []
    for trace in xml.etree.ElementTree.parse(file).getroot().iter(XES + "trace"):
        events = [[tree(a) for a in event] for event in trace.findall(XES + "event")]
        own = [tree(a) for a in trace if a.tag != XES + "event"]
        traces.append((own, sorted(events, key=instant_of)))
    return traces


def value_of(event, key):
    return next((value for _, name, value, _ in event if name == key), None)


def instant_of(event):
    return datetime.datetime.fromisoformat(value_of(event, "time:timestamp"))


def offset_of(event):
    return instant_of(event).utcoffset()


# What two events are held against each other by; `attributes` is everything there is, in order.
ASPECTS = {
    "activity": lambda event: value_of(event, "concept:name"),
    "lifecycle": lambda event: value_of(event, "lifecycle:transition"),
    "resource": lambda event: value_of(event, "org:resource"),
    "group": lambda event: value_of(event, "org:group"),
    "instant": instant_of,
    "offset": offset_of,
    "attributes": lambda event: event,
}


def differences(source, exported):
    """How often which aspect differs; empty: never."""
    count = collections.Counter()
    if len(source) != len(exported):
        count["number of traces"] += 1
    for (own, events), (own_back, events_back) in zip(source, exported):
        count["trace attributes"] += own != own_back
        count["number of events"] += len(events) != len(events_back)
        for event, back in zip(events, events_back):
            for name, aspect in ASPECTS.items():
                count[name] += aspect(event) != aspect(back)
    return +count


def wire(attribute):
    """An attribute of `jsonl` as `tree` gives it: a list, a container and `values` have no value."""
    kind, value = attribute["type"], attribute["value"]
    holds = kind in ("list", "container", "values")
    return (kind, None if kind == "values" else attribute["key"], None if holds else value,
            tuple(wire(child) for child in attribute["children"]))


class ExportTest(imports.ImportTest):
    def setUp(self):
        super().setUp()
        self.exports = 0

    def bring_in(self, path, map_path, board="REAL", code=0):
        self.make_board(board)
        return self.json("import", path, "--board", board, "--map", map_path, code=code)

    def export(self, form, board="REAL", *more):
        """The bytes of an export, by way of a file."""
        self.exports += 1
        path = os.path.join(self.folder.name, f"export-{self.exports}.{form}")
        report = self.json("export", "--format", form, "--board", board, "-o", path, *more)["exported"]
        self.assertEqual((report["format"], report["file"]), (form, path))
        self.assertEqual([name for name in os.listdir(self.folder.name) if name.startswith(".")], [])
        with open(path, "rb") as file:
            content = file.read()
        piped = subprocess.run(self.command("export", "--format", form, "--board", board),
                               capture_output=True, timeout=300)
        self.assertEqual(piped.stdout, content, "standard output gets the same")
        return content, report

    def exported_rows(self, board="REAL"):
        return list(csv.reader(io.StringIO(self.export("csv", board)[0].decode(), newline="")))

    def test_the_comparison_can_fail(self):
        source = read_xes(io.StringIO(MADE_UP))
        for old, new, kinds in [
                ('value="V30 2nd"', 'value="V30"', {"group", "attributes"}),
                ("03:30:00.123456+05:30", "03:30:00.123457+05:30", {"instant", "attributes"}),
                ("03:30:00.123456+05:30", "00:00:00.123456+02:00", {"offset", "attributes"}),
                ('<float key="x" value="1.50"/>', '<float key="x" value="1.5"/>', {"attributes"}),
                ('key="floor"', 'key="door"', {"trace attributes"})]:
            self.assertIn(old, MADE_UP)
            self.assertEqual(set(differences(source, read_xes(io.StringIO(MADE_UP.replace(old, new))))),
                             kinds)

    def test_a_made_up_log_comes_back(self):
        source = read_xes(io.StringIO(MADE_UP))
        map_path = self.write("map.toml", imports.SMALL_MAP)
        report = self.bring_in(self.write("made-up.xes", MADE_UP), map_path)
        self.assertEqual((report["new"], report["refused"]), (4, 0))
        self.assertEqual(report["log_elements_not_kept"], 3)  # what the export declares is its own
        content, told = self.export("xes")
        self.assertEqual(differences(source, read_xes(io.BytesIO(content))), {})
        self.assertEqual((told["tickets"], told["events"], told["replaced_characters"]), (2, 4, 0))
        # What was exported is imported and exported again to the same bytes.
        self.bring_in(self.write("again.xes", content), map_path, "AGAIN")
        self.assertEqual(self.export("xes", "AGAIN")[0], content)
        self.hold_json_lines_against(source, self.export("jsonl")[0])

    def hold_json_lines_against(self, source, content):
        lines = [json.loads(line) for line in content.decode().splitlines()]
        openings = [line for line in lines if not line["imported"]]
        self.assertEqual([[wire(a) for a in line["foreign"]] for line in openings],
                         [own for own, _ in source])
        self.assertEqual([[wire(a) for a in line["foreign"]] for line in lines if line["imported"]],
                         [event for _, events in source for event in events])
        for line, event in zip((line for line in lines if line["imported"]),
                               (event for _, events in source for event in events)):
            self.assertEqual(datetime.datetime.fromisoformat(line["occurred_at"]), instant_of(event))

    def test_a_made_up_log_as_a_table(self):
        self.bring_in(self.write("made-up.xes", MADE_UP), self.write("map.toml", imports.SMALL_MAP))
        rows = self.exported_rows()
        self.assertEqual(rows[0][:3], ["case:concept:name", "case:größe <cm>", "case:site/town"])
        self.assertFalse([name for name in rows[0] if name.startswith("docket:")])
        self.assertEqual([row[0] for row in rows[1:]], ["T-1", "T-1", "T-1", "T-2"])
        at = rows[0].index("double")
        self.assertEqual(rows[0][at:at + 2], ["double", "double"])
        self.assertEqual(rows[3][at:at + 2], ["1", "2"])
        first = dict(zip(rows[0], rows[2]))
        self.assertEqual(first["note"], "two\nlines\ttab\r 'quoted' <&> \U0001F600 z\u0301")
        self.assertEqual(first["tags/inner/x"], "1.50")
        self.assertEqual(first["time:timestamp"], "2012-03-25T03:30:00.123456+05:30")

    def test_a_made_up_table_comes_back(self):
        source = list(csv.reader(io.StringIO(TABLE, newline="")))
        map_path = self.write("map.toml", TABLE_MAP)
        report = self.bring_in(self.write("table.csv", TABLE), map_path)
        self.assertEqual((report["new"], report["refused"]), (3, 0))
        rows = self.exported_rows()
        self.assertEqual(rows, [source[0], source[3], source[1], source[2]])  # by case, then time
        traces = read_xes(io.BytesIO(self.export("xes")[0]))
        event = traces[0][1][0]
        self.assertEqual(event[:6], [("string", key, value, ())
                                     for key, value in zip(source[0], source[3])])
        self.assertEqual(event[6:], [("string", "concept:name", "go", ()),
                                     ("string", "org:resource", "Ä, ö", ()),
                                     ("date", "time:timestamp", "2012-01-01T05:00:00.250000Z", ())])
        self.assertEqual(traces[1][0][0], ("string", "concept:name", "y", ()))

    def test_what_was_done_in_docket_stands_beside_what_was_imported(self):
        self.bring_in(self.write("table.csv", TABLE), self.write("map.toml", TABLE_MAP))
        self.docket("ticket", "reopen", "REAL-1", "--reason", 'it is "back" & <broken>')
        self.docket("ticket", "open", "--board", "REAL", "--title", "New here")
        self.docket("ticket", "assign", "REAL-3", "bo")
        traces = read_xes(io.BytesIO(self.export("xes")[0]))
        self.assertEqual([len(events) for _, events in traces], [3, 1, 2])
        back = traces[0][1][-1]
        self.assertEqual((ASPECTS["activity"](back), ASPECTS["resource"](back),
                          ASPECTS["lifecycle"](back)), ("TicketReopened", "tester", "complete"))
        self.assertEqual(value_of(back, "docket:text"), 'it is "back" & <broken>')
        self.assertEqual(value_of(traces[2][0], "concept:name"), "REAL-3")
        self.assertEqual(value_of(traces[2][0], "docket:title"), "New here")
        self.assertEqual([ASPECTS["activity"](e) for e in traces[2][1]],
                         ["TicketOpened", "TicketAssigned"])
        rows = self.exported_rows()
        self.assertEqual(rows[0][:9], next(csv.reader(io.StringIO(TABLE))) + HEADER_OF_DOCKET)
        self.assertEqual([row[6:8] for row in rows[1:]], [
            ["REAL-1", "HistoryRecorded"], ["REAL-1", "HistoryRecorded"], ["REAL-1", "TicketReopened"],
            ["REAL-2", "HistoryRecorded"], ["REAL-3", "TicketOpened"], ["REAL-3", "TicketAssigned"]])

    def test_history_recorded_late_goes_back_to_its_place(self):
        path = self.write("made-up.xes", MADE_UP)
        without = imports.SMALL_MAP.replace('"Working" = "In Progress"\n', "")
        report = self.bring_in(path, self.write("few.toml", without), code=1)
        self.assertEqual((report["new"], report["refused"]), (2, 2))
        self.docket("ticket", "comment", "REAL-1", "in between")
        self.docket("import", path, "--board", "REAL", "--map",
                    self.write("map.toml", imports.SMALL_MAP))
        log = xml.etree.ElementTree.parse(io.BytesIO(self.export("xes")[0])).getroot()
        self.assertEqual([value_of([tree(a) for a in event], "concept:name")
                          for event in log.find(XES + "trace").findall(XES + "event")],
                         ["Working", "CommentAdded", "Working", "Queued"])

    def test_a_case_that_comes_again_with_other_attributes_is_told(self):
        twice = MADE_UP.replace('value="T-2"', 'value="T-1"')
        report = self.bring_in(self.write("twice.xes", twice), self.write(
            "map.toml", imports.SMALL_MAP), code=1)
        self.assertEqual((report["cases"], report["new"], report["refused"]), (2, 4, 1))
        self.assertIn("other attributes of its own", report["refused_rows"][0]["reason"])

    def test_characters_that_xml_cannot_carry(self):
        odd = TABLE.replace("Bo,", "B\x01\uffff\x7fo,")
        self.bring_in(self.write("odd.csv", odd), self.write("map.toml", TABLE_MAP))
        done = self.docket("export", "--format", "xes", "--board", "REAL")
        self.assertIn("2 characters that XML cannot carry", done.stderr)
        self.assertIn('value="B\ufffd\ufffd\x7fo"', done.stdout)
        self.assertEqual(self.exported_rows()[2][4], "B\x01\uffff\x7fo")
        self.assertIn("B\x01\uffff\x7fo", [
            a["value"] for line in self.export("jsonl")[0].decode().splitlines()
            for a in json.loads(line)["foreign"]])

    def test_all_boards_an_empty_one_and_a_stopped_directory(self):
        self.bring_in(self.write("table.csv", TABLE), self.write("map.toml", TABLE_MAP), "ZZ")
        self.bring_in(self.write("made-up.xes", MADE_UP), self.write("m.toml", imports.SMALL_MAP), "AA")
        self.make_board("MM")
        self.assertEqual(read_xes(io.BytesIO(self.export("xes", "MM")[0])), [])
        self.assertEqual(self.exported_rows("MM")[0][:3], HEADER_OF_DOCKET)
        everything = self.docket("export", "--format", "xes").stdout
        self.assertEqual([own[0][2] for own, _ in read_xes(io.StringIO(everything))],
                         ["T-1", "T-2", "x", "y"])
        self.server.process.send_signal(signal.SIGTERM)
        self.server.process.wait(timeout=60)
        done = subprocess.run([imports.DOCKET, "--data", os.path.join(self.server.folder.name, "data"),
                               "export", "--format", "xes"], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stdout), (0, everything), done.stderr)

    def test_a_ticket_of_many_pages(self):
        events = "".join(
            '<event><string key="concept:name" value="Working"/><string key="org:resource" value="x"/>'
            f'<date key="time:timestamp" value="2012-03-01T{n // 60:02}:{n % 60:02}:00+01:00"/>'
            f'<string key="bulk" value="{"b" * 3000}"/></event>' for n in range(1200))
        log = f'<log xmlns="{XES[1:-1]}"><trace><string key="concept:name" value="L"/>{events}</trace></log>'
        self.bring_in(self.write("long.xes", log), self.write("map.toml", imports.SMALL_MAP))
        self.assertEqual(differences(read_xes(io.StringIO(log)),
                                     read_xes(io.BytesIO(self.export("xes")[0]))), {})

    def test_what_is_there_is_never_overwritten(self):
        self.make_board("REAL")
        taken = self.write("taken", "mine")
        link = os.path.join(self.folder.name, "link")
        os.symlink(os.path.join(self.folder.name, "nowhere"), link)
        run = ("export", "--format", "xes", "-o")
        for path in (taken, link, self.folder.name):
            self.assert_fails(2, ["is there already; remove it or name another"], *run, path)
        with open(taken, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        self.assert_fails(1, ["cannot be written"], *run, os.path.join(taken, "x"))
        self.assert_fails(1, ["NONE"], *run, os.path.join(self.folder.name, "x"), "--board", "NONE")
        self.assert_fails(2, ["--format"], "export")
        self.assert_fails(2, ["pdf"], "export", "--format", "pdf")
        self.assert_fails(2, ["--json needs -o FILE"], "--json", "export", "--format", "xes")
        self.docket(*run, "/dev/null")
        self.assert_fails(1, ["'/dev/full' cannot be written"], *run, "/dev/full")
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(self.command(*run[:-1]), stdout=full, stderr=subprocess.PIPE,
                                  timeout=300)
        self.assertEqual((done.returncode, done.stderr),
                         (1, b"docket: cannot write to standard output\n"))
        self.server.process.kill()
        self.assert_fails(3, [], *run, os.path.join(self.folder.name, "x"))
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["link", "taken"])

    def test_interrupted_it_leaves_nothing(self):
        self.bring_in(self.write("many.xes", imports.small_log(5000)),
                      self.write("map.toml", imports.SMALL_MAP))
        before = sorted(os.listdir(self.folder.name))
        for end, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = subprocess.Popen(
                self.command("export", "--format", "csv", "-o", os.path.join(self.folder.name, "x")),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            # What it writes to is there before the first question is asked.
            while sorted(os.listdir(self.folder.name)) == before and process.poll() is None:
                time.sleep(0.001)
            process.send_signal(end)
            _, error = process.communicate(timeout=120)
            self.assertEqual(process.returncode, code, error)
            self.assertEqual(sorted(os.listdir(self.folder.name)), before)

    def test_what_is_recorded_meanwhile_is_not_in_it(self):
        self.bring_in(self.write("many.xes", imports.small_log(2000)),
                      self.write("map.toml", imports.SMALL_MAP))
        process = subprocess.Popen(self.command("export", "--format", "jsonl"), stdout=subprocess.PIPE,
                                   text=True)
        first = process.stdout.readline()  # begun; what follows is far more than a pipe holds
        self.docket("ticket", "comment", "REAL-2000", "later")
        self.docket("ticket", "open", "--board", "REAL", "--title", "later")
        rest = process.stdout.read()
        process.stdout.close()
        self.assertEqual((process.wait(timeout=120), len((first + rest).splitlines())), (0, 8000))
        self.assertEqual(len(self.docket("export", "--format", "jsonl").stdout.splitlines()), 8002)

    def test_a_reader_that_went_away_ends_it(self):
        self.bring_in(self.write("many.xes", imports.small_log(2000)),
                      self.write("map.toml", imports.SMALL_MAP))
        process = subprocess.Popen(self.command("export", "--format", "jsonl"), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        process.stderr.close()
        self.assertEqual((process.wait(timeout=120), error), (0, ""))

    def real(self, path):
        if not os.path.exists(path):
            print(f"SKIPPED: {path} is not here; set DOCKET_SHARED to where the real logs are")
            self.skipTest("no real log")
        with open(path.rsplit(".", 2)[0] + ".truth.json", encoding="utf-8") as file:
            return json.load(file)

    def test_the_real_problem_log(self):
        truth = self.real(imports.PROBLEMS)
        with gzip.open(imports.PROBLEMS) as file:
            source = read_xes(file)
        self.bring_in(imports.PROBLEMS, imports.PROBLEMS_MAP)
        content, report = self.export("xes")
        exported = read_xes(io.BytesIO(content))
        found = differences(source, exported)
        self.assertEqual((report["tickets"], report["events"]), (truth["cases"], truth["events"]))
        self.assertEqual((len(exported), sum(len(events) for _, events in exported)),
                         (truth["cases"], truth["events"]))
        print(f"{os.path.basename(imports.PROBLEMS)}: {report['events']} events of "
              f"{report['tickets']} traces compared, " + ", ".join(
                  f"{name} {found[name]}" for name in [*ASPECTS, "trace attributes"]) + " differences")
        self.assertEqual(found, {})
        self.hold_json_lines_against(source, self.export("jsonl")[0])
        rows = self.exported_rows()
        at = rows[0].index("time:timestamp")
        self.assertEqual([row[at] for row in rows[1:]],
                         [value_of(event, "time:timestamp") for _, events in source for event in events])

    def test_the_real_help_desk_log(self):
        truth = self.real(imports.HELPDESK)
        with lzma.open(imports.HELPDESK, "rt", newline="", encoding="utf-8") as file:
            source = list(csv.reader(file))
        self.bring_in(imports.HELPDESK, imports.HELPDESK_MAP)
        rows = self.exported_rows()
        self.assertEqual(rows[0], truth["columns"])
        self.assertEqual(rows[0], source[0])
        self.assertEqual(len(rows) - 1, truth["events"])
        when = source[0].index("Complete Timestamp")

        def by_case(table):
            cases = collections.defaultdict(list)
            for row in table[1:]:
                cases[row[0]].append(row)
            return cases
        expected = {case: sorted(rows, key=lambda row: row[when])  # the texts sort as the times do
                    for case, rows in by_case(source).items()}
        back = by_case(rows)
        differing = sum(a != b for case in expected for a, b in zip(expected[case], back[case]))
        print(f"{os.path.basename(imports.HELPDESK)}: {len(rows) - 1} rows compared, {differing} differ")
        self.assertEqual(back, expected)
        self.assertEqual(list(back), list(expected))
        rome = zoneinfo.ZoneInfo("Europe/Rome")
        traces = read_xes(io.BytesIO(self.export("xes")[0]))
        for (own, events), (case, of_case) in zip(traces, expected.items(), strict=True):
            self.assertEqual(own[0], ("string", "concept:name", case, ()))
            for event, row in zip(events, of_case, strict=True):
                self.assertEqual([(a[1], a[2]) for a in event[:len(row)]], list(zip(source[0], row)))
                local = datetime.datetime.strptime(row[when], "%Y/%m/%d %H:%M:%S.%f")
                self.assertEqual(instant_of(event), local.replace(tzinfo=rome))


def load_tests(loader, _, __):
    """The tests of this file alone, not those of the class whose help it uses."""
    names = [name for name in vars(ExportTest) if name.startswith("test")]
    return unittest.TestSuite(ExportTest(name) for name in sorted(names))


if __name__ == "__main__":
    unittest.main()
