# SPDX-License-Identifier: MIT
# What a case is made of, inside of its namespace: talk lets both ends speak and keeps what they said in $sluice and
# $kernel; watch holds the capture against tshark; the rest asks what was said.
kernel_in= sluice= kernel=
sysctl_of() { sysctl -qw "net.ipv4.$1"; }

one() {  # one <name>: its line
    work=$WORK/$1
    name=$1
    mkdir "$work"
    sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
    echo 0 > $tail_probes
    local begin=${EPOCHREALTIME/./} status=0 why
    why=$(trap end_all EXIT; set -e; "case_$1" 2>&1) || status=$?
    local tenths=$(((${EPOCHREALTIME/./} - begin) / 100000))
    case $status in
        0) echo "ok $1 ($((tenths / 10)).$((tenths % 10)) s)${why:+: $(tail -n 1 <<< "$why")}" ;;
        77) echo "skipped $1: $why" ;;
        *) echo "FAILED $1: $why" ;;
    esac
    rm -rf "$work"
}
fail() { echo "$1"; exit 1; }

# talk <listens|connects> <sluice's arguments> <kernel's arguments>: $ready is run before the second one connects.
# Both have to say "good".
talk() {
    addresses
    local here="$ENDPOINT --own $own/$length --peer $theirs --tun s0 --pcap $work/pcapng $2"
    local there="$kernel_in $PEER --congestion ${congestion-cubic} $3"
    rm -f "$work/first"
    mkfifo "$work/first"
    if [ "$1" = listens ]; then
        timeout 90 $here --role listen > "$work/first" 2>&1 &
    else
        timeout 90 $there --role listen --own $any --peer $theirs > "$work/first" 2>&1 &
    fi
    local begun=$! line
    exec 4< "$work/first"
    read -r -t 60 -u 4 line || fail "it says nothing"
    [ "$line" = listening ] || fail "$line"
    local first second
    ${ready-:}
    if [ "$1" = listens ]; then
        second=$(timeout 90 $there --role connect --peer $own 2>&1) || true
    else
        second=$(timeout 90 $here --role connect 2>&1) || true
    fi
    first=$(cat <&4)
    wait $begun || true
    exec 4<&-
    if [ "$1" = listens ]; then sluice=$first kernel=$second; else sluice=$second kernel=$first; fi
    [[ "$sluice" == *"sluice: good"* && "$kernel" == *"kernel: good"* ]] || fail "$sluice
$kernel
($1 $2 -- $3)"
}

# The value of name=value in a text; of a counter.
value() { sed -nE "s/.* $2=([^ ]+).*/\1/p" <<< "$1"; }
counted() { local n; n=$(awk -v n="$1" '$1 == n { print $2 }' <<< "$sluice"); echo "${n:-0}"; }
kernel_counted() { awk -v n="$1" '$1 == "TcpExt:" && !names { split($0, name); names = 1; next }
    $1 == "TcpExt:" { for (i = 2; i <= NF; ++i) if (name[i] == n) print $i }' ${2:-/proc/net/netstat}; }
is() { [ "$1" "$2" "$3" ] || fail "${4:-$1 is not $2 $3}
$sluice
$kernel"; }

# watch <clean|harmed|corrupted> [octets]: nothing wrong with any packet of the capture, unless it was meant to be; of a
# clean link also nothing sent again but tail probes of ours; and as many packets as so many octets must make, up to the
# 50,000 that are kept.
malformed='_ws.malformed or tcp.option.len.invalid or _ws.expert.message contains "option length"'
in_tshark() { read_capture "$work/pcapng" "$1" -d tcp.port==5001,data -o tcp.desegment_tcp_streams:FALSE; }
watch() {
    local packets least=$((${2:-0} / 1460)) wrong="$malformed or ip.checksum.status==0"
    packets=$(capinfos -Mc "$work/pcapng" | awk 'END { print $NF }')
    [ $least -le 50000 ] || least=50000
    is "$packets" -ge "$least" "$packets packets in the capture, not $least"
    [ "$1" != corrupted ] || return 0
    # 0xffff Linux writes for 0; and what ICMP quotes is cut short, or was never summed.
    wrong="$wrong or (tcp.checksum.status==0 and not (tcp.checksum==0xffff or icmp or icmpv6))"
    [ "$1" != clean ] || wrong="$wrong or tcp.analysis.retransmission"
    wrong=$(in_tshark "$wrong")
    [ "$1" != clean ] || [ "$(grep -c . <<< "$wrong")" -gt "$(counted TcpExtTCPLossProbes)" ] || wrong=
    [ -z "$wrong" ] || fail "tshark: $(head -n 5 <<< "$wrong")"
}
