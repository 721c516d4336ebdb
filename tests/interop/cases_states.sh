# SPDX-License-Identifier: MIT
# How connections begin and end, and what is agreed on between.

subsets="ts sack wscale ts,sack ts,wscale sack,wscale ts,sack,wscale"
rest_of() { local out= each; for each in ts sack wscale; do [[ ",$1," == *",$each,"* ]] || out=$out,$each; done; echo "${out#,}"; }
agree_on() {
    for way in listens connects; do
        talk $way "$2 $(both 100000)" "$(both 100000)"
        is "$(value "$sluice" options)" = "$1"
        is "$(value "$kernel" options)" = "$1"
    done
}
case_options_off_here() {
    local rest
    for each in $subsets; do rest=$(rest_of $each); agree_on "${rest:-none}" "--without $each"; done
    watch clean 200000
}
case_options_off_there() {
    local rest
    for each in $subsets; do
        rest=$(rest_of $each)
        sysctl_of tcp_timestamps=$([[ $each == *ts* ]] && echo 0 || echo 1)
        sysctl_of tcp_sack=$([[ $each == *sack* ]] && echo 0 || echo 1)
        sysctl_of tcp_window_scaling=$([[ $each == *wscale* ]] && echo 0 || echo 1)
        agree_on "${rest:-none}" ""
    done
    watch clean 200000
}

case_half_close_here() {  # the kernel ends when it has heard the end of sluice
    for way in listens connects; do
        talk $way "--receives 1000000" "--sends 1000000 --answers 1"
        watch clean 1000000
    done
}
case_half_close_there() {
    for way in listens connects; do
        talk $way "--sends 1000000 --answers 1" "--receives 1000000"
        watch clean 1000000
    done
}
case_reset_here() {
    for way in listens connects; do
        talk $way "--receives 100000 --resets 1" "--sends 100000 --ends reset"
        is "$(counted TcpOutRsts)" -ge 1
        watch clean 100000
    done
}
case_reset_there() {
    for way in listens connects; do
        talk $way "--sends 100000 --ends reset" "--receives 100000 --resets 1"
        is "$(counted SluiceInResets)" -ge 1
        watch clean 100000
    done
}
nobody_there() {  # nobody_there <program> ...: to a port that is not the one
    local said
    said=$("$@" --role connect --port 5002 --ends refused --connections 3) || fail "$said"
}
case_refused() {
    addresses
    ready="nobody_there $PEER --peer $own"
    talk listens "$(both 1000)" "$(both 1000)"
    is "$(counted TcpOutRsts)" = 3
    ready="nobody_there $ENDPOINT --own $own/$length --peer $theirs"
    talk connects "$(both 1000)" "$(both 1000)"
}

# Both connect from port to port while the other's SYN is under way for 300 ms.
case_simultaneous_open() {
    addresses
    mkfifo "$work/said"
    timeout 60 $ENDPOINT --role connect --own $own/$length --peer $theirs --tun s0 --pcap "$work/pcapng" --own-port 5001 --first 1 \
        $(both 1000000) --delay 300 > "$work/said" 2>&1 &
    exec 4< "$work/said"
    read -r -t 60 -u 4 line
    is "$line" = connecting
    kernel=$(timeout 60 $PEER --role connect --own $theirs --own-port 5001 --peer $own $(both 1000000)) || fail "$kernel"
    sluice=$(cat <&4)
    [[ $sluice == *"sluice: good"* ]] || fail "$sluice"
    is "$(in_tshark 'tcp.flags.syn==1 and tcp.flags.ack==0' | wc -l)" = 2
    is "$(in_tshark 'tcp.flags.syn==1 and tcp.flags.ack==1' | wc -l)" -ge 1
    is "$(in_tshark 'tcp.flags.reset==1' | wc -l)" = 0
    watch harmed 2000000
}

case_keep_alive_here() {
    talk listens "--idle 1500 --keep-alive 300 $(both 1000)" "$(both 1000) --idle 1500"
    is "$(counted TcpExtTCPKeepAlive)" -ge 3
    is "$(in_tshark tcp.analysis.keep_alive_ack | wc -l)" -ge 1
}
case_keep_alive_there() {
    talk listens "--idle 2500 $(both 1000)" "--idle 2500 --keep-alive 1000 $(both 1000)"
    is "$(in_tshark 'tcp.analysis.keep_alive and ip.src==198.18.0.1' | wc -l)" -ge 1
    is "$(in_tshark 'tcp.analysis.keep_alive_ack and ip.src==198.18.0.2' | wc -l)" -ge 1
}
# Established, and then nothing passes any more: each notices by itself.
case_keep_alive_dead() {
    nft 'add table ip faults; add chain ip faults to { type filter hook input priority 0; };
        add rule ip faults to tcp flags & (syn | ack) == ack ct packets > 3 drop'
    nft 'add chain ip faults from { type filter hook output priority 0; };
        add rule ip faults from tcp flags & (syn | ack) == ack ct packets > 3 drop'
    talk listens "--idle 5000 --keep-alive 300 --ends timeout --sends 1" "--idle 5000 --keep-alive 1000 --ends timeout --sends 1"
    is "$(counted TcpExtTCPKeepAlive)" = 2
}

ecn() {  # ecn <tcp_ecn> <sluice asks> <agreed by sluice's listening> <by its connecting>
    sysctl_of tcp_ecn=$1
    for each in rack accurate; do
        talk listens "$(both 100000) --composition $each" "$(both 100000)"
        is "$(value "$kernel" options)" = "$2"
        talk connects "$(both 100000) --composition $each --ecn 1" "$(both 100000)"
        is "$(value "$kernel" options)" = "$3"
        is "$(value "$sluice" options)" = "$3"
    done
    watch clean 200000
}
case_ecn_agreed() {
    ecn 0 ts,sack,wscale ts,sack,wscale
    ecn 2 ts,sack,wscale ts,sack,wscale,ecn
    ecn 1 ts,sack,wscale,ecn ts,sack,wscale,ecn
}
marks() {  # marks <hook> <sluice's arguments> <kernel's>: one packet in fifty is CE
    sysctl_of tcp_ecn=1
    nft "add table ip marks; add chain ip marks here { type filter hook $1 priority 0; };
        add rule ip marks here ip ecn != not-ect numgen random mod 50 < 1 counter ip ecn set ce"
    talk listens "$2 --plain 1" "$3"
    is "$(nft list ruleset | sed -nE 's/.*packets ([0-9]+) .*/\1/p')" -gt 0 "nothing was marked"
    is "$(value "$kernel" retransmitted)" = 0
    is "$(counted TcpRetransSegs)" = 0
}
case_ecn_marks_here() {  # on what sluice sends
    for each in rack accurate; do
        marks input "--sends 30000000 --composition $each" "--receives 30000000"
        is "$(counted SluiceEcnReductions)" -gt 0
        nft delete table ip marks
    done
}
case_ecn_marks_there() {
    marks output "--receives 30000000" "--sends 30000000"
    is "$(counted SluiceInMarked)" -gt 0
    is "$(kernel_counted TCPDeliveredCE)" -gt 0
}

# The control of all that tshark finds in order: one octet of text changed, and the length of the SYN's MSS option.
case_planted() {
    talk listens "$(both 10000)" "$(both 10000)"
    watch clean 20000
    cp "$work/pcapng" "$work/whole"
    plant() {  # plant <octets to find> <distance> <octet>
        local at
        at=$(LC_ALL=C grep -obUaP -m 1 "$1" "$work/whole" | head -n 1 | cut -d: -f1)
        cp "$work/whole" "$work/pcapng"
        printf "$3" | dd of="$work/pcapng" bs=1 seek=$((at + $2)) conv=notrunc status=none
    }
    plant '\x02\x04\x05\xb4' 3 '\x01'
    is "$(in_tshark 'tcp.checksum.status==0' | wc -l)" = 1 "a wrong checksum is not reported"
    plant '\x02\x04\x05\xb4' 1 '\x00'
    is "$(in_tshark "$malformed" | wc -l)" = 1 "a malformed option is not reported"
}
