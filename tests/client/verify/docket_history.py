"""Makes Docket histories from scratch, by docs/FORMATS.md and the C2SP and RFC texts alone.

Shares nothing with the store or with docket-verify: Merkle trees and proofs are the recursive
definitions of RFC 6962 section 2.1, signatures are made by `openssl pkeyutl`.
"""

import base64
import hashlib
import os
import shutil
import struct
import subprocess

START_MICROS = 1_700_000_000_000_000


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def split_of(count):
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


class Tree:
    """RFC 6962 over leaf hashes; complete subtrees are remembered."""

    def __init__(self, entries):
        self.leaves = [leaf_hash(entry) for entry in entries]
        self.known = {}

    def root(self, begin=0, end=None):
        end = len(self.leaves) if end is None else end
        count = end - begin
        if count == 0:
            return sha256(b"")
        if count == 1:
            return self.leaves[begin]
        if (begin, end) not in self.known:
            middle = begin + split_of(count)
            self.known[begin, end] = node_hash(self.root(begin, middle), self.root(middle, end))
        return self.known[begin, end]

    def path(self, index, begin, end):
        """PATH of RFC 6962 section 2.1.1, for the leaf `index` of D[begin:end]."""
        if end - begin == 1:
            return []
        middle = begin + split_of(end - begin)
        if index < middle:
            return self.path(index, begin, middle) + [self.root(middle, end)]
        return self.path(index, middle, end) + [self.root(begin, middle)]

    def proof(self, old, begin, end, complete=True):
        """SUBPROOF of RFC 6962 section 2.1.2, that D[:old] is a beginning of D[:end]."""
        if old == end:
            return [] if complete else [self.root(begin, end)]
        middle = begin + split_of(end - begin)
        if old <= middle:
            return self.proof(old, begin, middle, complete) + [self.root(middle, end)]
        return self.proof(old, middle, end, False) + [self.root(begin, middle)]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(text):
    data = text.encode()
    return varint(len(data)) + data


def zigzag(value):
    return (value << 1 ^ value >> 63) & 0xFFFFFFFFFFFFFFFF


class Event:
    """The facts of one event; `bytes()` is its canonical envelope."""

    def __init__(self, **facts):
        self.kind, self.id, self.type, self.schema = "ticket", "T-1", "Happened", 1
        self.position = self.version = 0
        self.recorded = self.occurred = START_MICROS
        self.origin, self.actor, self.behalf = 1, "tester", ""
        self.command = b"\0" * 15 + b"\1"
        self.correlation = None
        self.causation = None
        self.payload = b""
        self.__dict__.update(facts)

    def bytes(self):
        flags = ((1 if self.correlation else 0) | (2 if self.causation is not None else 0)
                 | (4 if self.behalf else 0))
        return b"".join([
            b"\1", bytes([flags]), varint(self.position), string(self.kind), string(self.id),
            varint(self.version), string(self.type), varint(self.schema),
            struct.pack(">q", self.recorded), varint(zigzag(self.occurred - self.recorded)),
            bytes([self.origin]), string(self.actor), string(self.behalf) if self.behalf else b"",
            self.command, self.correlation or b"",
            varint(self.causation) if self.causation is not None else b"",
            varint(len(self.payload)), sha256(self.payload)])


def history(count, streams=7, command_events=3, salt=""):
    """`count` events over some streams, a few to a command, with every optional field now and then."""
    events = []
    versions = {}
    for position in range(count):
        stream = f"T-{position * 5 % streams}"
        number = position // command_events
        event = Event(
            id=stream, position=position, version=versions.get(stream, 0),
            type="Opened" if stream not in versions else "Moved",
            recorded=START_MICROS + number * 1000, origin=1 + position % 5,
            occurred=START_MICROS + number * 1000 - position * 7,
            command=sha256(f"command {salt}{number}".encode())[:16],
            payload=f"payload {position} {salt}".encode() if position % 11 else b"")
        if number % 4 == 1:
            event.correlation = sha256(b"correlation")[:16]
        if number % 5 == 2:
            event.causation = position // 2
        if number % 6 == 3:
            event.behalf = "somebody"
        versions[stream] = event.version + 1
        events.append(event)
    return events


class Key:
    """An Ed25519 key of OpenSSL's making, as a C2SP signed-note key."""

    def __init__(self, folder, name):
        self.name = name
        self.file = os.path.join(folder, sha256(name.encode()).hex()[:8] + os.urandom(4).hex())
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file],
                       check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        self.public = b"\1" + der[-32:]
        self.id = sha256(name.encode() + b"\n" + self.public)[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def signature_line(self, text):
        message = self.file + ".message"
        with open(message, "wb") as file:
            file.write(text.encode())
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", message],
            check=True, capture_output=True).stdout
        return f"— {self.name} {base64.b64encode(self.id + signature).decode()}\n"


def b64(data):
    return base64.b64encode(data).decode()


def signed(text, *keys):
    return text + "\n" + "".join(key.signature_line(text) for key in keys)


def checkpoint(origin, size, root, *keys):
    return signed(f"{origin}\n{size}\n{b64(root)}\n", *keys)


def number_path(number):
    groups = []
    while True:
        groups.append(f"{number % 1000:03d}")
        number //= 1000
        if number == 0:
            break
    return "/".join(["x" + group for group in reversed(groups[1:])] + groups[:1])


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def write_bundles(folder, elements):
    """256 elements a file; the last, if it has fewer, beside the place of the full one."""
    for number in range((len(elements) + 255) // 256):
        part = elements[256 * number:256 * number + 256]
        name = os.path.join(folder, number_path(number))
        write(name if len(part) == 256 else f"{name}.p/{len(part)}", b"".join(part))


def write_export(folder, events, key, payloads=True, size=None):
    """A whole export: entries, tiles of every level, payloads, checkpoint, key. Returns the tree."""
    events = events[:size]
    entries = [event.bytes() for event in events]
    tree = Tree(entries)
    shutil.rmtree(folder, ignore_errors=True)
    write_bundles(os.path.join(folder, "tile/entries"),
                  [struct.pack(">H", len(entry)) + entry for entry in entries])
    if payloads:
        write_bundles(os.path.join(folder, "payloads"),
                      [struct.pack(">I", len(e.payload)) + e.payload for e in events])
    level, width = 0, 1
    while len(entries) // width > 0:
        nodes = [tree.root(i * width, (i + 1) * width) for i in range(len(entries) // width)]
        write_bundles(os.path.join(folder, f"tile/{level}"), nodes)
        level, width = level + 1, width * 256
    write(os.path.join(folder, "log.vkey"), key.vkey() + "\n")
    write(os.path.join(folder, "checkpoint"), checkpoint(key.name, len(entries), tree.root(), key))
    return tree


def inclusion_proof(tree, event, size, note):
    lines = ["c2sp.org/tlog-proof@v1", "extra " + b64(event.bytes()), f"index {event.position}"]
    lines += [b64(h) for h in tree.path(event.position, 0, size)]
    return "\n".join(lines) + "\n\n" + note


def consistency_proof(tree, old, new, note):
    path = tree.proof(old, 0, new) if old else []
    lines = ["docket/tlog-consistency@v1", f"old {old}", f"new {new}"] + [b64(h) for h in path]
    return "\n".join(lines) + "\n\n" + note
