#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# http.sh <http_server>: curl fetches files from http_server over the kernel's TCP and a TUN device, by both families, in a
# network namespace of its own; tshark finds nothing wrong with the capture. Skipped (77) where one of them is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl tshark ip unshare
if [ -z "${IN_NAMESPACE-}" ]; then
    apart_by
    IN_NAMESPACE=1 exec $apart "$0" "$1"
fi

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill $pid 2> /dev/null; rm -rf "$work"' EXIT
mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
: > "$work/files/empty"
fail() { echo "FAILED: $1"; exit 1; }

for family in 4 6; do
    if [ $family = 4 ]; then own=198.18.0.2/24 kernel=198.18.0.1 url=http://198.18.0.2
    else own=fd00::2/64 kernel=fd00::1 url='http://[fd00::2]'; fi
    [ $family = 4 ] || [ -e /proc/net/if_inet6 ] || skip "no IPv6"
    mkfifo "$work/said$family"
    "$server" --link tun:sluice$family --address $own --peer $kernel --port 80 --pcap "$work/$family.pcapng" \
        "$work/files" > "$work/said$family" 2>&1 &
    pid=$!
    exec 3< "$work/said$family"
    read -r -t 60 -u 3 line || fail "the server says nothing"
    case $line in
        "sluice$family: up") ;;
        */dev/net/tun* | *CAP_NET_ADMIN*) skip "$line" ;;
        *) fail "the server says: $line" ;;
    esac
    get() { curl -sS -g --noproxy '*' --max-time 60 "$@"; }
    get -o "$work/got" "$url/large" || fail "curl over IPv$family"
    cmp "$work/got" "$work/files/large" || fail "other octets over IPv$family"
    get "$url/large" "$url/empty" "$url/large" | cmp - <(cat "$work/files/large" "$work/files/large") ||
        fail "one connection, several files, over IPv$family"
    [ "$(get -o /dev/null -w '%{http_code}' "$url/none")" = 404 ] || fail "what is not there over IPv$family"
    kill $pid
    wait $pid || fail "the server did not end in good order"
    pid=
    packets=$(tshark -r "$work/$family.pcapng" 2> /dev/null | wc -l)
    [ "$packets" -ge 4000 ] || fail "no more than $packets packets in the capture"  # 9 MB of 1,448 octets, and ACKs
    wrong=$(tshark -r "$work/$family.pcapng" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y \
        '_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or tcp.analysis.retransmission' 2> /dev/null)
    [ -z "$wrong" ] || { head -n 5 <<< "$wrong"; fail "tshark, of IPv$family"; }
    echo "IPv$family: $packets packets, nothing wrong with any"
done
