#!/usr/bin/env bash
# Fuzzes the parsers with libFuzzer and AddressSanitizer, each for FUZZ_SECONDS (60) of the processor's time, from the seeds
# in Tests/Fuzz/corpus.
# A crash, a hang of 10 s, 2 GB of memory or a broken rule of Tests/Fuzz/Targets.swift is a finding: its input is kept in
# FUZZ_FOLDER/findings and the exit code is 1. So is a target that reaches fewer edges of the code than its floor.
#
# usage: scripts/fuzz.sh [target …]        targets: mail addresses mbox vcard csv imap dav ics
# A finding is run again by: FUZZ_TARGET=mail $FUZZ_FOLDER/fuzz FILE; once mended, its input goes into the corpus.
# FUZZ_PLANTED=1 fuzzes a copy in which the check of a literal's size is left out: the overflow must be found.
# The parsers are built here by swiftc, not by SwiftPM, which cannot link a libFuzzer executable.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-60}
folder=${FUZZ_FOLDER:-${KITH_BUILD:-.build}/fuzz}
planted=${FUZZ_PLANTED:-}
[ -z "$planted" ] || folder=$folder/planted
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
targets=("$@")
[ -z "$planted" ] || targets=(imap)
[ ${#targets[@]} -gt 0 ] || targets=(mail addresses mbox vcard csv imap dav ics)
# Edges that the seeds and a few seconds reach, less a margin: fewer means that the fuzzer no longer gets in.
declare -A floor=([mail]=1900 [addresses]=1050 [mbox]=250 [vcard]=1550 [csv]=1100 [imap]=1500 [dav]=900 [ics]=1650)

sources=$PWD/Sources
plant() {
  rm -rf "$folder/Sources"
  mkdir "$folder/Sources"
  cp -r Sources/{Model,Formats,CIcal,CIconv,CPhone} "$folder/Sources/"
  sources=$folder/Sources
  local place="$sources/Formats/IMAP/IMAPFramer.swift"
  sed -i 's/if size > room {/if size > room, size < 0 {/' "$place"
  ! cmp -s Sources/Formats/IMAP/IMAPFramer.swift "$place" || { echo "nothing to plant in: see plant()" >&2; exit 2; }
}

build() {
  local flags=(-O -g -swift-version 6 -package-name kith -sanitize=fuzzer,address -parse-as-library -enable-upcoming-feature ExistentialAny
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility
    -I "$folder" -Xcc "-fmodule-map-file=$PWD/Sources/CIconv/include/module.modulemap"
    -Xcc "-fmodule-map-file=$folder/CPhone.modulemap" -Xcc "-fmodule-map-file=$folder/CIcal.modulemap" -Xcc -ISources/CIconv/include)
  echo "module CPhone { header \"$PWD/Sources/CPhone/include/CPhone.h\" export * }" >"$folder/CPhone.modulemap"
  echo "module CIcal { header \"$PWD/Sources/CIcal/include/CIcal.h\" export * }" >"$folder/CIcal.modulemap"
  clang -g -O1 -fsanitize=address -ISources/CIcal/include -c Sources/CIcal/CIcal.c -o "$folder/CIcal.o"
  clang -g -O1 -fsanitize=fuzzer-no-link,address -ISources/CIconv/include -c Sources/CIconv/CIconv.c -o "$folder/CIconv.o"
  clang++ -g -O1 -std=c++17 -fsanitize=address -ISources/CPhone/include -c Sources/CPhone/CPhone.cpp -o "$folder/CPhone.o"
  local room
  for room in Model Formats; do
    swiftc "${flags[@]}" -wmo -module-name "$room" -emit-module -emit-module-path "$folder/$room.swiftmodule" \
      -c -o "$folder/$room.o" $(find "$sources/$room" -name '*.swift' | sort)
  done
  swiftc "${flags[@]}" -wmo -module-name Fuzz -emit-module -emit-module-path "$folder/Fuzz.swiftmodule" \
    -c -o "$folder/Fuzz.o" Tests/Fuzz/*.swift
  swiftc -sanitize=fuzzer,address "$folder"/{Fuzz,Model,Formats,CIcal,CIconv,CPhone}.o -lphonenumber -lical -lstdc++ \
    -o "$folder/fuzz" 2> >(grep -v 'Cannot export local symbol' >&2)
}

digest() { cat scripts/fuzz.sh $(find Sources/{Model,Formats,CIcal,CIconv,CPhone} Tests/Fuzz/*.swift -type f | sort) | sha256sum; }

if [ ! -x "$folder/fuzz" ] || [ "$(digest)" != "$(cat "$folder/built" 2>/dev/null)" ]; then
  echo "building the fuzzer in $folder"
  [ -z "$planted" ] || plant
  build
  digest >"$folder/built"
fi

# The runtime of Swift keeps a few hundred bytes that look like leaks.
export ASAN_OPTIONS=detect_leaks=0
passed=0 failed=0
fail() { printf '%-10s FOUND: %s\n' "$1" "$2" && failed=$((failed + 1)); }

fuzz() {
  local target=$1 log="$folder/$1.log" grown="$folder/corpus/$1" findings="$folder/findings/$1" bad=0
  mkdir -p "$grown" "$findings"
  # -close_fd_mask=3 would hide a finding's reason; -rss_limit_mb counts AddressSanitizer's own shadow too.
  local TIMEFORMAT=%U spent=0 runs=0 edges
  while [ "$bad" -eq 0 ] && [ "$spent" -lt "$seconds" ]; do
    { time FUZZ_TARGET=$target "$folder/fuzz" -max_total_time=$((seconds - spent)) -timeout=10 -rss_limit_mb=2048 \
      -max_len=65536 -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$findings/" "$grown" \
      "Tests/Fuzz/corpus/$target" >"$log" 2>&1 || bad=$?; } 2>"$log.cpu"
    # Others may have had the processor too: then it goes on.
    spent=$((spent + $(cut -d. -f1 "$log.cpu") + 1))
    runs=$((runs + $(grep -ao 'number_of_executed_units: [0-9]*' "$log" | cut -d' ' -f2 || echo 0)))
  done
  edges=$(grep -ao 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2 || true)
  if [ -n "$planted" ]; then
    # The trap in the framer, and no other finding.
    if [ "$bad" -ne 0 ] && grep -aq 'IMAPFramer' "$log"; then
      printf '%-10s the planted overflow was found after %s\n' "$target" "$(grep -ao '^#[0-9]*' "$log" | tail -1) inputs"
      passed=$((passed + 1))
    else
      fail "$target" "the planted overflow was missed, log $log"
    fi
  elif [ "$bad" -ne 0 ]; then
    fail "$target" "$(grep -a -m1 -E 'Fatal error|ERROR:|SUMMARY:' "$log" || echo "exit $bad"); input in $findings, log $log"
  elif [ "${edges:-0}" -lt "${floor[$target]}" ]; then
    fail "$target" "only ${edges:-0} edges reached, ${floor[$target]} are the floor"
  else
    printf '%-10s %s inputs in %s s of the processor, %s edges (floor %s), %s kept, nothing found\n' "$target" \
      "$runs" "$spent" "$edges" "${floor[$target]}" "$(find "$grown" -type f | wc -l)"
    passed=$((passed + 1))
  fi
}

for target in "${targets[@]}"; do
  [ -n "${floor[$target]:-}" ] || { echo "no such target: $target" >&2; exit 2; }
  fuzz "$target"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
