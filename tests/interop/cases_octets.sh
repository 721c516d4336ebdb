# SPDX-License-Identifier: MIT
# Octets that arrive: clean, harmed, much, in small windows, by many. Each octet is compared at both ends.
both() { echo "--sends $1 --receives $1"; }

for_each_end() { talk listens "$@"; talk connects "$@"; }
basic() {
    family=$1
    talk "$2" "$(both 10000000)" "$(both 10000000)"
    is "$(value "$sluice" options)" = ts,sack,wscale
    is "$(value "$kernel" options)" = ts,sack,wscale
    is "$(value "$kernel" retransmitted)" = 0
    watch clean 20000000
}
case_v4_listen() { basic 4 listens; }
case_v4_connect() { basic 4 connects; }
case_v6_listen() { basic 6 listens; }
case_v6_connect() { basic 6 connects; }

case_compositions() {
    for each in accurate newreno go_back_n; do
        for_each_end "$(both 5000000) --composition $each" "$(both 5000000)"
        for_each_end "$(both 5000000) --composition $each --plain 1" "$(both 5000000)"
        watch clean 10000000
    done
}

gigabyte() {
    family=$1
    talk listens "$(both 1000000000)" "$(both 1000000000)"
    is "$(value "$kernel" retransmitted)" = 0
    watch clean 2000000000
    echo "$(value "$kernel" seconds) s"
}
case_gigabyte_v4() { gigabyte 4; }
case_gigabyte_v6() { gigabyte 6; }
case_plain() {
    talk listens "$(both 100000000) --plain 1" "$(both 100000000)"
    is "$(value "$kernel" retransmitted)" = 0
    watch clean 200000000
    echo "$(value "$kernel" seconds) s"
}

harmed() {  # harmed <octets> <what> ...: by the fault injector
    talk listens "$(both "$1") $2" "$(both "$1")"
    watch "${3:-harmed}" $(($1 * 2))
}
lossy() {
    harmed "$1" "--loss $2"
    is "$(value "$sluice" dropped)" -gt $(($1 * $2 / 1000 / 1460))
    is "$(counted TcpRetransSegs)" -gt 0
    is "$(value "$kernel" retransmitted)" -gt 0
    echo "$(value "$kernel" seconds) s"
}
case_loss_1() { lossy 128000000 10; }
case_loss_5() { lossy 16000000 50; }

# The kernel's end is a host behind this one, which forwards, and drops: a packet that is dropped where it is sent, TCP
# would know of.
behind_a_router() {
    new_host kernels
    kernel_in=$in_kernels
    ip link add v0 type veth peer name v1 netns $kernels
    ip address add 198.18.1.1/24 dev v0
    ip address add fd00:1::1/64 dev v0
    ip link set v0 up
    $kernel_in sh -c 'ip address add 198.18.1.2/24 dev v1; ip address add fd00:1::2/64 dev v1 nodad; ip link set v1 up
        ip route add default via 198.18.1.1; ip route add default via fd00:1::1
        ethtool -K v1 tso off gso off gro off tx off > /dev/null'
    ethtool -K v0 tso off gso off gro off tx off > /dev/null
    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}
dropped() {  # dropped <octets> <percent>
    behind_a_router
    nft "add table ip faults; add chain ip faults on_its_way { type filter hook forward priority 0; };
        add rule ip faults on_its_way numgen random mod 100 < $2 counter drop"
    talk listens "$(both "$1") --plain 1" "$(both "$1")"
    is "$(nft list ruleset | sed -nE 's/.*packets ([0-9]+) .*/\1/p')" -gt $(($1 * $2 / 100 / 1460))
    is "$(counted TcpRetransSegs)" -gt 0
    is "$(value "$kernel" retransmitted)" -gt 0
    watch harmed $(($1 * 2))
    echo "$(value "$kernel" seconds) s"
}
case_loss_1_nft() { dropped 128000000 1; }
case_loss_5_nft() { dropped 16000000 5; }

case_reordering() {
    harmed 20000000 "--reorder 30 --delay 2 --late 1"
    is "$(counted TcpExtTCPOFOQueue)" -gt 0
}
case_duplication() {
    harmed 20000000 "--duplicate 20"
    is "$(value "$sluice" duplicated)" -gt 100
    is "$(counted SluiceDuplicateTextIn)" -gt 0
    is "$(kernel_counted TCPDSACKRecv)" -gt 0
}
case_corruption() {
    harmed 20000000 "--corrupt 10" corrupted
    is "$(value "$sluice" corrupted)" -gt 100
    is "$(counted TcpInErrs)" -gt 0
    is "$(awk '$1 == "Tcp:" { n = $(NF) } END { print n }' /proc/net/snmp)" -gt 0 "InCsumErrors"
    is "$(in_tshark 'tcp.checksum.status==0' | wc -l)" -gt 0 "tshark sees no corrupted packet"
}

case_small_windows() {
    for_each_end "$(both 300000) --receive-buffer 2000 --send-buffer 3000" "$(both 300000)"
    for_each_end "$(both 300000)" "$(both 300000) --receive-buffer 2304 --send-buffer 4608"
    watch harmed 300000
}
case_shut_window_here() {
    talk listens "--receives 20000000 --pause 1500" "--sends 20000000"
    is "$(in_tshark 'tcp.window_size_value==0 and tcp.flags.reset==0 and ip.src==198.18.0.2' | wc -l)" -gt 0
    is "$(counted SluiceOutsideWindow)" -gt 0  # its probes repeat an octet that was acknowledged
    watch harmed 20000000
}
case_shut_window_there() {
    talk listens "--sends 20000000" "--receives 20000000 --pause 1500"
    is "$(counted TcpExtTCPWinProbe)" -gt 0
    watch harmed 20000000
}

case_many_listen() { talk listens "$(both 20000) --connections 2000" "$(both 20000) --connections 2000"; watch harmed 40000000; }
case_many_connect() { talk connects "$(both 20000) --connections 2000" "$(both 20000) --connections 2000"; watch harmed 40000000; }

# Each of ours over one bottleneck with losses, with the kernel's at the other end.
against() {
    congestion=$1
    for each in cubic reno vegas westwood; do
        talk listens "$(both 4000000) --congestion $each --rate 200000000 --delay 2 --loss 1" "$(both 4000000)"
        is "$(value "$kernel" congestion)" = "$1"
    done
    watch harmed 8000000
}
case_kernel_reno() { against reno; }
case_kernel_cubic() { against cubic; }
case_kernel_bbr() {
    grep -qw bbr /proc/sys/net/ipv4/tcp_available_congestion_control || modprobe tcp_bbr 2> /dev/null ||
        { echo "the kernel has no bbr"; exit 77; }
    against bbr
}
