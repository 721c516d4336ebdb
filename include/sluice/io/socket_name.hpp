// SPDX-License-Identifier: MIT
//
// A socket_address as the system's calls want it (struct sockaddr_in, struct sockaddr_in6).
#pragma once

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

#include <sluice/wire/address.hpp>

namespace sluice::io {

class socket_name {
public:
    /// Room for whatever the system fills in.
    socket_name() = default;

    explicit socket_name(const socket_address& name) : socket_name(name, name.address.is_v4()) {}
    /// An unspecified address is of either family.
    socket_name(const socket_address& name, bool is_v4) {
        if (is_v4) {
            sockaddr_in in{};
            in.sin_family = AF_INET;
            in.sin_port = htons(name.port);
            if (name.address.is_v4()) std::memcpy(&in.sin_addr, name.address.in_header().data(), 4);
            std::memcpy(&storage_, &in, length_ = sizeof in);
        } else {
            sockaddr_in6 in{};
            in.sin6_family = AF_INET6;
            in.sin6_port = htons(name.port);
            std::memcpy(&in.sin6_addr, name.address.octets.data(), 16);
            std::memcpy(&storage_, &in, length_ = sizeof in);
        }
    }

    static socket_address of_local(int descriptor) {
        socket_name out;
        ::getsockname(descriptor, out.room(), &out.length_);
        return out.value();
    }

    socket_address value() const {
        if (storage_.ss_family == AF_INET) {
            sockaddr_in in;
            std::memcpy(&in, &storage_, sizeof in);
            std::array<octet, 4> four;
            std::memcpy(four.data(), &in.sin_addr, 4);
            return {ip_address::v4(four), ntohs(in.sin_port)};
        }
        sockaddr_in6 in;
        std::memcpy(&in, &storage_, sizeof in);
        std::array<octet, 16> sixteen;
        std::memcpy(sixteen.data(), &in.sin6_addr, 16);
        return {ip_address::v6(sixteen), ntohs(in.sin6_port)};
    }

    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    sockaddr* room() { return reinterpret_cast<sockaddr*>(&storage_); }
    socklen_t length() const { return length_; }

private:
    sockaddr_storage storage_{};
    socklen_t length_ = sizeof(sockaddr_storage);
};

}  // namespace sluice::io
