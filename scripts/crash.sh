#!/usr/bin/env bash
# Kills the import and the delivery at every call that changes a file; see scripts/crash.py.
set -euo pipefail
exec python3 "$(dirname "$0")/crash.py" "$@"
