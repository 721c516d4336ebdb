#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# http.sh <http_server>: curl fetches files from http_server over the kernel's TCP and a TUN device, by both families, in a
# network namespace of its own; tshark finds nothing wrong with the capture. Skipped (77) where one of them is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl tshark ip unshare /dev/net/tun
enter -n "$@"

mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
: > "$work/files/empty"

for family in 4 6; do
    addresses
    start "$server" --link tun:sluice$family --address $own/$length --peer $theirs --port 80 \
        --pcap "$work/$family.pcapng" "$work/files"
    get -o "$work/got" "$url/large" || fail "curl over IPv$family"
    cmp "$work/got" "$work/files/large" || fail "other octets over IPv$family"
    get "$url/large" "$url/empty" "$url/large" | cmp - <(cat "$work/files/large" "$work/files/large") ||
        fail "one connection, several files, over IPv$family"
    [ "$(get -o /dev/null -w '%{http_code}' "$url/none")" = 404 ] || fail "what is not there over IPv$family"
    stop
    unharmed "$work/$family.pcapng" "IPv$family" 3
    has_packets "$work/$family.pcapng" 4000 "IPv$family"  # 9 MB of 1,448 octets, and ACKs
done
