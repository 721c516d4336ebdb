// SPDX-License-Identifier: MIT
// A network of one's own for a test (network_namespaces(7)), in which it is root; the thread goes back at its end.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <sched.h>

#include <sluice/io/descriptor.hpp>

namespace sluice {

class own_namespace {
public:
    own_namespace() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
        is_entered_ = before_ && ::unshare(CLONE_NEWNET) == 0;
        if (!is_entered_) MESSAGE("skipped: no right to a network namespace; as root, or inside of `unshare -rn`");
    }
    own_namespace(const own_namespace&) = delete;
    own_namespace& operator=(const own_namespace&) = delete;
    ~own_namespace() {
        if (is_entered_ && ::setns(before_.number(), CLONE_NEWNET) != 0) std::abort();
    }

    explicit operator bool() const { return is_entered_; }

    /// `ip` with these arguments; false where there is none, or it refuses.
    static bool ip(const char* arguments) {
        const bool done = std::system((std::string("ip ") + arguments + " 2> /dev/null").c_str()) == 0;
        if (!done) MESSAGE("skipped: can't ip " << std::string(arguments));
        return done;
    }

private:
    io::descriptor before_;
    bool is_entered_ = false;
};

}  // namespace sluice
