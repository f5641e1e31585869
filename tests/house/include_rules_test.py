#!/usr/bin/env python3
"""Holds the tree against the house's rules: who may include whom, and where files may stand.

Usage: include_rules_test.py SOURCE_DIR
Prints every breach as `file:line: why` and ends with 1 if there is any.
"""

import os
import re
import sys

# Which of our own folders a folder may include, itself aside. The longest matching folder counts.
MAY_INCLUDE = {
    "eventstore": [],
    "domain": [],
    "domain/codec": ["domain"],
    "projections": ["eventstore", "domain", "domain/codec"],
    "server": ["eventstore", "domain", "domain/codec", "projections", "server/api"],
    "server/api": [],
    "server/offline": ["eventstore", "domain", "domain/codec", "projections", "server"],
    "client": ["server/api"],
    "client/import": ["client", "server/api"],
    "client/export": ["client", "server/api"],
    "client/simulate": ["client", "server/api"],
    "client/cli": ["client", "client/import", "client/export", "client/simulate", "server/api"],
    "client/verify": [],  # an auditor's program: nothing of ours may be what it believes
}

# A program's main puts together what its folder may not know.
MAIN_MAY_INCLUDE = {"server/main.cc": ["server/offline"]}

# Which libraries a folder may include, by the first part of the header's path.
LIBRARIES = {
    "eventstore": {"rocksdb", "openssl", "spdlog", "tl"},
    "domain": {"tl", "date"},
    "domain/codec": {"tl", "date", "capnp", "kj"},
    "projections": {"rocksdb", "spdlog", "tl", "openssl"},
    "server": {"rocksdb", "openssl", "spdlog", "tl", "date", "capnp", "kj", "boost", "prometheus",
               "CLI", "toml++", "nlohmann"},
    "server/offline": {"spdlog", "tl", "CLI", "nlohmann"},
    "client": {"tl", "capnp", "kj", "date", "openssl"},
    "client/import": {"tl", "capnp", "kj", "date", "openssl", "toml++", "expat.h", "archive.h",
                      "archive_entry.h", "csv.h", "nlohmann"},
    "client/export": {"tl", "capnp", "kj"},
    "client/simulate": {"tl", "capnp", "kj", "date", "openssl"},
    "client/cli": {"tl", "capnp", "kj", "date", "CLI", "nlohmann", "openssl", "toml++"},
    "client/verify": {"tl", "openssl", "rocksdb", "CLI"},
}

# What the operating system gives; the domain may not even ask it.
SYSTEM = re.compile(r"^(sys/|netinet/|arpa/|net/|linux/|[a-z]+\.h$)")
TOP_LEVEL = {"eventstore", "domain", "projections", "server", "client", "tests", "bench", "docs",
             "scripts"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    """The longest rule that `path` (a file or a header) falls under, or None."""
    parts = os.path.dirname(path).split("/")
    while parts:
        candidate = "/".join(parts)
        if candidate in MAY_INCLUDE:
            return candidate
        parts.pop()
    return None


def breaches_in(path, lines):
    folder = folder_of(path)
    if folder is None:
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(2)
        target = folder_of(header)
        if target is not None:
            allowed = MAY_INCLUDE[folder] + MAIN_MAY_INCLUDE.get(path, [])
            if target != folder and target not in allowed:
                yield number, f"{folder} may not include {header} (of {target})"
            continue
        first = header.split("/")[0]
        if first in LIBRARIES[folder]:
            continue
        if "/" not in header and "." not in header:
            continue  # the standard library
        if folder.split("/")[0] != "domain" and SYSTEM.match(header):
            continue
        yield number, f"{folder} may not include <{header}>"


def tracked_folders(source):
    return {name for name in os.listdir(source)
            if os.path.isdir(os.path.join(source, name)) and not name.startswith(".")
            and name not in {"build", "demo-data"}}


def self_check():
    """The rules must be able to fail: each of these is a breach."""
    for path, line in [("domain/ticket.cc", '#include "eventstore/log.h"'),
                       ("domain/ticket.cc", "#include <capnp/message.h>"),
                       ("domain/ticket.cc", "#include <time.h>"),
                       ("eventstore/log.cc", '#include "domain/ticket.h"'),
                       ("projections/engine.cc", '#include "server/command_path.h"'),
                       ("server/config.cc", '#include "server/offline/commands.h"'),
                       ("server/offline/verify.cc", '#include "client/connection.h"'),
                       ("client/connection.cc", '#include "domain/types.h"'),
                       ("client/cli/main.cc", '#include "server/mapping.h"'),
                       ("client/verify/merkle.cc", '#include "eventstore/merkle.h"'),
                       ("client/verify/envelope.cc", '#include "domain/types.h"'),
                       ("client/verify/main.cc", '#include "client/connection.h"'),
                       ("client/verify/main.cc", "#include <server/api/docket.capnp.h>"),
                       ("client/verify/tiles.cc", "#include <spdlog/spdlog.h>"),
                       ("eventstore/verify.cc", '#include "client/verify/merkle.h"'),
                       ("client/cli/main.cc", '#include "client/verify/tiles.h"')]:
        if not list(breaches_in(path, [line])):
            sys.exit(f"the check itself is broken: it lets {path} write {line}")


def main():
    source = sys.argv[1]
    self_check()
    failures = [f"{name}: a folder at the top that the house does not have"
                for name in sorted(tracked_folders(source) - TOP_LEVEL)]
    files = 0
    for top in sorted(MAY_INCLUDE):
        for name in sorted(os.listdir(os.path.join(source, top))):
            path = f"{top}/{name}"
            if not name.endswith((".h", ".cc")):
                continue
            files += 1
            with open(os.path.join(source, path), encoding="utf-8") as file:
                failures += [f"{path}:{number}: {why}"
                             for number, why in breaches_in(path, file.readlines())]
    if files < 20:
        failures.append(f"only {files} files looked at: the check looks in the wrong place")
    print("\n".join(failures) or f"{files} files keep the include rules")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
