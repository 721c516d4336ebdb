// SPDX-License-Identifier: MIT
//
// Why something of the operating system's could not be had: what was tried, how it was refused, and what helps.
// opened<T> is a T or that; links are opened before any packet is under way, so that there is time for words.
#pragma once

#include <cassert>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace sluice::io {

struct failure {
    std::string tried;   // "/dev/net/tun"
    int number = 0;      // errno, 0 when it was not the system that refused
    std::string remedy;  // "run as root, or inside of `unshare -rn`"

    std::string text() const {
        std::string out = tried;
        if (number != 0) out.append(": ").append(std::strerror(number));
        if (!remedy.empty()) out.append(" (").append(remedy).append(")");
        return out;
    }
};

/// With errno as it stands.
inline failure failed(std::string tried, std::string remedy = {}) {
    return {std::move(tried), errno, std::move(remedy)};
}

template <class T>
class [[nodiscard]] opened {
public:
    opened(T value) : value_(std::move(value)) {}
    opened(failure why) : why_(std::move(why)) {}

    explicit operator bool() const { return value_.has_value(); }
    T& operator*() & { return *value_; }
    T&& operator*() && { return *std::move(value_); }
    T* operator->() { return &*value_; }
    const failure& why() const {
        assert(!value_);
        return why_;
    }

private:
    std::optional<T> value_;
    failure why_;
};

/// Done, or why not.
template <>
class [[nodiscard]] opened<void> {
public:
    opened() = default;
    opened(failure why) : why_(std::move(why)) {}

    explicit operator bool() const { return !why_; }
    const failure& why() const { return *why_; }

private:
    std::optional<failure> why_;
};

}  // namespace sluice::io
