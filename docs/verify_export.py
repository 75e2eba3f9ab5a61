#!/usr/bin/env python3
"""Checks a Sigap 112 log export, or a proof, with the Python standard library alone.

Usage: python3 verify_export.py FILE    ("-" reads standard input)

Prints `ok entries=N head=HEX` (of a proof `ok entry=N size=N` or `ok older=N newer=N`) and exits 0, or
`bad entry=N: REASON` and exits 1. The signatures of the
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


def node(left, right):
    return sha256(b"\x01" + left + right)


def fold(edge):
    """The root of a tree by its edge, the row of its perfect trees."""
    if not edge:
        return sha256(b"")
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node(left, root)
    return root


def append(edge, size, leaf):
    """The edge of a tree of `size` leaves, with one more."""
    found = sha256(b"\x00" + leaf)
    while size & 1:
        found, size = node(edge.pop(), found), size >> 1
    edge.append(found)


def check(good, entry, reason):
    if not good:
        print(f"bad entry={entry}: {reason}")
        sys.exit(1)


def checkpoint_fields(text):
    fields = dict(row.split(" ", 1) for row in text.split("\n")[1:] if row)
    fields["size"] = int(fields["size"])
    return fields


def climb(at, last, first, proof, older=None):
    """RFC 9162 sections 2.1.3.2 and 2.1.4.2: the root that the proof leads to, and that of the older tree."""
    found = first
    for other in proof:
        if last == 0:
            return None, None
        if at & 1 or at == last:
            found, older = node(other, found), older and node(other, older)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, other)
        at, last = at >> 1, last >> 1
    return (found, older) if last == 0 else (None, None)


def verify_proof(proof):
    """What is proven, or SystemExit."""
    newer, hashes = checkpoint_fields(proof["checkpoint"]), [bytes.fromhex(found) for found in proof["hashes"]]
    if "older" not in proof:
        index, data = int(proof["index"]), bytes.fromhex(proof["leaf"])
        check(decode_leaf(data)["index"] == index, index, "the entry names another place")
        check(1 <= index <= newer["size"], index, "the log has no such entry")
        root, _ = climb(index - 1, newer["size"] - 1, sha256(b"\x00" + data), hashes)
        check(root is not None and root.hex() == newer["root"], index, "the entry is not in this log")
        return f"ok entry={index} size={newer['size']}"
    older = checkpoint_fields(proof["older"])
    check(older["log_id"] == newer["log_id"], older["size"], "the checkpoints belong to different logs")
    if older["size"] == newer["size"]:
        good = not hashes and older["root"] == newer["root"]
    elif older["size"] == 0:
        good = not hashes and older["root"] == sha256(b"").hex()
    else:
        if older["size"] & (older["size"] - 1) == 0:
            hashes.insert(0, bytes.fromhex(older["root"]))
        at, last = older["size"] - 1, newer["size"] - 1
        while at & 1:
            at, last = at >> 1, last >> 1
        roots = climb(at, last, hashes[0], hashes[1:], hashes[0]) if hashes and at <= last else (None, None)
        good = roots[0] is not None and [root.hex() for root in roots] == [newer["root"], older["root"]]
    check(good, older["size"], "the newer log does not go on from the older one")
    return f"ok older={older['size']} newer={newer['size']}"


def begin(header):
    """Number of entries, head, edge and last checkpoint where the export begins."""
    if "from" not in header:
        return 0, sha256(b"sigap-log-v1" + bytes.fromhex(header["log_id"])), [], "none"
    fields, edge = checkpoint_fields(header["from"]), bytes.fromhex(header["from_tree"])
    edge, size = [edge[at:at + 32] for at in range(0, len(edge), 32)], fields["size"]
    check(fields["log_id"] == header["log_id"], 0, "it begins at a checkpoint of another log")
    check(bin(size).count("1") == len(edge) and fold(edge).hex() == fields["root"], size, "another root")
    return size, bytes.fromhex(fields["head"]), edge, sha256(header["from"].encode()).hex()


def verify(header, lines):
    """The number of entries and the last hash, or SystemExit with the first bad entry."""
    versions = {}
    try:
        check(header["format"] == "sigap-log-export" and header["version"] in (1, 2), 0, "not an export")
        recorded_entries, recorded_head = int(header["entries"]), header["head"]
        entries, head, edge, previous_checkpoint = begin(header)
        first_version = None if "from" in header else 0
    except (ValueError, KeyError, TypeError) as error:
        check(False, 0, f"unreadable: {error}")
    for line in lines:
        due = entries + 1
        try:
            found = json.loads(line)
            if found["type"] == "checkpoint":
                text = found["text"]
                fields = checkpoint_fields(text)
                check(fields["size"] == entries, entries, "a checkpoint stands in the wrong place")
                check(fields["log_id"] == header["log_id"], entries, "a checkpoint of another log")
                check(fields["previous"] == previous_checkpoint, entries, "a checkpoint is missing")
                check(fields["head"] == head.hex(), entries, "a checkpoint names another hash: rewritten")
                if text.startswith("sigap-log-checkpoint-v2\n"):
                    check(fields["root"] == fold(edge).hex(), entries, "a checkpoint names another root: rewritten")
                previous_checkpoint = sha256(text.encode()).hex()
                continue
            data = bytes.fromhex(found["leaf"])
            check(sha256(b"\x00" + head + data).hex() == found["hash"], due, "altered, removed, inserted or swapped")
            leaf = decode_leaf(data)
            check(leaf["index"] == due, due, f"entry {leaf['index']} stands in its place")
            last = versions.get(leaf["stream"], first_version)
            check(last is None or leaf["version"] == last + 1, due, "its stream has a gap")
            for name in ("index", "stream", "version", "key", "kind", "actor", "policy"):
                check(found[name] == str(leaf[name]), due, f"the readable copy of its {name} differs")
            at = readable_time(leaf["at_us"])
            check(at is None or found["at"] == at, due, "the readable copy of its at differs")
            body = json.loads(leaf["body"]) if "body" in found else leaf["body"].hex()
            check(found.get("body", found.get("body_hex")) == body, due, "the readable copy of its body differs")
            append(edge, entries, data)
            head, entries, versions[leaf["stream"]] = bytes.fromhex(found["hash"]), due, leaf["version"]
        except (ValueError, KeyError, TypeError) as error:
            check(False, due, f"unreadable: {error}")
    check(recorded_entries <= entries, entries + 1, "the log ends before it: it was cut off")
    check(recorded_entries == entries, recorded_entries + 1, "an entry stands behind the recorded head")
    check(recorded_head == head.hex(), entries, "the recorded head is another hash")
    return f"ok entries={entries} head={head.hex()}"


def verify_file(lines):
    """The verdict. A proof is spread over lines, an export has its header in the first."""
    first = next(lines, "")
    try:
        if first.strip() == "{":
            proof = json.loads(first + "".join(lines))
            check((proof["format"], proof["version"]) == ("sigap-log-proof", 1), 0, "not a proof of version 1")
            return verify_proof(proof)
        header = json.loads(first)
        check(isinstance(header, dict), 0, "not an export")
    except (ValueError, KeyError, TypeError) as error:
        check(False, 0, f"unreadable: {error}")
    if header.get("format") == "sigap-log-proof":
        return verify_proof(header)
    return verify(header, lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = sys.stdin.fileno() if sys.argv[1] == "-" else sys.argv[1]
    # surrogateescape: bytes that are not UTF-8 make their own line bad, not the whole run.
    with open(source, encoding="utf-8", errors="surrogateescape", newline="\n") as export:
        verdict = verify_file(iter(export))
    print("note: the signatures of the checkpoints were not checked", file=sys.stderr)
    print(verdict)
