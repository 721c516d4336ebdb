#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# beast.sh <beast_server>: curl fetches files by HTTP and HTTPS from Boost.Beast and asio's ssl::stream on sluice, over
# the kernel's TCP and a TUN device, in a network namespace of its own; tshark finds nothing wrong with the captures.
# Skipped (77) where one of them is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl openssl tshark ip unshare /dev/net/tun
enter -n "$@"

addresses
mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
: > "$work/files/empty"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=$own \
    -addext subjectAltName=IP:$own -keyout "$work/key" -out "$work/certificate" 2> "$work/told" ||
    fail "$(cat "$work/told")"
fetch() { get --cacert "$work/certificate" "$@"; }

for scheme in http https; do
    url=$scheme://$own
    with=()
    [ $scheme = http ] || with=("$work/certificate" "$work/key")
    start "$server" --link tun:sluice_$scheme --address $own/$length --peer $theirs --pcap "$work/$scheme.pcapng" \
        "$work/files" "${with[@]}"
    fetch -o "$work/got" $url/large || fail "curl by $scheme"
    cmp "$work/got" "$work/files/large" || fail "other octets by $scheme"
    fetch $url/large $url/empty $url/large | cmp - <(cat "$work/files/large" "$work/files/large") ||
        fail "one connection, several files, by $scheme"
    [ "$(fetch -o /dev/null -w '%{http_code}' $url/none)" = 404 ] || fail "what is not there by $scheme"
    ! fetch -v -o /dev/null $url:81/large 2> "$work/refused" || fail "somebody listens at port 81"
    grep -q 'Connection refused' "$work/refused" || fail "curl says of port 81: $(cat "$work/refused")"
    stop
    unharmed "$work/$scheme.pcapng" $scheme 3
    has_packets "$work/$scheme.pcapng" 4000 $scheme  # 9 MB of 1,448 octets, and ACKs
done
