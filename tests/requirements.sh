#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# requirements.sh [<project root>]: which requirements of RFC 9293 are covered. One is when a test case's name begins
# with its ID and rfc/faults.txt has a fault that must make it fail, or when rfc/exclusions.txt gives a reason. Fails
# for one that is neither covered nor listed in rfc/left.txt, and for whatever in these lists does not fit the code.
set -euo pipefail
export LC_ALL=C
cd "${1:-$(dirname "$(realpath "$0")")/..}"

fault='^([A-Z0-9 -]+) \| ([^ ]+) \| (.+) =>( (.*))?$'  # IDs, file, old, -, new

# The IDs at the beginning of the names of all test cases.
tested() {
    find tests -name '*.cpp' ! -path 'tests/compile_fail/*' ! -path 'tests/consumer/*' -exec cat {} + | tr '\n' ' ' |
        { grep -oE 'TEST_CASE[A-Z_]*\([^"]*"((MUST|SHLD|MAY)-[0-9]+ )+' || true; } |
        { grep -oE '(MUST|SHLD|MAY)-[0-9]+' || true; } | sort -u
}

lines() { grep -vE '^(#|$)' "tests/rfc/$1" || true; }

{
    lines requirements.txt | sed 's/^/known /'
    tested | sed 's/^/tested /'
    lines exclusions.txt | sed 's/^\([^:]*\):/excluded \1/'
    lines left.txt | sed 's/^\([^:]*\):/left \1/'
    lines faults.txt | while IFS= read -r line; do
        [[ $line =~ $fault ]] || { echo "wrong $line: not ID | file | old => new"; continue; }
        OLD=${BASH_REMATCH[3]} NEW=${BASH_REMATCH[5]} \
            awk -f tests/rfc/replace.awk "${BASH_REMATCH[2]}" > /dev/null 2>&1 ||
            echo "wrong $line: the file does not have this text exactly once"
        printf 'fault %s\n' ${BASH_REMATCH[1]}
    done
} | awk '
    function breach(what) { print what; bad = 1 }
    $1 == "wrong" { sub("wrong ", "faults.txt: "); breach($0); next }
    $1 == "known" { id[++n] = $2; known[$2] = $0; sub(/known [^ ]* /, "", known[$2]); next }
    !($2 in known) { breach($2 ": no such requirement, yet " $1); next }
    ($1 == "excluded" || $1 == "left") && NF < 3 { breach($2 ": " $1 " without a reason") }
    { is[$1, $2] = 1 }
    END {
        for (i = 1; i <= n; ++i) {
            it = id[i]
            kind = it
            sub("-.*", "", kind)
            ++all[kind]
            covered = is["tested", it] && is["fault", it]
            if (covered + is["excluded", it] + is["left", it] > 1)
                breach(it ": more than one of covered, excluded and left")
            else if (covered || is["excluded", it]) ++done[kind]
            else if (is["fault", it]) breach(it ": has a fault, but no test that could fail: " known[it])
            else if (!is["left", it]) breach(it ": has no " (is["tested", it] ? "fault: " : "test: ") known[it])
            excluded += is["excluded", it]
        }
        print "requirements excluded: " excluded + 0
        printf "requirements: MUST %d/%d SHLD %d/%d MAY %d/%d\n",
            done["MUST"], all["MUST"], done["SHLD"], all["SHLD"], done["MAY"], all["MAY"]
        exit bad
    }'
