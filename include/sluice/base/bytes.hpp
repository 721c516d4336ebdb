// SPDX-License-Identifier: MIT
//
// Octets and big-endian integers ("network order", RFC 9293 section 3.1). All but the casts of text also runs in the
// compiler: integers are put together by shifts, which g++ and clang turn into one load and a byte swap.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

using octet = std::uint8_t;
using octets = std::span<const octet>;         // read
using mutable_octets = std::span<octet>;       // write

constexpr std::uint16_t load_be16(const octet* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

constexpr std::uint32_t load_be32(const octet* at) {
    return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
           static_cast<std::uint32_t>(at[2]) << 8 | static_cast<std::uint32_t>(at[3]);
}

constexpr std::uint64_t load_be64(const octet* at) {
    return static_cast<std::uint64_t>(load_be32(at)) << 32 | load_be32(at + 4);
}

constexpr std::uint32_t load_le32(const octet* at) {
    return static_cast<std::uint32_t>(at[3]) << 24 | static_cast<std::uint32_t>(at[2]) << 16 |
           static_cast<std::uint32_t>(at[1]) << 8 | static_cast<std::uint32_t>(at[0]);
}

constexpr std::uint64_t load_le64(const octet* at) {
    return static_cast<std::uint64_t>(load_le32(at + 4)) << 32 | load_le32(at);
}

constexpr void store_be16(octet* at, std::uint16_t value) {
    at[0] = static_cast<octet>(value >> 8);
    at[1] = static_cast<octet>(value);
}

constexpr void store_be32(octet* at, std::uint32_t value) {
    at[0] = static_cast<octet>(value >> 24);
    at[1] = static_cast<octet>(value >> 16);
    at[2] = static_cast<octet>(value >> 8);
    at[3] = static_cast<octet>(value);
}

constexpr void store_be64(octet* at, std::uint64_t value) {
    store_be32(at, static_cast<std::uint32_t>(value >> 32));
    store_be32(at + 4, static_cast<std::uint32_t>(value));
}

/// Text, or what else holds single bytes in one piece, as octets: `socket.send(as_octets("hello"))`. And back, as text.
inline octets as_octets(std::string_view text) { return {reinterpret_cast<const octet*>(text.data()), text.size()}; }
template <class Bytes>
    requires requires(const Bytes& b) { { b.data() } -> std::convertible_to<const std::byte*>; } ||
             requires(const Bytes& b) { { b.data() } -> std::convertible_to<const char*>; }
octets as_octets(const Bytes& bytes) {
    return {reinterpret_cast<const octet*>(bytes.data()), bytes.size()};
}
inline std::string_view as_text(octets from) { return {reinterpret_cast<const char*>(from.data()), from.size()}; }

/// `to` must be at least as long as `from`.
constexpr void copy(octets from, mutable_octets to) {
    std::copy_n(from.data(), from.size(), to.data());
}

}  // namespace sluice
