#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# machine_size.sh [compiler...]: the whole size, code and read-only data, of the table's machine and of the hand-written
# switch, each compiled alone with -O2.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")"
[ $# -gt 0 ] || set -- g++ clang++
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for compiler in "$@"; do
    command -v "$compiler" > /dev/null || continue
    for machine in by_switch by_table; do
        printf '#include "machine_%s.hpp"\n#define MACHINE %s\n#include "machine_dispatch.inc"\n' $machine $machine |
            "$compiler" -std=c++20 -O2 -DNDEBUG -fno-asynchronous-unwind-tables -I../include -I. -x c++ -c - \
                -o "$work/$machine.o"
        size -A "$work/$machine.o" | awk -v compiler="$compiler" -v machine=$machine '
            $1 ~ /^\.text/ { code += $2 }
            $1 ~ /^\.(rodata|data)/ { data += $2 }
            END { printf "%-8s %-9s code %5d  data %5d  whole %5d\n", compiler, machine, code, data, code + data }'
    done | awk '{ print; whole[NR] = $NF } END { printf "%-8s ratio %.2f\n", $1, whole[2] / whole[1] }'
done
