#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# packet.sh <http_server>: curl fetches files over an Ethernet, a pair of veth with the kernel in one network namespace and
# http_server on a packet socket in another, by both families, with the kernel's offloads and without; each side finds the
# other by ARP or neighbour discovery. tshark finds nothing wrong at sluice's link, nor on the wire where that has whole
# packets. The link goes down in a transfer and comes back, and a device that is deleted ends the server with a word.
# Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl tshark ip ethtool unshare nsenter
enter -n "$@"

mkdir "$work/files"
head -c 300000 /dev/urandom > "$work/files/some"
head -c 3000000 /dev/urandom > "$work/files/large"
new_host far  # sluice's
ip link add kernel0 type veth peer name sluice0 netns $far 2> /dev/null || skip "no veth"
for family in 4 6; do
    addresses
    ip address add $theirs/$length dev kernel0 $([ $family = 4 ] || echo nodad)
done
ip link set kernel0 up
$in_far sysctl -q net.ipv6.conf.sluice0.disable_ipv6=1  # nothing but sluice speaks there
$in_far ip link set sluice0 up
until ip link show kernel0 | grep -q 'state UP'; do :; done

serve() {  # serve <capture>
    start $in_far "$server" --link packet:sluice0 --address $own/$length --port 80 --pcap "$1" "$work/files"
}

for offloads in on off; do
    for device in "ethtool -K kernel0" "$in_far ethtool -K sluice0"; do
        $device tx $offloads tso $offloads gso $offloads gro $offloads > /dev/null 2>&1 || skip "ethtool can't"
    done
    for family in 4 6; do
        what="IPv$family, offloads $offloads"
        addresses
        ip neighbour flush dev kernel0
        capture=$work/$family$offloads.pcapng
        serve "$capture"
        if [ $offloads = off ]; then
            tshark -i kernel0 -w "$work/wire$family.pcapng" > /dev/null 2>&1 &
            watcher=$!
            until [ -s "$work/wire$family.pcapng" ]; do kill -0 $watcher || skip "tshark can't capture"; done
        fi
        get -o "$work/got" "$url/some" || fail "curl, $what"
        cmp "$work/got" "$work/files/some" || fail "other octets, $what"
        ten=$(printf "$url/some %.0s" 1 2 3 4 5 6 7 8 9 10)
        get $ten | cmp - <(for i in 1 2 3 4 5 6 7 8 9 10; do cat "$work/files/some"; done) || fail "ten times, $what"
        ip neighbour show to $own | grep -q lladdr || fail "the kernel does not know where sluice is, $what"
        stop
        unharmed "$capture" "$what" 11
        if [ $offloads = off ]; then
            kill $watcher
            wait $watcher || true
            answers=$([ $family = 4 ] && echo arp.opcode==2 || echo icmpv6.type==136)
            found=$(read_capture "$work/wire$family.pcapng" $answers | wc -l)
            [ "$found" -ge 1 ] || fail "nobody answers who asks for an address, $what"
            unharmed "$work/wire$family.pcapng" "the wire, $what" 11
        fi
        has_packets "$capture" 2300 "$what"  # 11 times 300,000 octets of at most 1,448
    done
done

# Down while it transfers, at a rate that leaves time for it, and up again: TCP repairs it.
family=4
addresses
serve "$work/cut.pcapng"
get --limit-rate 1M -o "$work/got" $url/large &
fetching=$!
until [ "$(stat -c %s "$work/got" 2> /dev/null || echo 0)" -ge 500000 ]; do kill -0 $fetching || fail "curl, cut"; done
$in_far ip link set sluice0 down
if read -r -t 2 -u "$said" line || ! kill -0 $pid; then fail "a link that is down, and the server says: $line"; fi
$in_far ip link set sluice0 up
wait $fetching || fail "curl, over a link that was down for two seconds"
cmp "$work/got" "$work/files/large" || fail "other octets over a link that was down"
echo "a link that was down for two seconds: all octets"

ip link delete kernel0
read -r -t 60 -u "$said" line || fail "the server does not say that its device was deleted"
[ "$line" = "sluice0: the link is gone" ] || fail "of a device that was deleted it says: $line"
if wait $pid; then fail "the server ended well though its device was deleted"; fi
echo "a device that was deleted: $line"
