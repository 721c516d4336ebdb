#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh <packetscript>: what the program does around the scripts: which arguments it refuses, what counts as a script,
# what stands on which stream. Names each breach.
set -euo pipefail
run=$(realpath "$1")
status=0
say() { echo "$1"; status=1; }

place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"
echo '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3' > good.pkt
mkdir directory.pkt
: > directory.pkt/empty.txt

exits() {  # <status> <what it shows> <argument>...
    local wanted=$1 what=$2 got=0
    shift 2
    "$run" "$@" > out 2> err || got=$?
    [ "$got" = "$wanted" ] || say "$what: exit status $got, not $wanted"
}

exits 0 "a directory that is called x.pkt is no script" .
grep -qx '1 passed, 0 failed, 0 skipped' out || say "the summary: $(cat out)"
exits 1 "a file that is not there fails" good.pkt none.pkt
for setting in foo=1 mtu=abc ip_version=ipv9 rto_floor=soon mss; do
    exits 2 "--set $setting is refused" --set "$setting" good.pkt
    grep -q -- '^packetscript: --set' err || say "--set $setting: nothing says why"
done
exits 0 "--help" --help
for setting in ip_version mtu rto_floor; do grep -qw "$setting" out || say "--help does not name $setting"; done

printf '0 close(3) = 0\xff\n' > octet.pkt
exits 1 "what can't be parsed fails" --json .
[ "$(grep -c '^{.*}$' out)" = "$(wc -l < out)" ] && [ "$(wc -l < out)" = 2 ] || say "--json: not an object a line"
grep -q '\\u00ff' out || say "--json: an octet that is no UTF-8 is not escaped"
grep -qx '1 passed, 1 failed, 0 skipped' err || say "--json: the summary is not on standard error"
exit $status
