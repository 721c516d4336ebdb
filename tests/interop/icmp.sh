#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# icmp.sh <http_server>: ping gets its octets back from sluice through a TUN device, and the kernel's UDP hears from it that
# nobody listens; by both families, in a network namespace of its own. Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
skip() { echo "skipped: $1"; exit 77; }
for each in ping ip unshare; do command -v $each > /dev/null || skip "no $each"; done
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
if [ -z "${IN_NAMESPACE-}" ]; then
    apart="unshare -n"
    [ "$(id -u)" = 0 ] || apart="unshare -rn"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
    IN_NAMESPACE=1 exec $apart "$0" "$1"
fi

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill $pid 2> /dev/null; rm -rf "$work"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

for family in 4 6; do
    if [ $family = 4 ]; then own=198.18.0.2 length=24 kernel=198.18.0.1
    else own=fd00::2 length=64 kernel=fd00::1; fi
    [ $family = 4 ] || [ -e /proc/net/if_inet6 ] || skip "no IPv6"
    mkfifo "$work/said$family"
    "$server" --link tun:sluice$family --address $own/$length --peer $kernel --port 80 "$work" > "$work/said$family" 2>&1 &
    pid=$!
    exec 3< "$work/said$family"
    read -r -t 60 -u 3 line || fail "the server says nothing"
    case $line in
        "sluice$family: up") ;;
        */dev/net/tun* | *CAP_NET_ADMIN*) skip "$line" ;;
        *) fail "the server says: $line" ;;
    esac

    # ping compares what comes back with what it sent.
    for size in 0 56 1400; do
        ping -n -c 3 -i 0.01 -W 10 -s $size $own > "$work/ping" || { cat "$work/ping"; fail "ping -s $size over IPv$family"; }
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
    kill $pid
    wait $pid || fail "the server did not end in good order"
    pid=

    echo "IPv$family: echo answered, UDP refused"
done
