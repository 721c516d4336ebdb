// SPDX-License-Identifier: MIT
//
// What a call can answer besides success: the errors of RFC 9293 section 3.10 in its order, then the ones that a
// library needs on top; and result<T>, a value or an error (std::expected is not in C++20).
#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

namespace sluice {

enum class error : std::uint8_t {
    none,
    not_open,                // "connection does not exist"
    insufficient_resources,  // "insufficient resources"
    remote_unspecified,      // "remote socket unspecified"
    already_open,            // "connection already exists"
    closing,                 // "connection closing"
    reset,                   // "connection reset"
    refused,                 // "connection refused"
    aborted,                 // by our own ABORT
    timed_out,               // "connection aborted due to user timeout", R2 and the keep-alive limit included; or the
                             // limit of a call, which does not end the connection
    would_block,             // nothing to read yet, no room to write yet
    bad_address,             // a remote address that can't be a peer (MUST-46), or two families in one connection
    bad_argument,            // what the call's documentation rules out
    bad_handle,              // of a socket that has been closed, or never was
    not_supported,           // the composition leaves it out
    would_deadlock,          // a blocking call by one of those that it would wait for
    link_gone,               // what carried the packets is gone for good, as a device that was deleted
    network_unreachable,     // what ICMP says of the way there: no route,
    host_unreachable,        // nobody has the address, or the hop limit was used up on the way to it,
    protocol_unreachable,    // it speaks no TCP,
    prohibited,              // somebody on the way lets nothing through,
    bad_header,              // or something in our header is not understood
};

/// For people. (What has a name of its own, as states, events and news do, tells it by name().)
constexpr const char* text(error e) {
    switch (e) {
        case error::none: return "no error";
        case error::not_open: return "connection does not exist";
        case error::insufficient_resources: return "insufficient resources";
        case error::remote_unspecified: return "remote socket unspecified";
        case error::already_open: return "connection already exists";
        case error::closing: return "connection closing";
        case error::reset: return "connection reset";
        case error::refused: return "connection refused";
        case error::aborted: return "connection aborted by its user";
        case error::timed_out: return "timed out";
        case error::would_block: return "operation would block";
        case error::bad_address: return "address cannot be a peer's";
        case error::bad_argument: return "invalid argument";
        case error::bad_handle: return "no such socket";
        case error::not_supported: return "the composition leaves it out";
        case error::would_deadlock: return "blocking call inside of the loop";
        case error::link_gone: return "the link is gone";
        case error::network_unreachable: return "network unreachable";
        case error::host_unreachable: return "host unreachable";
        case error::protocol_unreachable: return "protocol unreachable";
        case error::prohibited: return "prohibited on the way";
        case error::bad_header: return "IP header not understood";
    }
    return "?";
}

/// A T or the reason why there is none. T is default constructible. One that only moves is used in place,
/// `got->send(text)`, or taken out of a result that is given up: `*std::move(got)`. Out of a temporary comes a value,
/// which nothing dangles from.
template <class T>
class [[nodiscard]] result {
public:
    constexpr result() = default;  // T{}
    constexpr result(T value) : value_(std::move(value)) {}
    constexpr result(sluice::error e) : error_(e) { assert(e != error::none); }

    constexpr explicit operator bool() const { return error_ == error::none; }
    constexpr sluice::error error() const { return error_; }
    constexpr T& value() & {
        assert(*this);
        return value_;
    }
    constexpr const T& value() const& {
        assert(*this);
        return value_;
    }
    constexpr T value() && {
        assert(*this);
        return std::move(value_);
    }
    constexpr T& operator*() & { return value(); }
    constexpr const T& operator*() const& { return value(); }
    constexpr T operator*() && { return std::move(*this).value(); }
    constexpr T* operator->() { return &value(); }
    constexpr const T* operator->() const { return &value(); }
    constexpr T value_or(T other) const { return *this ? value_ : other; }

private:
    T value_{};
    sluice::error error_ = sluice::error::none;
};

template <>
class [[nodiscard]] result<void> {
public:
    constexpr result() = default;
    constexpr result(sluice::error e) : error_(e) {}

    constexpr explicit operator bool() const { return error_ == error::none; }
    constexpr sluice::error error() const { return error_; }

private:
    sluice::error error_ = sluice::error::none;
};

}  // namespace sluice
