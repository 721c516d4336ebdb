#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# faults.sh [--sample N --seed TEXT] [ID...]: plants the faults of rfc/faults.txt (which gives their format), all, those
# of the IDs, or N chosen by the seed, one at a time in a copy of the sources; for each of its IDs a case must fail that
# passes without it. Only the files whose cases name the ID are built. The compiler is CXX.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$(realpath "$0")")/.."

sample=
seed=
while [[ ${1-} == --* ]]; do
    case $1 in
        --sample) sample=$2 ;;
        --seed) seed=$2 ;;
        *) echo "no such option: $1" >&2; exit 2 ;;
    esac
    shift 2
done
wanted=" $* "
compiler=("${CXX:-g++}" -std=c++20 -O1 -Iinclude -Itests '-Dstatic_assert(...)=static_assert(true)')
! command -v ccache > /dev/null || compiler=(ccache "${compiler[@]}")

tree=build/faults
rm -rf "$tree"
mkdir -p "$tree/bin"
cp -r include tests "$tree"
cd "$tree"

# One line "ID | file | old => new" for each fault and ID.
faults() {
    grep -vE '^(#|$)' tests/rfc/faults.txt | while IFS= read -r line; do
        for id in ${line%% | *}; do [[ $wanted == "  " || $wanted == *" $id "* ]] && echo "$id | ${line#* | }"; done
    done || true
}
sampled() {
    while IFS= read -r line; do echo "$(cksum <<< "$seed $line") $line"; done | sort -n | head -n "$1" | cut -d' ' -f3-
}

# The test sources with a case whose name begins with this ID, the long ones last.
sources_of() {
    find tests -name '*.cpp' ! -name compile_time.cpp ! -path 'tests/compile_fail/*' | sort | while read -r file; do
        ! tr '\n' ' ' < "$file" | grep -qE "TEST_CASE[A-Z_]*\([^\"]*\"((MUST|SHLD|MAY)-[0-9]+ )*$1 " || echo "$file"
    done | awk '/_long/ { long[++n] = $0; next } { print } END { for (i = 1; i <= n; ++i) print long[i] }'
}

build() {  # build <program> <source>
    local jobs=() objects=() source included
    included=$("${compiler[@]}" -MM "$2")
    rm -rf "$1.objects"
    mkdir "$1.objects"
    for source in tests/support/*.cpp "$2"; do
        case $source in
            */stacks.cpp) [[ $included == *support/stack_bench.hpp* || $included == *support/pair.hpp* ]] || continue ;;
            */hosts.cpp) [[ $included == *support/hosts.hpp* ]] || continue ;;
        esac
        objects+=("$1.objects/${source//\//-}.o")
        "${compiler[@]}" -c "$source" -o "${objects[-1]}" & jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || { wait; return 1; }; done
    "${compiler[@]}" "${objects[@]}" -o "$1"
}

caught=0 survived=0 wrong=0
report() { printf '%-9s%s%s\n' "$1" "$fault" "${2:+ ($2)}"; }
not_a_fault() { report wrong "$1"; [ ! -s log ] || tail -n 20 log; wrong=$((wrong + 1)); }

plant() {
    local id=${fault%% | *} rest=${fault#* | } file source name new
    file=${rest%% | *}
    rest=${rest#* | }
    new=${rest##* =>}
    : > log
    OLD=${rest% =>*} NEW=${new# } awk -f tests/rfc/replace.awk "$file" > faulty 2> /dev/null ||
        { not_a_fault "the file does not have this text exactly once"; return; }
    [ -n "$(sources_of "$id")" ] || { not_a_fault "no case names $id"; return; }
    cp "$file" original
    for source in $(sources_of "$id"); do
        name=bin/${source//\//-}
        if [ ! -e "$name.$id.passed" ]; then
            [ -x "$name" ] || build "$name" "$source" > log 2>&1 ||
                { not_a_fault "$source does not build without it"; return; }
            timeout 60 "$name" -tc="*$id *" > log 2>&1 || { not_a_fault "$source fails without it"; return; }
            touch "$name.$id.passed"
        fi
        cp faulty "$file"
        build bin/faulty "$source" > log 2>&1 || { cp original "$file"; not_a_fault "does not compile"; return; }
        cp original "$file"
        if ! timeout 60 bin/faulty -tc="*$id *" > log 2>&1; then
            report caught "$source"
            caught=$((caught + 1))
            return
        fi
    done
    report SURVIVED
    survived=$((survived + 1))
}

while IFS= read -r fault <&3; do plant; done 3< <(faults | if [ -n "$sample" ]; then sampled "$sample"; else cat; fi)
echo "faults $((caught + survived + wrong)): caught $caught, survived $survived, wrong $wrong"
[ $((survived + wrong)) = 0 ] && [ $caught != 0 ]
