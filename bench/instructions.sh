#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many instructions does a segment, a request, a connection, a SYN, an ACK take, and do they grow with windows,
# connections, TIME-WAITs? Unlike times these figures are the same each time. Setting up is not counted.
#   instructions.sh [--check | --record] <directory of the benchmarks> [question, or part of a row's name] [list]
# Measures the rows of the list (instructions.txt) under valgrind, and shows what they were when they were recorded.
# --check fails for a row that is more than 10 % off, and for one that has grown: that is a larger multiple of the first
# row of its group than recorded, by more than 10 %; what is larger still could take hours and is left out then.
# --record writes the new figures into the list.
set -euo pipefail
task=show
if [[ "${1-}" == --check || "${1-}" == --record ]]; then task=${1#--}; shift; fi
directory=${1:?directory of the benchmarks}
wanted=${2-}
list=${3:-$(dirname "$(realpath "$0")")/instructions.txt}
[[ -r "$list" ]] || { echo "there is no list $list"; exit 2; }
command -v valgrind > /dev/null || { echo "skipped: there is no valgrind"; exit 77; }
[[ "$(uname -m)" == x86_64 ]] || { echo "skipped: timing.hpp asks callgrind in x86-64 only"; exit 77; }
# valgrind takes each octet that `rep movsb` copies for an instruction.
export GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000

# Sets `each`: instructions for each unit of a row's work.
measure() {
    local program=$1 name=$2 units=$3 said
    said=$(valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file=/dev/null \
        "$directory/bench_$program" "$name" "$units" 2>&1 > /dev/null) ||
        { echo "bench_$program: $name: $said"; exit 1; }
    each=$(awk -v units="$units" '/Collected/ { printf "%.0f", $4 / units }' <<< "$said")
    [[ "${each:-0}" != 0 ]] || { echo "bench_$program: $name: nothing was counted"; exit 1; }
}
ratio() {
    local hundredths=$((($1 * 100 + $2 / 2) / $2))
    printf '%d.%02d x' $((hundredths / 100)) $((hundredths % 100))
}

is_question=$(grep -c "^$wanted: " "$list" || true)
is_wanted() {
    if ((is_question)); then [[ "$question" == "$wanted" ]]; else [[ "$1" == *"$wanted"* ]]; fi
}

mapfile -t lines < "$list"
status=0 rows=0 question='' heading='' first=0 grown=
for i in "${!lines[@]}"; do
    line=${lines[i]}
    if [[ "$line" == '#'* || -z "$line" ]]; then
        continue
    elif [[ "$line" =~ ^([a-z]+):\ [^|]+$ ]]; then
        question=${BASH_REMATCH[1]} heading=$line first=0 grown=
        continue
    elif [[ ! "$line" =~ ^([a-z]+)\ \|\ ([^|]+)\ \|\ ([1-9][0-9]*)\ \|\ ([1-9][0-9]*)$ ]]; then
        echo "$list: neither a question nor a row: $line"
        exit 2
    fi
    program=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]} units=${BASH_REMATCH[3]} recorded=${BASH_REMATCH[4]}
    is_wanted "$name" && [[ -z "$grown" || "$task" != check ]] || continue
    [[ -z "$heading" ]] || printf '\n%s\n' "$heading"
    heading=
    measure "$program" "$name" "$units"
    ((first)) || { first=$each first_recorded=$recorded; }
    verdict=
    ((each * 10 >= recorded * 9 && each * 10 <= recorded * 11)) || verdict+='  MORE THAN 10 % OFF'
    ((each * first_recorded * 10 <= recorded * first * 11)) || { grown=1; verdict+='  RATIO HAS GROWN'; }
    printf '%-56s %8d  %s  recorded %8d  %s%s\n' "$name" "$each" "$(ratio "$each" "$first")" \
        "$recorded" "$(ratio "$recorded" "$first_recorded")" "$verdict"
    [[ -z "$verdict" || "$task" != check ]] || status=1
    lines[i]="$program | $name | $units | $each"
    rows=$((rows + 1))
done
((rows)) || { echo "no row of $list: $wanted"; exit 2; }
if [[ "$task" == record ]]; then printf '%s\n' "${lines[@]}" > "$list"; fi
exit $status
