#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# beast.sh <beast_server>: curl fetches files by HTTP and HTTPS from Boost.Beast and asio's ssl::stream on sluice, over
# the kernel's TCP and a TUN device, in a network namespace of its own; tshark finds nothing wrong with the captures.
# Skipped (77) where one of them is missing.
set -euo pipefail
server=$(realpath "$1")
skip() { echo "skipped: $1"; exit 77; }
for each in curl openssl tshark ip unshare; do command -v $each > /dev/null || skip "no $each"; done
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
mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
: > "$work/files/empty"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=198.18.0.2 \
    -addext subjectAltName=IP:198.18.0.2 -keyout "$work/key" -out "$work/certificate" 2> "$work/said" ||
    { cat "$work/said"; exit 1; }
fail() { echo "FAILED: $1"; exit 1; }
get() { curl -sS --noproxy '*' --cacert "$work/certificate" --max-time 60 "$@"; }

for scheme in http https; do
    url=$scheme://198.18.0.2
    with=()
    [ $scheme = http ] || with=("$work/certificate" "$work/key")
    mkfifo "$work/said_$scheme"
    "$server" --link tun:sluice_$scheme --address 198.18.0.2/24 --peer 198.18.0.1 --pcap "$work/$scheme.pcapng" \
        "$work/files" "${with[@]}" > "$work/said_$scheme" 2>&1 &
    pid=$!
    exec 3< "$work/said_$scheme"
    read -r -t 60 -u 3 line || fail "the server says nothing"
    case $line in
        "sluice_$scheme: up") ;;
        */dev/net/tun* | *CAP_NET_ADMIN*) skip "$line" ;;
        *) fail "the server says: $line" ;;
    esac
    get -o "$work/got" $url/large || fail "curl by $scheme"
    cmp "$work/got" "$work/files/large" || fail "other octets by $scheme"
    get $url/large $url/empty $url/large | cmp - <(cat "$work/files/large" "$work/files/large") ||
        fail "one connection, several files, by $scheme"
    [ "$(get -o /dev/null -w '%{http_code}' $url/none)" = 404 ] || fail "what is not there by $scheme"
    ! get -v -o /dev/null $url:81/large 2> "$work/refused" || fail "somebody listens at port 81"
    grep -q 'Connection refused' "$work/refused" || fail "curl says of port 81: $(cat "$work/refused")"
    kill $pid
    wait $pid || fail "the server did not end in good order"
    pid=
    packets=$(tshark -r "$work/$scheme.pcapng" 2> /dev/null | wc -l)
    [ "$packets" -ge 4000 ] || fail "no more than $packets packets in the capture"  # 9 MB of 1,448 octets, and ACKs
    wrong=$(tshark -r "$work/$scheme.pcapng" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y \
        '_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or tcp.analysis.retransmission' 2> /dev/null)
    [ -z "$wrong" ] || { head -n 5 <<< "$wrong"; fail "tshark, of $scheme"; }
    echo "$scheme: $packets packets, nothing wrong with any"
done
