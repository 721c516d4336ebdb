#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh <compiler> [<directory>]: each .cpp of the directory (default: this one) is a program that must not compile.
#   // expect: <regex>   the first line with "error:" matches the first of these; further ones match anywhere
#   // near: <regex>     stands within six lines of that first line
# The same file with SLUICE_CONTROL defined, which chooses its correct variant, must compile without a word: so it is
# the mistake that fails, not a missing header. (Extended regular expressions.)
set -euo pipefail
export LC_ALL=C
compiler=$1
here=$(dirname "$(realpath "$0")")
cases=0
failed=0

# What nearly all of them include is read once, before the first.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=(-std=c++20 -I"$here/../../include")
echo '#include <sluice/policy/compose.hpp>' > "$work/before.hpp"
"$compiler" "${options[@]}" -x c++-header "$work/before.hpp" -o "$work/before.hpp.gch"
compile() { "$compiler" "${options[@]}" -include "$work/before.hpp" -fsyntax-only "$@" 2>&1; }

wrong() {
    echo "$file: $1"
    sed 's/^/    /' <<< "$output" | head -n 20
    failed=1
}

for file in "${2:-$here}"/*.cpp; do
    cases=$((cases + 1))
    if ! output=$(compile -Wall -Wextra -Werror -DSLUICE_CONTROL "$file"); then
        wrong "the correct variant does not compile"
        continue
    fi
    if output=$(compile "$file"); then
        wrong "compiles"
        continue
    fi
    mapfile -t expected < <(sed -n 's|^ *// expect: ||p' "$file")
    mapfile -t near < <(sed -n 's|^ *// near: ||p' "$file")
    [ ${#expected[@]} -gt 0 ] || { wrong "has no expect line"; continue; }
    first=$(grep -n -m1 'error:' <<< "$output") || { wrong "no line says error:"; continue; }
    line=${first%%:*}
    around=$(awk -v line="$line" 'NR >= line - 6 && NR <= line + 6' <<< "$output")
    grep -qE -- "${expected[0]}" <<< "$first" || wrong "the first error does not match: ${expected[0]}"
    for regex in "${expected[@]:1}"; do grep -qE -- "$regex" <<< "$output" || wrong "nothing matches: $regex"; done
    for regex in "${near[@]}"; do grep -qE -- "$regex" <<< "$around" || wrong "not near the first error: $regex"; done
done
echo "$cases cases"
[ $cases -gt 0 ] && exit $failed
