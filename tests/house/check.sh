#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh <rule> <project root>: prints each breach of one rule of the house, and fails if there is one.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

floors="base wire state tcb policy connection stack trace host sim io adapters testing"
umbrella="base wire state tcb policy connection stack host sim"  # and what sim takes from trace
sans_io="base wire state tcb policy connection stack"
slow="functional iostream istream ostream sstream fstream iomanip ranges random map regex"
containers="vector string deque list forward_list set unordered_map unordered_set queue stack"

headers() { find include/sluice -name '*.hpp' -printf '%P\n' | sort; }
umbrella_headers() { headers | grep -E "^(${umbrella// /|})/" || true; }

# "includer included" for every #include: our own headers as paths below include/sluice, others as <name>.
edges() {
    headers | (cd include/sluice && xargs -r awk '
        match($0, /^ *# *include *["<][^">]+/) {
            path = substr($0, 1, RLENGTH)
            quoted = path ~ /"/
            sub(/.*["<]/, "", path)
            if (!sub(/^sluice\//, "", path)) {
                if (!quoted) { print FILENAME, "<" path ">"; next }
                directory = FILENAME
                sub(/[^\/]*$/, "", directory)
                path = directory path
                while (sub(/[^\/]+\/\.\.\//, "", path)) {}
            }
            print FILENAME, path
        }')
}
own_edges() { edges | grep -v ' <' || true; }

# Every header which the umbrella reaches, itself too.
reached() {
    own_edges | awk '
        { next_of[$1] = next_of[$1] " " $2 }
        END {
            queue[n = 1] = "sluice.hpp"
            seen["sluice.hpp"]
            for (i = 1; i <= n; ++i) {
                print queue[i]
                count = split(next_of[queue[i]], list, " ")
                for (k = 1; k <= count; ++k) if (!(list[k] in seen)) { seen[list[k]]; queue[++n] = list[k] }
            }
        }' | sort
}

# A file includes its own floor or lower ones; version.hpp and fwd.hpp lie below all, the umbrella above; no circles.
layering() {
    { headers | sed 's/.*/& &/'; own_edges; } | awk -v floors="version.hpp,fwd.hpp $floors sluice.hpp" '
        BEGIN {
            n = split(floors, list, " ")
            for (i = 1; i <= n; ++i) { m = split(list[i], same, ","); for (k = 1; k <= m; ++k) rank[same[k]] = i }
        }
        { from = $1; to = $2; sub("/.*", "", from); sub("/.*", "", to) }
        !(from in rank) { if ($1 == $2) print $1 ": stands on no floor of the house"; next }
        !(to in rank) { print $1 ": includes " $2 ", which stands on no floor"; next }
        rank[to] > rank[from] { print $1 ": includes " $2 " of a higher floor" }'
    own_edges | tsort 2>&1 > /dev/null |
        sed 's/^tsort: -: input contains a loop:/a circle of includes:/; s/^tsort: /  /' || true
}

# The SPDX line, then a comment: two to six lines over a header, at least one elsewhere. One #pragma once per header.
heads() {
    find include tests bench examples -name '*.hpp' -o -name '*.cpp' -o -name '*.sh' -o -name CMakeLists.txt | sort |
        while read -r file; do
            awk -v file="$file" '
                BEGIN {
                    mark = file ~ /pp$/ ? "//" : "#"
                    least = file ~ /^include/ ? 2 : 1
                    most = file ~ /^include/ ? 6 : 99
                }
                /^#!/ && NR == 1 { next }
                !spdx { if ($0 != mark " SPDX-License-Identifier: MIT") exit; spdx = 1; next }
                index($0, mark) != 1 { exit }
                { ++lines }
                END {
                    if (!spdx) print file ": has no SPDX line at its head"
                    else if (lines < least || lines > most)
                        print file ": has " lines + 0 " lines of comment at its head, not " least " to " most
                }' "$file"
        done
    find include tests bench examples -name '*.hpp' -exec grep -Lx '#pragma once' {} + |
        sed 's/$/: has no #pragma once/'
}

sizes() {
    headers | (cd include/sluice && xargs -r wc -l) |
        awk '$2 != "total" && $1 >= 500 { print $2 ": has " $1 " lines; a header has less than 500" }'
}

# Includes only, in floor order, of the floors it promises, behind a check of the language; and every header of these
# floors is reached from it.
umbrella() {
    awk -v floors="version.hpp fwd.hpp ${umbrella/stack/stack trace}" '
        BEGIN { n = split(floors, list, " "); for (i = 1; i <= n; ++i) rank[list[i]] = i }
        /^\/\// || /^$/ || /^#pragma once$/ { next }
        !last && (/^#if __cplusplus < [0-9]+L$/ || /^#error "/ || /^#endif$/) { next }
        !/^#include <sluice\/[^>]+>( *\/\/.*)?$/ { print "sluice.hpp: not an include of ours: " $0; next }
        { floor = $2; sub("<sluice/", "", floor); sub("[>/].*", "", floor) }
        !(floor in rank) { print "sluice.hpp: " $2 " is not for the umbrella"; next }
        rank[floor] < last { print "sluice.hpp: " $2 " is out of floor order"; next }
        { last = rank[floor] }' include/sluice/sluice.hpp
    comm -13 <(reached) <(umbrella_headers) | sed 's/$/: is not reached from the umbrella/'
}

# What the umbrella takes along compiles fast and runs anywhere; base to stack hold no container but std::array.
std_headers() {
    { umbrella_headers; reached; edges | grep ' <' || true; } | awk -v slow="$slow" -v containers="$containers" \
        -v sans_io="$sans_io" '
        BEGIN {
            n = split(slow, list, " "); for (i = 1; i <= n; ++i) forbidden["<" list[i] ">"]
            n = split(containers, list, " "); for (i = 1; i <= n; ++i) container["<" list[i] ">"]
            n = split(sans_io, list, " "); for (i = 1; i <= n; ++i) strict[list[i]]
        }
        NF == 1 { ours[$1]; next }
        !($1 in ours) { next }
        { floor = $1; sub("/.*", "", floor) }
        $2 in forbidden || $2 ~ /\.h>$|\// || (floor in strict && $2 in container) {
            print $1 ": " $2 " is not allowed there" }'
}

# Exactly these, beside dot files and build/.
top_level() {
    diff <(printf '%s\n' CMakeLists.txt LICENSE README.md bench examples include tests) \
        <(find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name build -printf '%f\n' | sort) |
        sed -n 's/^</missing at the top level:/p; s/^>/does not belong at the top level:/p' || true
}

# README's programs are these of examples/, but for what stands over the first include of each.
readme() {
    diff <(sed '/^#include/,$!d' examples/first_program.cpp
           sed '1,/^#include/d' examples/my_cc.hpp | sed '/./,$!d'
           sed '/^#include/,$!d' examples/hello_tun.cpp) \
        <(sed -n '/^```cpp$/,/^```$/{/^```/!p}' README.md) > /dev/null ||
        echo "README.md: its programs are not examples/first_program.cpp, my_cc.hpp and hello_tun.cpp"
}

# Each note that the headers cite is in connection/README.md's list, and each one listed is cited.
notes() {
    diff <(grep -rhoE '\bN[1-9][0-9]*\b' include/sluice --include='*.hpp' | sort -u) \
        <(sed -nE 's/^\| (N[0-9]+) \|.*/\1/p' include/sluice/connection/README.md | sort -u) |
        sed -n 's/^< \(.*\)/\1 is cited, and missing in connection\/README.md/p
                s/^> \(.*\)/\1 is listed in connection\/README.md, and cited nowhere/p' || true
}

# 120 columns, but for tables: what stands between clang-format off and on, and comments with aligned columns.
width() {
    find include tests bench examples -name '*.[ch]pp' -exec env LC_ALL=C.UTF-8 sed -s -nE '
        /clang-format off/,/clang-format on/d
        /^ *\/\/.*[^ ]  +[^ ]/d
        /^.{121}/{F;p}' {} +
}

# Each planted fault has its place in the code, once.
faults() {
    cat tests/rfc/faults.txt tests/scripts/faults.txt | grep -vE '^(#|$)' | while IFS= read -r line; do
        rest=${line#* | }
        file=${rest%% | *} old=${rest#* | }
        old=${old% =>*}
        [ "$(grep -oF -- "$old" "$file" | wc -l)" = 1 ] || echo "$file does not have this once: $old"
    done
}

rule=$1
cd "$2"
[[ $rule =~ ^(layering|heads|sizes|umbrella|std_headers|top_level|readme|notes|width|faults)$ ]] ||
    { echo "no such rule: $rule" >&2; exit 2; }
breaches=$($rule)
[ -z "$breaches" ] || { echo "$breaches"; exit 1; }
