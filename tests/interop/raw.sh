#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# raw.sh <http_server>: curl fetches files from http_server on a raw socket at an address of the kernel's, over a pair of
# veth between two network namespaces, by both families. Without the rule that http_server prints the kernel's RSTs end
# it; with it they do not, and tshark finds nothing wrong. Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl tshark ip nft unshare nsenter
enter -n "$@"

mkdir "$work/files"
head -c 300000 /dev/urandom > "$work/files/some"
new_host client
from=$in_client
ip link add server0 type veth peer name client0 netns $client 2> /dev/null || skip "no veth"
ip link set server0 up
$in_client ip link set client0 up
for family in 4 6; do
    addresses
    no_dad=$([ $family = 4 ] || echo nodad)
    ip address add $own/$length dev server0 $no_dad
    $in_client ip address add $theirs/$length dev client0 $no_dad
done
until ip link show server0 | grep -q 'state UP'; do :; done

for family in 4 6; do
    addresses
    url=$url:7080
    capture=$work/$family.pcapng
    start "$server" --link raw:7 --address $own/$length --port 7080 --pcap "$capture" "$work/files"
    [[ $told == *": nft add table"* ]] || fail "the server does not say how to silence the kernel: $told"
    ! get -o "$work/got" "$url/some" 2> /dev/null || fail "the kernel does not answer even without a rule, IPv$family"
    eval "${told#*: }" || skip "nft can't"
    get -o "$work/got" "$url/some" || fail "curl over IPv$family"
    cmp "$work/got" "$work/files/some" || fail "other octets over IPv$family"
    get "$url/some" "$url/some" | cmp - <(cat "$work/files/some" "$work/files/some") || fail "twice, over IPv$family"
    nft delete table inet sluice
    stop
    # What the kernel broke at first does not count; nor does a probe while somebody has no processor (packet.sh).
    clean "$capture" "IPv$family" \
        'tcp.analysis.fast_retransmission or tcp.analysis.lost_segment or tcp.flags.reset==1' 'tcp.stream > 0'
    has_packets "$capture" 621 "IPv$family" 'tcp.stream > 0'  # 900,000 octets of at most 1,448
done
