#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh <race> <examples>: of each option of race two values give different output, in the direction that --help
# promises; wrong arguments are refused in one line that names the right ones; the same seed gives the same octets, and
# shards put together are what one machine would have printed; examples/race.svg is what race draws today. Names each
# breach. Virtual times are short: all of it takes seconds.
set -euo pipefail
race=$(realpath "$1")
picture=$(realpath "$2")/race.svg
status=0
say() { echo "$1"; status=1; }

place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"

# ---- measures ------------------------------------------------------------------------------------------------------

# measure <name> [flow] <<< object: a number of the run, or of its n-th flow, counted from 1.
measure() {
    local name=$1 flow=${2:-}
    if [ -z "$flow" ]; then sed -E "s/.*\],.*\"$name\":([0-9.]+).*/\1/"
    else grep -oE "\"$name\":[0-9.]+" | sed -n "${flow}s/.*://p"; fi
}
# of <measure> [flow] -- <argument>...
of() {
    local wanted=()
    while [ "$1" != -- ]; do wanted+=("$1"); shift; done
    shift
    "$race" "$@" --json < /dev/null > object
    measure "${wanted[@]}" < object
}
holds() { awk "BEGIN { exit !($1) }"; }
# compares <what it shows> <condition on a and b> <measure> [flow] -- <common>... -- <arguments of a>... -- <of b>...
compares() {
    local what=$1 condition=$2 wanted=() common=() first=() a b
    shift 2
    while [ "$1" != -- ]; do wanted+=("$1"); shift; done; shift
    while [ "$1" != -- ]; do common+=("$1"); shift; done; shift
    while [ "$1" != -- ]; do first+=("$1"); shift; done; shift
    a=$(of "${wanted[@]}" -- "${common[@]}" ${first[@]+"${first[@]}"})
    b=$(of "${wanted[@]}" -- "${common[@]}" "$@")
    local said=${condition//a/$a}
    said=${said//b/$b}
    holds "$said" || say "$what: $said does not hold"
}

reno=(reno --rate 20M --time 10s)
two=(reno cubic --rate 20M --time 10s)
compares "--rate: twice the rate, twice the goodput" "a*1.8 < b && b < a*2.2" goodput_bps 1 -- \
    fixed_window --time 5s --rtt 1ms --buffer 200p -- --rate 5M -- --rate 10M
compares "--rtt: a window over twice the round trip" "a*0.48 < b && b < a*0.52" goodput_bps 1 -- \
    fixed_window --time 10s -- --rtt 40ms -- --rtt 80ms
compares "--rtt is what the flow measures" "a >= 30 && a <= 31.2 && b >= 60 && b <= 61.2" rtt_ms 1 -- \
    fixed_window --time 5s -- --rtt 30ms -- --rtt 60ms
compares "--buffer: a deeper one, a longer queue" "a*5 < b" queue_p95_ms -- "${reno[@]}" -- --buffer 0.1bdp -- --buffer 2bdp
compares "--buffer: a fuller link" "a < b && b > 0.98" utilisation -- "${reno[@]}" --from 3s -- --buffer 0.1bdp -- --buffer 1bdp
compares "--buffer 20ms is 20 ms of queue" "a <= 10 && b <= 20 && b > 17" queue_p95_ms -- "${reno[@]}" -- \
    --buffer 10ms -- --buffer 20ms
compares "--buffer 100000B is 40 ms at 20M, and 20p are 12" "a <= 40 && a > 35 && b <= 12 && b > 9" queue_p95_ms -- \
    "${reno[@]}" -- --buffer 100kB -- --buffer 20p
compares "--loss: less goodput" "b < a*0.8" goodput_bps 1 -- "${reno[@]}" -- --loss 0 -- --loss 1%
compares "--loss 0.01 is --loss 1%" "a == b && a > 0" losses -- "${reno[@]}" -- --loss 1% -- --loss 0.01
compares "--time: twice the time, twice the losses by chance" "b > a*1.5 && b < a*2.5" losses -- \
    reno --rate 20M --loss 1% -- --time 30s -- --time 60s
compares "--from: the beginning does not count" "b > a" utilisation -- "${reno[@]}" -- --from 0s -- --from 5s
compares "--flows: three windows fill three times as much, and share it" "b > a*2.9 && b < a*3.1" utilisation -- \
    fixed_window --time 5s -- -- --flows fixed_window:3
compares "--flows: a third is each one's" "a == 1 && b > 0.33 && b < 0.34" share 1 -- \
    fixed_window --time 5s -- -- --flows fixed_window:3
compares "--seed: another spread of starts" "a != b" goodput_bps 1 -- "${two[@]}" -- --seed 1 -- --seed 2
compares "--alone: a flow has all" "a < 1 && b == 1" share 1 -- "${two[@]}" -- -- --alone
compares "--start: who comes later has read less" "b < a" share 2 -- \
    reno cubic --rate 20M --time 10s -- -- --start cubic:8s
compares "--delay: 20 ms each way, 40 ms more of round trip" "b - a > 39 && b - a < 41" rtt_ms 1 -- \
    fixed_window --time 5s -- -- --delay fixed_window:20ms
for queue in red codel fq_codel step; do
    compares "--aqm $queue keeps the queue shorter than droptail" "b < a" queue_mean_ms -- \
        "${reno[@]}" --from 3s -- --aqm droptail -- --aqm $queue
done
compares "--aqm step:10 keeps it shorter than step:100" "a > b*2" queue_p95_ms -- "${reno[@]}" --buffer 4bdp -- \
    --aqm step:100 -- --aqm step:10
for ecn in classic accurate; do
    compares "--ecn $ecn: marks" "a == 0 && b > 0" marks -- "${two[@]}" --aqm codel -- -- --ecn $ecn
    compares "--ecn $ecn: instead of losses" "b < a/2" losses -- "${two[@]}" --aqm step --from 3s -- -- --ecn $ecn
done
compares "--ecn: the two kinds differ" "a != b" goodput_bps 1 -- "${two[@]}" --aqm codel -- --ecn classic -- --ecn accurate
seq 1 10 > full.trace; seq 2 2 10 > half.trace
compares "--trace: half the opportunities, half the goodput" "b > a*0.49 && b < a*0.51" goodput_bps 1 -- \
    fixed_window --rtt 10ms --buffer 100p --time 10s --from 1s -- --trace full.trace -- --trace half.trace

# ---- runs ----------------------------------------------------------------------------------------------------------

runs=(reno my_cc --rate 10M --time 2s --seeds 3 --sweep loss=0,1% --sweep buffer=0.5bdp,2bdp --alone)
"$race" "${runs[@]}" > table
"$race" "${runs[@]}" --json > all.json
"$race" "${runs[@]}" --csv > csv
[ "$(wc -l < all.json)" = 24 ] || say "2 × 2 points, 2 policies alone and 3 seeds are not 24 runs"
[ "$(wc -l < csv)" = 25 ] || say "--csv has not a head and a line for each of 24 flows"
[ "$(grep -c '^loss=' table)" = 8 ] || say "a table of 8 points does not have 8"
grep -q 'loss=1% buffer=2bdp my_cc alone' table || say "a point does not say what it is"
grep -q '±' table || say "three seeds have no interval"
[ "$(grep -c '"seed":3' all.json)" = 8 ] || say "--seeds 3 does not end with seed 3"
"$race" "${two[@]}" --time 2s | grep -q '±' && say "one seed has an interval"
awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' csv || say "--csv: rows and head differ in length"
for k in 1 2 3 4 5; do "$race" "${runs[@]}" --shard $k/5 > shard$k.json; done
"$race" --merge shard4.json shard1.json shard5.json shard3.json shard2.json | cmp - table ||
    say "shards make another table than all runs at once"
"$race" --merge shard?.json --json | cmp - all.json || say "shards make other objects than all runs at once"
"$race" --merge shard?.json --csv | cmp - csv || say "shards make other rows than all runs at once"
"$race" "${runs[@]}" | cmp -s - table || say "the same seed gives another table"

"$race" "${runs[@]}" --report pages.html > table2 && cmp table table2 || say "--report changes the table"
"$race" --merge shard?.json --report merged.html > /dev/null
cmp pages.html merged.html || say "shards make another page than all runs at once"
[ "$(grep -c '<table>' pages.html)" = 8 ] || say "--report: a page of 8 points does not have 8 tables"

one=("${two[@]}" --time 3s)
for i in 1 2; do "$race" "${one[@]}" --report page$i.html --svg picture$i.svg --pcap capture$i.pcapng > table$i; done
cmp page1.html page2.html && cmp picture1.svg picture2.svg && cmp capture1.pcapng capture2.pcapng && cmp table1 table2 ||
    say "the same seed gives other files"
for word in 'Congestion windows' pipe 'round-trip' 'Waiting at the bottleneck' Goodput 'sequence number'; do
    grep -q "$word" page1.html || say "--report: the page has no $word"
done
if grep -oE '(src|href)="[^"]*"' page1.html; then say "--report: the page needs these besides itself"; fi
[ "$(od -An -tx1 -N4 capture1.pcapng)" = ' 0a 0d 0d 0a' ] || say "--pcap is no pcapng"
[ "$(wc -c < capture1.pcapng)" -gt 100000 ] || say "--pcap holds next to nothing"
"$race" reno cubic my_cc --rate 50M --seed 3 --svg today.svg > /dev/null
cmp today.svg "$picture" ||
    say "examples/race.svg is out of date: race reno cubic my_cc --rate 50M --seed 3 --svg examples/race.svg"

# ---- what is refused -------------------------------------------------------------------------------------------------

refuses() {  # <what the line on standard error has to name> <argument>...
    local wanted=$1 got=0
    shift
    "$race" "$@" > out 2> err < /dev/null || got=$?
    [ "$got" = 2 ] || say "race $*: exit status $got, not 2"
    [ "$(wc -l < err)" = 1 ] || say "race $*: not one line on standard error: $(cat err)"
    [ ! -s out ] || say "race $*: refused, and printed something"
    grep -qF -- "$wanted" err || say "race $*: '$(cat err)' does not name $wanted"
}
refuses 'reno, cubic, vegas, westwood, fixed_window, my_cc'
refuses 'reno, cubic, vegas, westwood, fixed_window, my_cc' cubix
refuses '--flows reno:2' reno reno
refuses '--rate, --rtt, --buffer' reno --rat 1M
refuses 100M reno --rate fast
refuses 100M reno --rate 0
refuses 40ms reno --rtt 40
refuses 1bdp reno --buffer 1BDP
refuses 0.1% reno --loss 101%
refuses 40ms reno --time -1s
refuses --from reno --time 2s --from 2s
refuses --from reno --time 0s
refuses 'codel, fq_codel, step' reno --aqm pie
refuses 'none, classic or accurate' reno --ecn yes
refuses "can't be read" reno --trace none.trace
echo soon > bad.trace
refuses 'line 1' reno --trace bad.trace
refuses NAME:VALUE reno --flows 3
refuses 'reno does' reno --flows cubic:3
refuses 'a whole number from 1' reno --flows reno:0
refuses 40ms reno --start reno:late
refuses 40ms reno --delay reno:5
refuses 'a whole number' reno --seed x
refuses 'a whole number from 1' reno --seeds 0
refuses 'rate, rtt, buffer' reno --sweep seed=1,2
refuses OPTION=VALUE reno --sweep loss
refuses 0.1% reno --sweep loss=0,2
refuses 3/16 reno --shard 3
refuses 'from 1 to 4' reno --shard 5/4
refuses 'leave out --sweep' reno --seeds 2 --svg picture.svg
refuses '--merge makes' reno --shard 1/2 --report page.html
refuses "can't write" reno --rate 1M --time 1s --svg none/picture.svg
refuses FILE reno --report
refuses 'wants the files' --merge
refuses "can't be read" --merge none.json
refuses 'line 1' --merge table
refuses 'is there twice' --merge shard1.json shard1.json
refuses 'is missing' --merge shard1.json shard2.json shard4.json shard5.json
"$race" "${one[@]}" --json > other.json
refuses 'different races' --merge shard?.json other.json
refuses 'need the run itself' --merge shard?.json --svg picture.svg

"$race" --help > help
for option in rate rtt buffer loss time from flows start delay seed seeds alone sweep shard merge aqm ecn trace json csv \
    report svg pcap list; do
    grep -qw -- "--$option" help || say "--help does not name --$option"
done
[ "$("$race" --list | wc -l)" = 6 ] || say "--list does not list six policies"
exit $status
