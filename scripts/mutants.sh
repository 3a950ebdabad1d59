#!/bin/bash
# Breaks each promise once, as Tests/Mutants says, and expects its tests to notice.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/mutants.py "$@"
