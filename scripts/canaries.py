#!/usr/bin/env python3
"""Looks for strings that must not be on disk, in every form they could hide in.

usage: scripts/canaries.py PATH... -- CANARY...
Prints `hits: N` and, for each hit, the file, the form and the number of the canary (never the text). Forms: UTF-8,
UTF-16 of both orders, folded, base64 at three offsets, quoted-printable, hexadecimal; each also inside what inflates.
"""
import base64
import os
import quopri
import re
import sys
import zlib


def forms(canary):
    raw = canary.encode()
    out = {}
    for name, text in (("plain", canary), ("folded", canary.lower()), ("upper", canary.upper())):
        out[name] = text.encode()
        out[name + " utf-16le"] = text.encode("utf-16-le")
        out[name + " utf-16be"] = text.encode("utf-16-be")
        out[name + " hex"] = text.encode().hex().encode()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw)
        # What neighbours would change at both ends is cut off.
        start = (offset * 8 + 5) // 6 if offset else 0
        whole = (len(raw) + offset) * 8 // 6
        out[f"base64 at {offset}"] = coded[start:whole]
    out["quoted-printable"] = b"".join(b"=%02X" % byte for byte in raw)
    soft = quopri.encodestring(raw).strip()
    if soft != raw:
        out["quoted-printable text"] = soft
    return {name: form for name, form in out.items() if len(form) >= 6}


def inflated(data):
    """What of the bytes inflates: zlib and gzip streams anywhere, bounded."""
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        wbits = 31 if data[found.start()] == 0x1F else 15
        try:
            yield zlib.decompressobj(wbits).decompress(data[found.start() : found.start() + 4_000_000], 16_000_000)
        except zlib.error:
            continue


def main():
    split = sys.argv.index("--")
    paths, canaries = sys.argv[1:split], sys.argv[split + 1 :]
    patterns = [(number, name, form) for number, canary in enumerate(canaries) for name, form in forms(canary).items()]
    hits = files = size = 0

    def look(data, where):
        nonlocal hits
        for number, name, form in patterns:
            if form in data:
                hits += 1
                print(f"{where}: canary {number} as {name}")

    for path in paths:
        listed = [path] if os.path.isfile(path) else [os.path.join(r, f) for r, _, fs in os.walk(path) for f in fs]
        for file in sorted(listed):
            if os.path.islink(file) or not os.path.isfile(file):
                continue
            with open(file, "rb") as source:
                data = source.read()
            files += 1
            size += len(data)
            look(data, file)
            look(os.path.basename(file).encode(), file + " (name)")
            for piece in inflated(data):
                look(piece, file + " (inflated)")
    print(f"scanned: {files} files, {size} bytes")
    print(f"hits: {hits}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
