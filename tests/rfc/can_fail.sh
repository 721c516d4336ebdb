#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ../requirements.sh must count a small project right, and notice each way in which its lists can be wrong.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

good_project() {
    rm -rf "${work:?}"/*
    mkdir -p "$work"/{include,tests/rfc}
    cp "$here/replace.awk" "$work/tests/rfc"
    printf '%s\n' 'MUST-1 3.1 a' 'MUST-2 3.1 b' 'SHLD-1 3.1 c' 'MAY-1 3.1 d' > "$work/tests/rfc/requirements.txt"
    printf '%s\n' 'bool f(int a) { return a < 1 || a == 7; }' 'int g;' > "$work/include/f.hpp"
    printf '%s\n' 'TEST_CASE("MUST-1 SHLD-1 text")' 'TEST_CASE("text of MUST-2 ")' > "$work/tests/f.cpp"
    printf '%s\n' 'MUST-1 SHLD-1 | include/f.hpp | 1 || a => 2 || a' 'MUST-1 | include/f.hpp | int g; =>' \
        > "$work/tests/rfc/faults.txt"
    echo 'MUST-2: no reason' > "$work/tests/rfc/exclusions.txt"
    echo 'MAY-1: part 2' > "$work/tests/rfc/left.txt"
}

breach() {  # breach <what the message must say>, after the project was broken
    local said
    if said=$(bash "$here/../requirements.sh" "$work") || ! grep -qF -- "$1" <<< "$said"; then
        echo "requirements.sh did not say '$1' but: $said"
        failed=1
    fi
    good_project
}

good_project
cd "$work"
said=$(bash "$here/../requirements.sh" "$work") || failed=1
[ "$said" = $'requirements excluded: 1\nrequirements: MUST 2/2 SHLD 1/1 MAY 0/1' ] ||
    { echo "wrong count: $said"; failed=1; }

: > tests/rfc/exclusions.txt;                                 breach 'MUST-2: has no test: 3.1 b'
: > tests/rfc/faults.txt;                                     breach 'SHLD-1: has no fault: 3.1 c'
: > tests/f.cpp;                                              breach 'SHLD-1: has a fault, but no test'
sed -i 's/SHLD-1 //' tests/f.cpp;                             breach 'SHLD-1: has a fault, but no test'
echo 'MUST-1: reason' >> tests/rfc/exclusions.txt;            breach 'MUST-1: more than one of'
echo 'MUST-2: part 2' >> tests/rfc/left.txt;                  breach 'MUST-2: more than one of'
echo 'MAY-1:' > tests/rfc/left.txt;                           breach 'MAY-1: left without a reason'
echo 'MUST-3: reason' >> tests/rfc/exclusions.txt;            breach 'MUST-3: no such requirement'
echo 'TEST_CASE("MUST-70 text")' >> tests/f.cpp;              breach 'MUST-70: no such requirement'
echo 'MUST-1 | include/f.hpp | nothing' >> tests/rfc/faults.txt;       breach 'not ID | file | old => new'
echo 'MUST-1 | include/f.hpp | return b => b' >> tests/rfc/faults.txt;  breach 'does not have this text exactly once'
echo 'MUST-1 | include/f.hpp | a => b' >> tests/rfc/faults.txt;        breach 'does not have this text exactly once'
echo 'MUST-1 | include/none.hpp | a => b' >> tests/rfc/faults.txt;     breach 'does not have this text exactly once'
exit $failed
