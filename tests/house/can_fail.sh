#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each rule of check.sh must be able to fail: builds a small house that keeps all rules, then breaks it in one place at
# a time and expects the breach to be named.
set -euo pipefail
check=$(dirname "$(realpath "$0")")/check.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

header() {  # header <path> <line>...
    mkdir -p "$(dirname "$work/include/sluice/$1")"
    local head=("// SPDX-License-Identifier: MIT" "// What it is." "// What it does not know." "#pragma once")
    printf "%s\n" "${head[@]}" "${@:2}" > "$work/include/sluice/$1"
}

good_house() {
    rm -rf "${work:?}"/*
    mkdir -p "$work"/{tests,bench,examples}
    touch "$work/LICENSE"
    printf '%s\n' '// SPDX-License-Identifier: MIT' '// Its head.' '#include <sluice/sluice.hpp>' 'int main() {}' |
        tee "$work/examples/first_program.cpp" > "$work/examples/hello_tun.cpp"
    printf '%s\n' '// SPDX-License-Identifier: MIT' '// Its head.' '#pragma once' '#include <sluice/sluice.hpp>' 'struct my_cc {};' > "$work/examples/my_cc.hpp"
    printf '%s\n' 'The first program:' '```cpp' '#include <sluice/sluice.hpp>' 'int main() {}' '```' 'A policy:' '```cpp' 'struct my_cc {};' '```' \
        'A device:' '```cpp' '#include <sluice/sluice.hpp>' 'int main() {}' '```' > "$work/README.md"
    printf '# %s\n' 'SPDX-License-Identifier: MIT' 'Builds.' > "$work/CMakeLists.txt"
    header version.hpp
    header base/a.hpp '#include <cstdint>'
    header base/b.hpp '#include <sluice/base/a.hpp>' '#include <chrono>'
    header wire/c.hpp '#include "../base/b.hpp"' '#include "d.hpp"'
    header wire/d.hpp '// N1: as decided.'
    mkdir -p "$work/include/sluice/connection"
    printf '%s\n' '| note | decided |' '|---|---|' '| N1 | So. |' > "$work/include/sluice/connection/README.md"
    mkdir -p "$work"/tests/{rfc,scripts}
    echo 'MUST-1 | include/sluice/wire/d.hpp | as decided => otherwise' | tee "$work"/tests/{rfc,scripts}/faults.txt > /dev/null
    header io/tun.hpp '#include <sys/ioctl.h>' '#include <sluice/wire/c.hpp>'
    header sluice.hpp '#if __cplusplus < 202002L' '#error "C++20"' '#endif' \
        '#include <sluice/version.hpp>' '#include <sluice/base/b.hpp>' '#include <sluice/wire/c.hpp>'
}

breach() {  # breach <rule> <what the message must say>, after the house was broken
    local message
    if message=$(bash "$check" "$1" "$work"); then
        echo "$1 did not see: $2" && failed=1
    elif ! grep -qF -- "$2" <<< "$message"; then
        echo "$1 said '$message', not: $2" && failed=1
    fi
    good_house
}

good_house
for rule in layering heads sizes umbrella std_headers top_level readme notes width faults; do
    bash "$check" $rule "$work" || { echo "$rule fails in a good house" && failed=1; }
done

header base/a.hpp '#include <sluice/wire/d.hpp>'
breach layering 'base/a.hpp: includes wire/d.hpp of a higher floor'

header base/a.hpp '#include "../wire/d.hpp"'
breach layering 'base/a.hpp: includes wire/d.hpp of a higher floor'

header version.hpp '#include <sluice/base/a.hpp>'
breach layering 'version.hpp: includes base/a.hpp of a higher floor'

header io/tun.hpp '#include <sluice/sluice.hpp>'
breach layering 'io/tun.hpp: includes sluice.hpp of a higher floor'

header wire/d.hpp '#include <sluice/wire/c.hpp>'
breach layering 'a circle of includes'

header util/a.hpp
breach layering 'util/a.hpp: stands on no floor'

sed -i 1d "$work/include/sluice/base/a.hpp"
breach heads 'a.hpp: has no SPDX line'

sed -i 2d "$work/include/sluice/base/a.hpp"
breach heads 'a.hpp: has 1 lines of comment'

sed -i 4d "$work/include/sluice/base/a.hpp"
breach heads 'a.hpp: has no #pragma once'

echo 'int main() {}' > "$work/tests/a.cpp"
breach heads 'tests/a.cpp: has no SPDX line'

seq 495 | sed 's|^|//|' >> "$work/include/sluice/wire/d.hpp"
breach sizes 'wire/d.hpp: has 500 lines'

echo 'struct a;' >> "$work/include/sluice/sluice.hpp"
breach umbrella 'not an include of ours: struct a;'

echo '#if __cplusplus < 202002L' >> "$work/include/sluice/sluice.hpp"
breach umbrella 'not an include of ours: #if __cplusplus < 202002L'

sed -i 's/^#if .*/#if 1/' "$work/include/sluice/sluice.hpp"
breach umbrella 'not an include of ours: #if 1'

echo '#include <chrono>' >> "$work/include/sluice/sluice.hpp"
breach umbrella 'not an include of ours: #include <chrono>'

echo '#include <sluice/io/tun.hpp>' >> "$work/include/sluice/sluice.hpp"
breach umbrella 'is not for the umbrella'

echo '#include <sluice/base/a.hpp>' >> "$work/include/sluice/sluice.hpp"
breach umbrella 'is out of floor order'

header state/e.hpp
breach umbrella 'state/e.hpp: is not reached'

header base/a.hpp '#include <functional>'
breach std_headers 'base/a.hpp: <functional>'

header base/a.hpp '#  include <vector>'
breach std_headers 'base/a.hpp: <vector>'

header host/a.hpp '#include <sys/socket.h>'
breach std_headers 'host/a.hpp: <sys/socket.h>'

header base/a.hpp '#include <unistd.h>'
breach std_headers 'base/a.hpp: <unistd.h>'

header trace/a.hpp '#include <fstream>'
header wire/d.hpp '#include <sluice/trace/a.hpp>'
breach std_headers 'trace/a.hpp: <fstream>'

mkdir "$work/docs"
breach top_level 'does not belong at the top level: docs'

rm "$work/LICENSE"
breach top_level 'missing at the top level: LICENSE'

for each in first_program.cpp my_cc.hpp hello_tun.cpp; do
    sed -i 's/{}/{ }/' "$work/examples/$each"
    breach readme 'its programs are not examples/first_program.cpp, my_cc.hpp and hello_tun.cpp'
done

header wire/d.hpp '// N1, N12: as decided.'
breach notes 'N12 is cited, and missing'

echo '| N2 | So. |' >> "$work/include/sluice/connection/README.md"
breach notes 'N2 is listed in connection/README.md, and cited nowhere'

header wire/d.hpp "// $(printf '%0118d' 0)"
breach width 'wire/d.hpp'

header wire/d.hpp '// N1: otherwise.'
breach faults 'wire/d.hpp does not have this once: as decided'

exit $failed
