// SPDX-License-Identifier: MIT
//
// Datagrams of a socket, as many as thirty-two to a call (recvmmsg(2), sendmmsg(2)), and what becomes of each. Octets
// and names are borrowed.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <sys/socket.h>

#include <sluice/io/link_counters.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice::io {

class message_batch {
public:
    static constexpr std::size_t most = 32;

    /// One that leaves; or room for one that comes, and for whoever sent it.
    msghdr& add(octet* begin, std::size_t length, const sockaddr* name, socklen_t name_length) {
        parts_[size_] = {begin, length};
        msghdr& m = messages_[size_].msg_hdr;
        m.msg_iov = &parts_[size_++];
        m.msg_iovlen = 1;
        m.msg_name = const_cast<sockaddr*>(name);
        m.msg_namelen = name_length;
        return m;
    }

    /// How many have come.
    std::size_t receive(int socket, watched& told, link_counters& count) {
        const int got = ::recvmmsg(socket, messages_.data(), static_cast<unsigned>(size_), 0, nullptr);
        if (got >= 0 ? static_cast<std::size_t>(got) < size_ : errno == EAGAIN)
            told.has_read_all();
        else if (got < 0)
            ++count.errors;  // of one of ours that nobody took (ICMP); the next call reads on
        return static_cast<std::size_t>(std::max(got, 0));
    }
    octets operator[](std::size_t i) const {
        return {static_cast<const octet*>(parts_[i].iov_base), messages_[i].msg_len};
    }
    msghdr& about(std::size_t i) { return messages_[i].msg_hdr; }

    /// How many are done with; fewer when the system has no room.
    std::size_t send(int socket, link_counters& count) {
        bool is_told = false;
        for (std::size_t sent = 0; sent < size_;) {
            const int more = ::sendmmsg(socket, &messages_[sent], static_cast<unsigned>(size_ - sent), 0);
            if (more > 0) {
                is_told = false;
                sent += static_cast<std::size_t>(more);
                count.packets_out += static_cast<std::uint64_t>(more);
            } else if (errno == EAGAIN) {
                return sent;
            } else if (errno != EINTR && !std::exchange(is_told, true)) {
                ++count.errors;  // of one that was sent before (ICMP): told once, whatever it is
            } else if (errno != EINTR) {
                is_told = false;
                ++count.lost_out, ++sent;  // no route, down, too large: the others may go elsewhere
            }
        }
        return size_;
    }

    /// send_some(packets) for as many as a batch takes at a time, while all of them are done with.
    static std::size_t in_turn(std::span<const tx_packet> packets, auto&& send_some) {
        for (std::size_t done = 0; done < packets.size();) {
            const std::size_t some = std::min(packets.size() - done, most);
            const std::size_t sent = send_some(packets.subspan(done, some));
            done += sent;
            if (sent < some) return done;
        }
        return packets.size();
    }

private:
    std::array<mmsghdr, most> messages_{};
    std::array<iovec, most> parts_;
    std::size_t size_ = 0;
};

}  // namespace sluice::io
