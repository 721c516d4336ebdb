#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# compile_time.sh [compiler...]: how long the umbrella takes to include, against the standard headers that it includes
# itself. Median of five, taking turns. Fails beyond three times as long.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../include"
[ $# -gt 0 ] || set -- g++ clang++
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '#include <sluice/sluice.hpp>' > "$work/umbrella.cpp"

status=0
for compiler in "$@"; do
    command -v "$compiler" > /dev/null || continue
    "$compiler" -std=c++20 -I. -MM "$work/umbrella.cpp" | grep -o '[^ ]*sluice/[^ ]*\.hpp' |
        xargs grep -hoE '^#include <[a-z_]+>' | sort -u > "$work/standard.cpp"
    for _ in 1 2 3 4 5; do
        for what in umbrella standard; do
            begin=${EPOCHREALTIME/[.,]/}
            "$compiler" -std=c++20 -I. -fsyntax-only "$work/$what.cpp"
            echo "$what $((${EPOCHREALTIME/[.,]/} - begin))"
        done
    done | sort -k1,1 -k2,2n | awk -v compiler="$compiler" -v headers="$(wc -l < "$work/standard.cpp")" '
        { time[$1, ++count[$1]] = $2 / 1000 }
        END {
            ratio = time["umbrella", 3] / time["standard", 3]
            printf "%-8s umbrella %.0f ms, its %d standard headers %.0f ms: %.2f x\n", compiler, time["umbrella", 3],
                headers, time["standard", 3], ratio
            exit ratio > 3
        }' || status=1
done
exit $status
