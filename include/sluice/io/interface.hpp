// SPDX-License-Identifier: MIT
//
// The kernel's side of a network interface: its addresses, MTU and being up (netdevice(7), RFC 3542's in6_ifreq). What
// `ip address add` and `ip link set` do, for programs that bring their own device. To set needs CAP_NET_ADMIN, to ask
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include <net/if.h>      // the C library's, before the kernel's own, which then leave out what both have: others
#include <netinet/in.h>  // that come later, as Boost.Asio's, ask for these

#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <sluice/io/descriptor.hpp>
#include <sluice/io/failure.hpp>
#include <sluice/wire/address_prefix.hpp>
#include <sluice/wire/ethernet.hpp>

namespace sluice::io {

using sluice::address_prefix;

inline const char* const needs_admin = "needs CAP_NET_ADMIN: run it as root, or inside of `unshare -rn`";
inline const char* const needs_raw = "needs CAP_NET_RAW: run it as root, or inside of `unshare -rn`";

/// Whether the kernel takes it for the name of an interface; of a longer one its calls would see the beginning alone.
inline opened<void> check_interface_name(const std::string& name) {
    const auto refused = [&](const char* why) { return failure{"interface " + name, 0, why}; };
    if (name.size() >= IFNAMSIZ) return refused("a name has 15 characters at most");
    if (name.find_first_of("/: \t\n\v\f\r") != std::string::npos || name == "." || name == "..")
        return refused("a name has no slash, colon or blank in it, and is not . or ..");
    return {};
}

/// Of the network namespace in which it is made; by name, as the system has it.
class interface {
public:
    explicit interface(std::string name) : name_(std::move(name)) {}

    const std::string& name() const { return name_; }

    opened<void> add_address(const address_prefix& own) const {
        return own.address.is_v4() ? set_v4(own) : add_v6(own);
    }
    opened<void> set_mtu(int octets) const {
        ifreq wanted = request();
        wanted.ifr_mtu = octets;
        return ask(AF_INET, SIOCSIFMTU, &wanted, "the MTU of " + name_);
    }
    /// By rtnetlink(7), which allows it to the root of a user namespace; SIOCSIFTXQLEN is the system's root's alone.
    opened<void> set_queue_length(std::uint32_t packets) const {
        auto number = index();
        if (!number) return number.why();
        struct {
            nlmsghdr head{sizeof(nlmsghdr) + sizeof(ifinfomsg) + RTA_LENGTH(4), RTM_NEWLINK,
                          NLM_F_REQUEST | NLM_F_ACK, 0, 0};
            ifinfomsg about{};
            rtattr attribute{RTA_LENGTH(4), IFLA_TXQLEN};
            std::uint32_t value = 0;
        } wanted;
        wanted.about.ifi_index = *number;
        wanted.value = packets;
        struct {
            nlmsghdr head{};
            nlmsgerr body{};
            std::array<octet, 128> rest;
        } answer;
        const descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        if (!socket || ::send(socket.number(), &wanted, sizeof wanted, 0) < 0 ||
            ::recv(socket.number(), &answer, sizeof answer, 0) < 0)
            return failed("the queue of " + name_);
        errno = -answer.body.error;
        if (errno != 0) return failed("the queue of " + name_, errno == EPERM ? needs_admin : "");
        return {};
    }
    opened<void> set_up(bool up = true) const {
        ifreq wanted = request();
        if (const auto read = ask(AF_INET, SIOCGIFFLAGS, &wanted, "the flags of " + name_); !read) return read;
        wanted.ifr_flags = static_cast<short>(up ? wanted.ifr_flags | IFF_UP : wanted.ifr_flags & ~IFF_UP);
        return ask(AF_INET, SIOCSIFFLAGS, &wanted, name_ + " up or down");
    }
    opened<bool> is_up() const {
        ifreq wanted = request();
        if (const auto read = ask(AF_INET, SIOCGIFFLAGS, &wanted, "the flags of " + name_); !read) return read.why();
        return (wanted.ifr_flags & IFF_UP) != 0;
    }
    /// One at which others reach it, of either family: the link-local one that IPv6 brings along does not count.
    bool has_address() const {
        ifaddrs* all = nullptr;
        if (::getifaddrs(&all) != 0) return false;
        const auto counts = [&](const ifaddrs& each) {
            if (each.ifa_addr == nullptr || each.ifa_name != name_) return false;
            sockaddr_in6 six{};
            if (each.ifa_addr->sa_family == AF_INET6) std::memcpy(&six, each.ifa_addr, sizeof six);
            return each.ifa_addr->sa_family == AF_INET ||
                   (each.ifa_addr->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr));
        };
        const ifaddrs* each = all;
        while (each != nullptr && !counts(*each)) each = each->ifa_next;
        ::freeifaddrs(all);
        return each != nullptr;
    }
    /// What kind of device has this name; nothing: none, or the kernel does not say.
    enum class kind { unknown, tun, tap, other };
    kind which() const {
        ethtool_drvinfo about{};
        about.cmd = ETHTOOL_GDRVINFO;
        ifreq wanted = request();
        wanted.ifr_data = reinterpret_cast<char*>(&about);
        if (!ask(AF_INET, SIOCETHTOOL, &wanted, name_)) return index() ? kind::other : kind::unknown;
        if (std::strcmp(about.driver, "tun") != 0) return kind::other;
        return std::strcmp(about.bus_info, "tap") == 0 ? kind::tap : kind::tun;
    }
    opened<int> index() const {
        ifreq wanted = request();
        if (const auto read = ask(AF_INET, SIOCGIFINDEX, &wanted, name_); !read) return read.why();
        return wanted.ifr_ifindex;
    }
    opened<std::uint16_t> mtu() const {
        ifreq wanted = request();
        if (const auto read = ask(AF_INET, SIOCGIFMTU, &wanted, name_); !read) return read.why();
        return static_cast<std::uint16_t>(std::min(wanted.ifr_mtu, 65'535));  // the loopback has more
    }
    /// Fails where there is no Ethernet.
    opened<hardware_address> hardware() const {
        ifreq wanted = request();
        if (const auto read = ask(AF_INET, SIOCGIFHWADDR, &wanted, name_); !read) return read.why();
        if (wanted.ifr_hwaddr.sa_family != ARPHRD_ETHER) return failure{"frames of " + name_, 0, "it is no Ethernet"};
        hardware_address out;
        std::memcpy(out.octets.data(), wanted.ifr_hwaddr.sa_data, out.octets.size());
        return out;
    }

private:
    ifreq request() const {
        ifreq out{};
        name_.copy(out.ifr_name, IFNAMSIZ - 1);
        return out;
    }

    opened<void> set_v4(const address_prefix& own) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        std::memcpy(&address.sin_addr, own.address.in_header().data(), 4);
        ifreq wanted = request();
        std::memcpy(&wanted.ifr_addr, &address, sizeof address);
        if (const auto set = ask(AF_INET, SIOCSIFADDR, &wanted, "an address for " + name_); !set) return set;

        std::array<octet, 4> mask{};
        store_be32(mask.data(), own.length == 0 ? 0 : ~0u << (32 - own.length));
        std::memcpy(&address.sin_addr, mask.data(), 4);
        std::memcpy(&wanted.ifr_netmask, &address, sizeof address);
        return ask(AF_INET, SIOCSIFNETMASK, &wanted, "a netmask for " + name_);
    }
    opened<void> add_v6(const address_prefix& own) const {
        auto number = index();
        if (!number) return number.why();
        in6_ifreq wanted{};
        std::memcpy(&wanted.ifr6_addr, own.address.octets.data(), 16);
        wanted.ifr6_prefixlen = static_cast<std::uint32_t>(own.length);
        wanted.ifr6_ifindex = *number;
        return ask(AF_INET6, SIOCSIFADDR, &wanted, "an IPv6 address for " + name_);
    }

    opened<void> ask(int family, unsigned long what, void* argument, const std::string& for_whom) const {
        if (auto checked = check_interface_name(name_); !checked) return checked;
        const descriptor socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (!socket) return failed("a socket to configure interfaces by");
        if (::ioctl(socket.number(), what, argument) != 0)
            return failed(for_whom, errno == EPERM    ? needs_admin
                                    : errno == ENODEV ? "`ip link` lists what there is"
                                                      : "");
        return {};
    }

    std::string name_;
};

}  // namespace sluice::io
