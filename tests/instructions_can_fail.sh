#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bench/instructions.sh --check must notice a figure that is off, either way, a ratio that has grown, and rows that are
# not there. Here it has a list of three quick rows, with figures as they are measured, and then with others.
#   instructions_can_fail.sh <directory of the benchmarks>
set -euo pipefail
directory=${1:?directory of the benchmarks}
script=$(dirname "$(realpath "$0")")/../bench/instructions.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list=$work/'a list.txt'
failed=0

printf '%s\n' '# Quick rows.' '' 'syn: a SYN' \
    'connections | a SYN beyond the backlog, answered with a cookie | 1000 | 1' \
    'segment: a segment' 'bulk | sluice, 64 KiB, no octets | 1000 | 1' \
    'bulk | sluice, 256 KiB, no octets | 1000 | 1' > "$list"
bash "$script" --record "$directory" '' "$list" > "$work/said" || { code=$?; cat "$work/said"; exit $code; }
cp "$list" "$work/good"

times() {  # times <a row's name> <percent>: multiplies its recorded figure
    awk -F ' \\| ' -v OFS=' | ' -v name="$1" -v percent="$2" '$2 == name { $4 = int($4 * percent / 100) } { print }' \
        "$list" > "$work/altered"
    mv "$work/altered" "$list"
}
expect() {  # expect <exit code> <what must be said, a regular expression> [question], with the list as it is now
    local code=0
    bash "$script" --check "$directory" "${3-}" "$list" > "$work/said" || code=$?
    if [[ $code != "$1" ]] || ! grep -qE -- "$2" "$work/said"; then
        echo "not $1 and '$2', but $code and:"
        cat "$work/said"
        failed=1
    fi
    cp "$work/good" "$list"
}

a_syn='a SYN beyond the backlog, answered with a cookie'
expect 0 'SYN .* 1\.00 x$'
times "$a_syn" 108
expect 0 'SYN .* 1\.00 x$' syn
times "$a_syn" 80
expect 1 'SYN .*  MORE THAN 10 % OFF$' syn
times "$a_syn" 120
expect 1 'SYN .*  MORE THAN 10 % OFF$' syn
times "$a_syn" 120
expect 0 '256 KiB' segment
times 'sluice, 64 KiB, no octets' 108
times 'sluice, 256 KiB, no octets' 93
expect 1 '256 KiB.* x  RATIO HAS GROWN$' segment
expect 2 'no row' nobody
sed -i 's/a cookie/no cookie/' "$list"
expect 1 'there is nobody of this name' syn
sed -i 's/ | 1000 | / | /' "$list"
expect 2 'neither a question nor a row' syn
exit $failed
