# SPDX-License-Identifier: MIT
# What a router on the way says, or keeps to itself: how large packets may be, and that there is no way.

# Between the router and the kernel's end packets are no larger than 1300 octets, though its SYN lets us think otherwise.
narrow_path() {
    behind_a_router
    ip link set v0 mtu 1300
    $kernel_in sh -c 'ip link set v1 mtu 1300
        ip route change default via 198.18.1.1 advmss 1460; ip route change default via fd00:1::1 advmss 1440'
}
too_big='(icmp.type==3 and icmp.code==4) or icmpv6.type==2'
# After the router's first word: all that sluice sends fits, and fills what there is.
obeys() {
    local first
    first=$(in_tshark "$too_big" | awk '{ print $1; exit }')
    is "${first:-none}" != none "the router has said nothing"
    is "$(in_tshark "frame.number<=$first and frame.len==1500" | wc -l)" -gt 0
    is "$(in_tshark "frame.number>$first and frame.len>1300" | wc -l)" = 0
    is "$(in_tshark "frame.number>$first and frame.len==1300 and tcp.srcport==5001" | wc -l)" -gt 1000
}
told() {  # told <family> <the MSS of 1300, with timestamps>
    family=$1
    narrow_path
    for each in 0 1; do
        talk listens "$(both 5000000) --plain $each" "$(both 5000000)"
        is "$(counted SluicePathMtusLowered)" = 1
        is "$(value "$sluice" mss)" = "$2"
    done
    obeys
    watch harmed 10000000
}
case_mtu_told_v4() { told 4 1248; }
case_mtu_told_v6() { told 6 1228; }

# The kernel is told: the device has become narrower since sluice has offered an MSS for 1500.
case_mtu_told_there() {
    behind_a_router
    for family in 4 6; do
        ready="ip link set s0 mtu 1300"
        talk listens "$(both 5000000) --plain 1" "$(both 5000000)"
        is "$(value "$kernel" mss)" = $((family == 4 ? 1248 : 1228))
        is "$(in_tshark "tcp.flags.syn==1 and tcp.srcport==5001 and tcp.options.mss_val==$((family == 4 ? 1460 : 1440))" | wc -l)" = 1
        is "$(in_tshark 'frame.len==1300 and tcp.dstport==5001' | wc -l)" -gt 1000
        is "$(in_tshark 'frame.len>1300 and tcp.dstport==5001' | wc -l)" = 0
    done
    watch harmed 10000000
}
# A device of 1300 from the beginning: each end hears it in the other's SYN, and nobody has to be told.
case_mtu_of_device() {
    for family in 4 6; do
        for_each_end "$(both 5000000) --plain 1 --mtu 1300" "$(both 5000000)"
        is "$(value "$sluice" mss),$(value "$kernel" mss)" = $((family == 4 ? 1248 : 1228)),$((family == 4 ? 1248 : 1228))
        is "$(in_tshark "frame.len>1300 or $too_big" | wc -l)" = 0
        watch clean 10000000
    done
}

# The router swallows what is too big, and its own word as well.
case_mtu_black_hole() {
    narrow_path
    nft 'add table inet faults; add chain inet faults from { type filter hook output priority 0; };
        add rule inet faults from icmp type destination-unreachable counter drop;
        add rule inet faults from icmpv6 type packet-too-big counter drop'
    for family in 4 6; do
        talk listens "--sends 5000000 --plain 1 --composition probing" "--receives 5000000"
        is "$(counted SluiceBlackHoles)" = 1
        is "$(counted TcpExtTCPMTUPSuccess)" -gt 0
        is "$(counted SluicePathMtusLowered)" = 0
        is "$(in_tshark "$too_big" | wc -l)" = 0
        is "$(value "$sluice" mss)" -gt 1024
        watch harmed 5000000
    done
    is "$(nft list ruleset | sed -nE 's/.*packets ([0-9]+) .*/\1/p' | awk '$1 > 0' | wc -l)" = 2 "nothing was dropped"
    echo "an MSS of $(value "$sluice" mss)"
}

# Each of the router's refusals, and the name that both ends have for it. What may pass (RFC 9293 MUST-56) Linux takes for
# final during a handshake; sluice goes on until its limit, and names it then.
refusal() {  # refusal <how> <what sluice says> [what the kernel says]
    local said
    nft "flush ruleset; add table inet faults; add chain inet faults to { type filter hook input priority 0; };
        add rule inet faults to tcp dport 5002 counter reject with $1"
    said=$($ENDPOINT --role connect --own $own/$length --peer $theirs --tun s0 --pcap "$work/pcapng" --port 5002 --ends "$2" \
        --syn-time 500 2>&1) || fail "$1: $said"
    sluice=$said told=$(value "$said" seconds)
    said=$($kernel_in $PEER --role connect --peer $router --port 5002 --ends "${3:-$2}" 2>&1) || fail "$1: $said"
    is "$(nft list ruleset | sed -nE 's/.*packets ([0-9]+) .*/\1/p')" -ge 2 "$1 was not tried"
    watch harmed
}
at_once() { is "${told%.*}" = 0 "it took $told s"; }
late() { is "${told%.*}" = 1 "it took $told s"; }  # the first timeout after --syn-time
case_unreachable() {
    behind_a_router
    sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
    addresses
    router=198.18.1.1
    refusal "icmp type port-unreachable" refused; at_once
    refusal "icmp type prot-unreachable" ENOPROTOOPT; at_once
    refusal "tcp reset" refused; at_once
    refusal "icmp type net-unreachable" ENETUNREACH; late
    refusal "icmp type host-unreachable" EHOSTUNREACH; late
    refusal "icmp type admin-prohibited" EACCES EHOSTUNREACH; late  # Linux has no word of its own for it over IPv4
    family=6
    addresses
    router=fd00:1::1
    refusal "icmpv6 type port-unreachable" refused; at_once
    refusal "icmpv6 type no-route" ENETUNREACH; late
    refusal "icmpv6 type addr-unreachable" EHOSTUNREACH; late
    refusal "icmpv6 type admin-prohibited" EACCES; late
}

# Not an octet that is read before it is written, or read behind an end, and not one that is left behind.
case_memcheck() {
    command -v valgrind > /dev/null || { echo "no valgrind"; exit 77; }
    if grep -q __asan_init "$ENDPOINT"; then echo "the address sanitizer looks already"; return; fi
    local program=$ENDPOINT said
    ENDPOINT="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all --log-file=$work/valgrind.%p $program"
    for each in "--loss 10" "--plain 1"; do
        for_each_end "$(both 1000000) --connections 3 $each" "$(both 1000000) --connections 3"
    done
    is "$(ls "$work"/valgrind.* | wc -l)" = 4 "valgrind was not there"
    said=$(grep -h '^==' "$work"/valgrind.*) && fail "$(head -n 40 <<< "$said")"  # -- is what valgrind itself lacks
    watch harmed 6000000
}
