#!/usr/bin/env python3
"""Holds the offsets of every time zone against Python's zoneinfo, from 1970 to 2099.

zoneinfo reads the rule that a zone's file gives for the years after its list, which date/tz does not and
domain/zone_offsets.cc finds again. Compared are the ends and the middle of every span, and an
instant every 20 days, so that a change which is missing shows.

Usage: zone_rules_test.py PRINT_ZONE_OFFSETS
"""

import collections
import datetime
import subprocess
import sys
import zoneinfo

# Their files list changes by the lunar calendar to 2086: no rule is made of those.
LISTED_FOR_DECADES = {"Asia/Gaza", "Asia/Hebron"}
END_OF_LISTS = 2145916800  # 2038-01-01
STEP = 20 * 86400
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def offset_at(zone, seconds):
    return (EPOCH + datetime.timedelta(seconds=seconds)).astimezone(zone).utcoffset().total_seconds()


def main():
    printed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    spans = collections.defaultdict(list)
    for line in printed.splitlines():
        name, begin, end, offset = line.split()
        spans[name].append((int(begin), int(end), int(offset)))
    if len(spans) < 2:
        print("skipped: this system has no time zones (package tzdata)")
        return 77
    differences = 0
    for name, its_spans in spans.items():
        zone = zoneinfo.ZoneInfo(name)
        for begin, end, offset in its_spans:
            for instant in [*range(begin, end, STEP), (begin + end) // 2, end - 1]:
                if name in LISTED_FOR_DECADES and instant >= END_OF_LISTS:
                    continue
                expected = offset_at(zone, instant)
                if expected != offset:
                    differences += 1
                    print(f"{name} at {instant}: {offset} s, zoneinfo says {expected:.0f} s")
    print(f"{len(spans)} zones, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
