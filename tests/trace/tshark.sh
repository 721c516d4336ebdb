#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tshark.sh <demo>: what others make of our captures. The demo's, most of lossy runs, are read by tshark, which finds no
# malformed packet, no bad checksum and no option it does not know, and does find losses and retransmissions. Control:
# one octet that is changed, in a header or in text, is found. Skipped (77) without tshark.
set -euo pipefail
demo=${1:?the demo}
command -v tshark > /dev/null || { echo "skipped: tshark (Debian: tshark) is not there"; exit 77; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$demo" "$place" > "$place/log" || { cat "$place/log"; exit 1; }

# How many packets of a capture are as the filter says; all without one.
count() {
    tshark -n -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -r "$1" ${2:+-Y "$2"} 2>> "$place/log" | wc -l
}
bad='_ws.malformed || tcp.checksum.status == "Bad" || ip.checksum.status == "Bad" || tcp.options.unknown'
again='tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.spurious_retransmission'
status=0
say() { echo "$1"; status=1; }

packets=0 sent_again=0 captures=0
for capture in "$place"/*.pcapng; do
    name=$(basename "$capture")
    all=$(count "$capture")
    good=$(count "$capture" 'tcp.checksum.status == "Good" && ip.checksum.status == "Good"')
    wrong=$(count "$capture" "$bad")
    [ "$all" -gt 5 ] || say "$name: $all packets"
    [ "$good" = "$all" ] || say "$name: $good of $all packets have good checksums"
    [ "$wrong" = 0 ] || say "$name: $wrong packets are malformed or have a bad checksum"
    packets=$((packets + all)) captures=$((captures + 1))
    sent_again=$((sent_again + $(count "$capture" "$again")))
done
[ $captures -ge 8 ] || say "only $captures captures"
[ $sent_again -gt 100 ] || say "only $sent_again retransmissions: these runs lost nothing"

# Octets of a packet in the middle, from the end of the file: its text, and its TCP header's length.
control=$place/control
size=$(stat -c %s "$place/fast-retransmit.pcapng")
for at in $((size / 2)) $((size / 2 + 1)) $((size / 2 + 2)); do
    cp "$place/fast-retransmit.pcapng" "$control"
    octet=$(od -An -tu1 -j "$at" -N 1 "$control")
    printf "\\x$(printf %x $((octet ^ 0x55)))" | dd of="$control" bs=1 seek="$at" conv=notrunc status=none
    [ "$(count "$control" "$bad")" = 1 ] || say "a changed octet at $at is not found"
done
echo "$captures captures, $packets packets, $sent_again of them retransmissions"
exit $status
