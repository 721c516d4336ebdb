#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# faults.sh [--sample N --seed TEXT]: plants the faults of faults.txt, all or N chosen by the seed, one at a time in a copy
# of the library; all scripts pass without them, and the script named must fail with each. Says how many others fail too.
# The runner is the example's, with the policies that the scripts are written for.
set -euo pipefail
export LC_ALL=C
sample= seed=
while [ $# -gt 1 ]; do
    case $1 in --sample) sample=$2 ;; --seed) seed=$2 ;; *) break ;; esac
    shift 2
done
[ $# = 0 ] || { sed -n 3,5p "$0"; exit 2; }
cd "$(dirname "$(realpath "$0")")/../.."

tree=build/script_faults
rm -rf "$tree"
mkdir -p "$tree"
cp -r include "$tree"
made='run_script(text, name, \&sluice::testing::script::make_with_ecn<sluice::reno, sluice::sack_recovery>)'
sed "s/run_script<my_tcp>(text, name)/$made/" examples/packet_script.cpp > "$tree/runner.cpp"
grep -q make_with_ecn "$tree/runner.cpp"
mapfile -t scripts < <(find tests/scripts -name '*.pkt' | sort)
compiler=("${CXX:-g++}" -std=c++20 -O1 "-I$tree/include" -Iexamples)
! command -v ccache > /dev/null || compiler=(ccache "${compiler[@]}")

failing() {  # failing <runner>: the scripts that fail
    timeout 60 "$1" "${scripts[@]}" | sed -n 's,^tests/scripts/\([^:]*\.pkt\):[0-9:]*: failed.*,\1,p' || true
}

"${compiler[@]}" "$tree/runner.cpp" -o "$tree/runner"
passed=$("$tree/runner" "${scripts[@]}" | grep -c ': passed$') || true
[ "$passed" = ${#scripts[@]} ] || { echo "without a fault only $passed of ${#scripts[@]} pass:"; failing "$tree/runner"; exit 1; }

# In an order that only the text decides.
chosen() {
    [ -n "$sample" ] || { cat; return; }
    while IFS= read -r line; do echo "$(cksum <<< "$seed $line") $line"; done | sort -n | head -n "$sample" | cut -d' ' -f3-
}

count=0 missed=0
while IFS= read -r line; do
    script=${line%% | *} rest=${line#* | }
    file=${rest%% | *} change=${rest#* | }
    cp "$file" "$tree/$file.whole"
    OLD=${change% => *} NEW=${change##* => } awk -f tests/rfc/replace.awk "$file" > "$tree/$file" ||
        { echo "$file does not have this once: ${change% => *}"; exit 1; }
    "${compiler[@]}" "$tree/runner.cpp" -o "$tree/faulty"
    mv "$tree/$file.whole" "$tree/$file"
    found=$(failing "$tree/faulty")
    count=$((count + 1))
    if grep -qxF "$script" <<< "$found"; then
        echo "caught    $script, and by $(($(wc -l <<< "$found") - 1)) others"
    else
        echo "SURVIVED  $script: $change"
        missed=$((missed + 1))
    fi
done < <(grep -vE '^(#|$)' tests/scripts/faults.txt | chosen)
echo "faults $count: caught $((count - missed)), survived $missed"
[ $missed = 0 ] && [ $count != 0 ]
