#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh [directory]: each packet script says which clause it shows and which fault it catches, in a function and
# the file that defines it, and no two are equal once comments, blanks and numbers are taken away. Names each breach.
set -euo pipefail
export LC_ALL=C
include=$(dirname "$(realpath "$0")")/../../include/sluice
cd "${1:-"$(dirname "$(realpath "$0")")"}"
status=0
say() { echo "$1"; status=1; }
defined() { sed -E 's,//.*,,; s,\<return\>.*,,' "$2" 2> /dev/null | grep -E "[A-Za-z0-9_>&*] [*&]?$1( ?[({=;,]|[-+<!=])" > /dev/null; }

scripts=$(find . -name '*.pkt' | sort)
while read -r file; do
    head -n 1 "$file" | grep -qE '^// .*(RFC [0-9]+|MUST-|SHLD-|MAY-|N[0-9]+|POSIX|IEEE)' || say "$file: its first line names no clause"
    read -r header name < <(sed -nE 's,^// Fault: ([a-z0-9_/]+\.hpp)[,:] ([a-z0-9_]+).*,\1 \2,p' "$file") || true
    if [ -z "$header" ]; then say "$file: it names no fault"
    elif ! defined "$name" "$include/$header"; then say "$file: $header defines no $name"; fi
done <<< "$scripts"

# "what is left of it <tab> file" for each
stripped=$(while read -r file; do
    printf '%s\t%s\n' "$(sed -e 's,//.*,,' -e 's/[0-9.~+]//g' "$file" | tr -d ' \t\n' | cksum)" "$file"
done <<< "$scripts" | sort)
twins=$(cut -f 1 <<< "$stripped" | uniq -d)
while read -r sum; do
    [ -z "$sum" ] || say "equal but for their numbers: $(grep -F "$sum" <<< "$stripped" | cut -f 2 | tr '\n' ' ')"
done <<< "$twins"

count=$(wc -l <<< "$scripts")
[ "${1-}" ] || [ "$count" -ge 600 ] || say "only $count scripts"
echo "$count scripts"
exit $status
