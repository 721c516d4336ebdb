#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many instructions does a segment, a request, a connection, an ACK take, and do they grow with windows, connections,
# TIME-WAITs? Unlike times these figures are the same each time. Setting up is not counted. Needs valgrind.
#   instructions.sh <directory of the benchmarks> [part of a row's name]
set -euo pipefail
directory=${1:?directory of the benchmarks}
wanted=${2:-}
# valgrind takes each octet that `rep movsb` copies for an instruction.
export GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000

# Instructions for each unit of one contestant's work, beside those of the first of its group.
row() {
    local program=$1 units=$2 name=$3
    [[ "$name" == *"$wanted"* ]] || return 0
    local each
    each=$(valgrind --tool=callgrind --toggle-collect='bench::measured*' --callgrind-out-file=/dev/null \
        "$directory/bench_$program" "$name" "$units" 2>&1 >/dev/null | awk -v units="$units" '/Collected/ { printf "%.0f", $4 / units }')
    [[ -n "$each" ]] || { echo "bench_$program failed: $name" >&2; exit 1; }
    first=${first:-$each}
    printf '%-72s %8d  %5.2f x\n' "$name" "$each" "$(awk "BEGIN { print $each / $first }")"
}
group() { first=; printf '\n%s\n' "$1"; }

for kind in "" ", no checksums" ", no checksums, lent and peeked" ", no octets" ", super-segments, no checksums"; do
    group "a segment of 1460 octets$kind"
    for window in "64 KiB" "256 KiB" "1 MiB" "16 MiB"; do row bulk 50000 "sluice, $window$kind"; done
    row bulk 50000 "minimal loop, 64 KiB$kind"
done
group "a segment of 8960 octets"
for window in "64 KiB" "256 KiB" "1 MiB" "16 MiB"; do row bulk 10000 "sluice, $window, MTU 9000"; done
row bulk 10000 "minimal loop, 64 KiB, MTU 9000"

group "a request and its response"
for count in "1 connection" "1,000 connections" "100,000 connections"; do row requests 20000 "sluice, $count"; done
row requests 20000 "minimal loop, 1 connection"

group "a connection, opened and closed"
for alive in "16 alive, MSL 0" "1,024 alive, MSL 0" "1,000,000 alive, MSL 0" "16 alive, 1,000,000 in TIME-WAIT"; do
    row connections 5000 "$alive"
done
group "a SYN"
row connections 5000 "a SYN beyond the backlog, answered with a cookie"

for loss in "1 % lost" "5 % lost"; do
    group "an ACK, $loss"
    for window in "64 KiB" "256 KiB" "1 MiB" "16 MiB" "64 MiB"; do row losses 500000 "$window, $loss"; done
done
