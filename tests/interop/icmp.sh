#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# icmp.sh <http_server>: ping gets its octets back from sluice through a TUN device, and the kernel's UDP hears from it that
# nobody listens; by both families, in a network namespace of its own. Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need ping ip unshare /dev/net/tun
enter -n "$@"

for family in 4 6; do
    addresses
    start "$server" --link tun:sluice$family --address $own/$length --peer $theirs --port 80 "$work"

    # ping compares what comes back with what it sent. For the last one it waits twice the longest trip, and -i at least.
    for size in 0 56 1400; do
        ping -n -c 2 -i 0.5 -W 10 -s $size $own > "$work/ping" || { cat "$work/ping"; fail "ping -s $size over IPv$family"; }
        grep -q ' 0% packet loss' "$work/ping" || fail "ping -s $size over IPv$family lost something"
        ! grep -qi 'wrong data\|DUP' "$work/ping" || fail "ping -s $size over IPv$family got something else"
    done
    ! ping -n -c 1 -W 1 ${own%2}9 > /dev/null || fail "an address that is not sluice's answers over IPv$family"

    # The second datagram meets the error that the first one drew.
    exec 4<> /dev/udp/$own/53
    refused=
    for attempt in {1..50}; do
        { echo "a question" >&4; } 2> "$work/udp" || { refused=$(cat "$work/udp"); break; }
        sleep 0.1
    done
    exec 4>&-
    [[ $refused == *"Connection refused"* ]] || fail "UDP over IPv$family is not refused: $refused"
    stop
    echo "IPv$family: echo answered, UDP refused"
done
