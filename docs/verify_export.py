#!/usr/bin/env python3
"""Checks the chain of a Sigap 112 log export with the Python standard library alone.

Usage: python3 verify_export.py FILE    ("-" reads standard input)

Prints `ok entries=N head=HEX` and exits 0, or `bad entry=N: REASON` and exits 1. The signatures of the
checkpoints are NOT checked, since the standard library has no Ed25519; `sigap verify` checks them. Written
from docs/log-format.md and independent of the program that writes the log.
"""
import hashlib
import json
import sys
from datetime import datetime, timedelta


def sha256(data):
    return hashlib.sha256(data).digest()


def decode_leaf(data):
    """The fields of a leaf, or ValueError."""
    tag = b"sigap-leaf-v1\n"
    if not data.startswith(tag):
        raise ValueError("the leaf has no known tag")
    place, leaf = len(tag), {}
    for name in ("index", "stream", "version", "key", "kind", "actor", "policy", "at_us", "body"):
        length = 8
        if name in ("stream", "key", "kind", "actor", "body"):
            length, place = int.from_bytes(data[place:place + 4], "big"), place + 4
        field, place = data[place:place + length], place + length
        if place > len(data):
            raise ValueError(f"the leaf ends inside its field {name}")
        if name in ("index", "version", "policy", "at_us"):
            field = int.from_bytes(field, "big", signed=name == "at_us")
        leaf[name] = field if name in ("index", "version", "policy", "at_us", "body") else field.decode()
    if place != len(data):
        raise ValueError("bytes follow after the leaf")
    return leaf


def readable_time(at_us):
    """RFC 3339 in UTC, or None where datetime cannot say (before the year 1 and after 9999)."""
    try:
        return (datetime(1970, 1, 1) + timedelta(microseconds=at_us)).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        return None


def verify(lines):
    """The number of entries and the last hash, or SystemExit with the first bad entry."""
    entries, versions, previous_checkpoint = 0, {}, "none"

    def check(good, entry, reason):
        if not good:
            print(f"bad entry={entry}: {reason}")
            sys.exit(1)

    try:
        header = json.loads(next(lines, ""))
        check((header["format"], header["version"]) == ("sigap-log-export", 1), 0, "not an export of version 1")
        recorded_entries, recorded_head = int(header["entries"]), header["head"]
        head = sha256(b"sigap-log-v1" + bytes.fromhex(header["log_id"]))
    except (ValueError, KeyError, TypeError) as error:
        check(False, 0, f"unreadable: {error}")
    for line in lines:
        due = entries + 1
        try:
            found = json.loads(line)
            if found["type"] == "checkpoint":
                text = found["text"]
                fields = dict(row.split(" ", 1) for row in text.split("\n")[1:] if row)
                size, checkpoint_head = int(fields["size"]), fields["head"]
                check(size == entries, entries, "a checkpoint stands in the wrong place")
                check(fields["log_id"] == header["log_id"], entries, "a checkpoint of another log")
                check(fields["previous"] == previous_checkpoint, entries, "a checkpoint is missing")
                check(checkpoint_head == head.hex(), entries, "a checkpoint names another hash: rewritten")
                previous_checkpoint = sha256(text.encode()).hex()
                continue
            data = bytes.fromhex(found["leaf"])
            check(sha256(b"\x00" + head + data).hex() == found["hash"], due, "altered, removed, inserted or swapped")
            leaf = decode_leaf(data)
            check(leaf["index"] == due, due, f"entry {leaf['index']} stands in its place")
            check(leaf["version"] == versions.get(leaf["stream"], 0) + 1, due, "its stream has a gap")
            for name in ("index", "stream", "version", "key", "kind", "actor", "policy"):
                check(found[name] == str(leaf[name]), due, f"the readable copy of its {name} differs")
            at = readable_time(leaf["at_us"])
            check(at is None or found["at"] == at, due, "the readable copy of its at differs")
            body = json.loads(leaf["body"]) if "body" in found else leaf["body"].hex()
            check(found.get("body", found.get("body_hex")) == body, due, "the readable copy of its body differs")
            head, entries, versions[leaf["stream"]] = bytes.fromhex(found["hash"]), due, leaf["version"]
        except (ValueError, KeyError, TypeError) as error:
            check(False, due, f"unreadable: {error}")
    check(recorded_entries <= entries, entries + 1, "the log ends before it: it was cut off")
    check(recorded_entries == entries, recorded_entries + 1, "an entry stands behind the recorded head")
    check(recorded_head == head.hex(), entries, "the recorded head is another hash")
    return entries, head.hex()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = sys.stdin.fileno() if sys.argv[1] == "-" else sys.argv[1]
    # surrogateescape: bytes that are not UTF-8 make their own line bad, not the whole run.
    with open(source, encoding="utf-8", errors="surrogateescape", newline="\n") as export:
        count, last = verify(iter(export))
    print("note: the signatures of the checkpoints were not checked", file=sys.stderr)
    print(f"ok entries={count} head={last}")
