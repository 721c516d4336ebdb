#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# packet.sh <http_server>: curl fetches files over an Ethernet, a pair of veth with the kernel in one network namespace and
# http_server on a packet socket in another, by both families, with the kernel's offloads and without; each side finds the
# other by ARP or neighbour discovery. tshark finds nothing wrong at sluice's link, nor on the wire where that has whole
# packets. The link goes down in a transfer and comes back, and a device that is deleted ends the server with a word.
# Skipped (77) where something is missing.
set -euo pipefail
server=$(realpath "$1")
skip() { echo "skipped: $1"; exit 77; }
for each in curl tshark ip ethtool unshare nsenter; do command -v $each > /dev/null || skip "no $each"; done
if [ -z "${IN_NAMESPACE-}" ]; then
    apart="unshare -n"
    [ "$(id -u)" = 0 ] || apart="unshare -rn"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
    IN_NAMESPACE=1 exec $apart timeout 300 "$0" "$1"
fi
[ -e /proc/net/if_inet6 ] || skip "no IPv6"
ip link add kernel0 type veth peer name sluice0 2> /dev/null || skip "no veth"

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/files"
head -c 300000 /dev/urandom > "$work/files/some"
head -c 3000000 /dev/urandom > "$work/files/large"
fail() { echo "FAILED: $1"; exit 1; }

# A network namespace for sluice lasts as long as the process in it.
unshare -n sleep 1000 &
far=$!
pids+=($far)
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
inside() { nsenter -t $far -n "$@"; }
ip link set sluice0 netns $far
ip address add 198.18.0.1/24 dev kernel0
ip address add fd00::1/64 dev kernel0 nodad
ip link set kernel0 up
inside sysctl -q net.ipv6.conf.sluice0.disable_ipv6=1  # nothing but sluice speaks there
inside ip link set sluice0 up
until ip link show kernel0 | grep -q 'state UP'; do :; done

serve() {  # serve <address> <name>: and waits until it is up
    mkfifo "$work/said$2"
    nsenter -t $far -n "$server" --link packet:sluice0 --address $1 --port 80 --pcap "$work/$2.pcapng" \
        "$work/files" > "$work/said$2" 2>&1 &
    pid=$!
    pids+=($pid)
    exec 3< "$work/said$2"
    read -r -t 60 -u 3 line || fail "the server says nothing"
    case $line in
        "sluice0: up") ;;
        *CAP_NET_RAW* | *"Linux 4.20"*) skip "$line" ;;
        *) fail "the server says: $line" ;;
    esac
}
get() { curl -sS -g --noproxy '*' --max-time 60 "$@"; }
bad='_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or icmpv6.checksum.status==0 or
    tcp.analysis.fast_retransmission or tcp.analysis.lost_segment or arp.duplicate-address-detected'
clean() {  # clean <file> <what of>
    local wrong
    read_capture() { tshark -r "$file" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y "$1" 2> /dev/null; }
    local file=$1
    wrong=$(read_capture "$bad")
    [ -z "$wrong" ] || { head -n 5 <<< "$wrong"; fail "tshark, of $2"; }
    # Nothing is lost; but who has no processor for longer than two round trips answers after the probe of the tail (RFC
    # 8985 section 7), or after its peer's timeout: once in each of eleven transfers at most.
    wrong=$(read_capture tcp.analysis.retransmission)
    [ "$(grep -c . <<< "$wrong")" -le 11 ] || { head -n 15 <<< "$wrong"; fail "retransmissions, of $2"; }
}

for offloads in on off; do
    for device in "ethtool -K kernel0" "inside ethtool -K sluice0"; do
        $device tx $offloads tso $offloads gso $offloads gro $offloads > /dev/null 2>&1 || skip "ethtool can't"
    done
    for family in 4 6; do
        what="IPv$family, offloads $offloads"
        if [ $family = 4 ]; then own=198.18.0.2 length=24 url=http://198.18.0.2
        else own=fd00::2 length=64 url='http://[fd00::2]'; fi
        ip neighbour flush dev kernel0
        serve $own/$length $family$offloads
        if [ $offloads = off ]; then
            tshark -i kernel0 -w "$work/wire$family.pcapng" > /dev/null 2>&1 &
            watcher=$!
            pids+=($watcher)
            until [ -s "$work/wire$family.pcapng" ]; do kill -0 $watcher || skip "tshark can't capture"; done
        fi
        get -o "$work/got" "$url/some" || fail "curl, $what"
        cmp "$work/got" "$work/files/some" || fail "other octets, $what"
        ten=$(printf "$url/some %.0s" 1 2 3 4 5 6 7 8 9 10)
        get $ten | cmp - <(for i in 1 2 3 4 5 6 7 8 9 10; do cat "$work/files/some"; done) || fail "ten times, $what"
        ip neighbour show to $own | grep -q lladdr || fail "the kernel does not know where sluice is, $what"
        kill $pid
        wait $pid || fail "the server did not end in good order, $what"
        packets=$(tshark -r "$work/$family$offloads.pcapng" 2> /dev/null | wc -l)
        [ "$packets" -ge 2300 ] || fail "no more than $packets packets in the capture, $what"
        clean "$work/$family$offloads.pcapng" "$what"
        if [ $offloads = off ]; then
            kill $watcher
            wait $watcher || true
            found=$(tshark -r "$work/wire$family.pcapng" -Y "$([ $family = 4 ] && echo 'arp.opcode==2' ||
                echo 'icmpv6.type==136')" 2> /dev/null | wc -l)
            [ "$found" -ge 1 ] || fail "nobody answers who asks for an address, $what"
            clean "$work/wire$family.pcapng" "the wire, $what"
        fi
        echo "$what: $packets packets, nothing wrong with any"  # 11 times 300,000 octets of at most 1,448
    done
done

# Down while it transfers, at a rate that leaves time for it, and up again: TCP repairs it.
serve 198.18.0.2/24 cut
get --limit-rate 1M -o "$work/got" http://198.18.0.2/large &
fetching=$!
until [ "$(stat -c %s "$work/got" 2> /dev/null || echo 0)" -ge 500000 ]; do kill -0 $fetching || fail "curl, cut"; done
inside ip link set sluice0 down
if read -r -t 2 -u 3 line || ! kill -0 $pid; then fail "a link that is down, and the server says: $line"; fi
inside ip link set sluice0 up
wait $fetching || fail "curl, over a link that was down for two seconds"
cmp "$work/got" "$work/files/large" || fail "other octets over a link that was down"
echo "a link that was down for two seconds: all octets"

ip link delete kernel0
read -r -t 60 -u 3 line || fail "the server does not say that its device was deleted"
[ "$line" = "sluice0: the link is gone" ] || fail "of a device that was deleted it says: $line"
if wait $pid; then fail "the server ended well though its device was deleted"; fi
echo "a device that was deleted: $line"
