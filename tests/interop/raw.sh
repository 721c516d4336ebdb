#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# raw.sh <http_server>: curl fetches files from http_server on a raw socket at an address of the kernel's, over a pair of
# veth between two network namespaces, by both families. Without the rule that http_server prints the kernel's RSTs end
# it; with it they do not, and tshark finds nothing wrong. Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
skip() { echo "skipped: $1"; exit 77; }
for each in curl tshark ip nft unshare nsenter; do command -v $each > /dev/null || skip "no $each"; done
if [ -z "${IN_NAMESPACE-}" ]; then
    apart="unshare -n"
    [ "$(id -u)" = 0 ] || apart="unshare -rn"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
    IN_NAMESPACE=1 exec $apart timeout 300 "$0" "$1"
fi
[ -e /proc/net/if_inet6 ] || skip "no IPv6"
ip link add client0 type veth peer name server0 2> /dev/null || skip "no veth"
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/files"
head -c 300000 /dev/urandom > "$work/files/some"
fail() { echo "FAILED: $1"; exit 1; }

unshare -n sleep 1000 &
far=$!
pids+=($far)
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link set client0 netns $far
inside() { nsenter -t $far -n "$@"; }
ip address add 198.18.0.2/24 dev server0
ip address add fd00::2/64 dev server0 nodad
ip link set server0 up
inside ip address add 198.18.0.1/24 dev client0
inside ip address add fd00::1/64 dev client0 nodad
inside ip link set client0 up
until ip link show server0 | grep -q 'state UP'; do :; done
get() { inside curl -sS -g --noproxy '*' --max-time 60 "$@"; }

for family in 4 6; do
    if [ $family = 4 ]; then own=198.18.0.2/24 url=http://198.18.0.2:7080
    else own=fd00::2/64 url='http://[fd00::2]:7080'; fi
    mkfifo "$work/said$family"
    "$server" --link raw:7 --address $own --port 7080 --pcap "$work/$family.pcapng" "$work/files" > "$work/said$family" 2>&1 &
    pid=$!
    pids+=($pid)
    exec 3< "$work/said$family"
    read -r -t 60 -u 3 line || fail "the server says nothing"
    case $line in
        *": nft add table"*) ;;
        *CAP_NET_RAW* | *"Linux 4.5"*) skip "$line" ;;
        *) fail "the server says: $line" ;;
    esac
    read -r -t 60 -u 3 up || fail "the server says no more"
    [ "$up" = "7: up" ] || fail "the server says: $up"
    if get -o "$work/got" "$url/some" 2> /dev/null; then fail "the kernel does not answer even without a rule, IPv$family"; fi
    eval "${line#*: }" || skip "nft can't"
    get -o "$work/got" "$url/some" || fail "curl over IPv$family"
    cmp "$work/got" "$work/files/some" || fail "other octets over IPv$family"
    get "$url/some" "$url/some" | cmp - <(cat "$work/files/some" "$work/files/some") || fail "twice, over IPv$family"
    nft delete table inet sluice
    kill $pid
    wait $pid || fail "the server did not end in good order"
    # What the kernel broke at first does not count; nor does a probe while somebody has no processor (packet.sh).
    wrong=$(tshark -r "$work/$family.pcapng" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y \
        'tcp.stream > 0 and (_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or
        tcp.analysis.fast_retransmission or tcp.analysis.lost_segment or tcp.flags.reset==1)' 2> /dev/null)
    [ -z "$wrong" ] || { head -n 5 <<< "$wrong"; fail "tshark, of IPv$family"; }
    packets=$(tshark -r "$work/$family.pcapng" -Y 'tcp.stream > 0' 2> /dev/null | wc -l)
    [ "$packets" -ge 621 ] || fail "no more than $packets packets in the capture"  # 900,000 octets of at most 1,448
    echo "IPv$family: $packets packets, nothing wrong with any"
done
