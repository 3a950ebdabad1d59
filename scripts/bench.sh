#!/usr/bin/env bash
# Measures the river against notmuch on the same mails in the same run, and writes docs/bench.md; see scripts/bench.py.
set -euo pipefail
exec python3 "$(dirname "$0")/bench.py" "$@"
