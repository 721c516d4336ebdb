// SPDX-License-Identifier: MIT
//
// io/interface.hpp asked about interfaces of this machine's kernel in a network namespace: what is set is what is told.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <sluice/io/interface.hpp>

#include "memory_link.hpp"
#include "own_namespace.hpp"

using namespace sluice;

namespace {

int queue_length(const char* name) {
    ifreq asked{};
    std::strcpy(asked.ifr_name, name);
    const io::descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::ioctl(socket.number(), SIOCGIFTXQLEN, &asked) == 0 ? asked.ifr_qlen : -1;
}

std::string why_not(const std::string& name) { return io::interface(name).index().why().text(); }

}  // namespace

TEST_CASE("What is no name of an interface is refused with the reason, and not taken for a shorter one that is there") {
    const own_namespace apart;
    if (!apart || !apart.ip("link add fifteen_letters type veth peer name other")) return;
    CHECK(io::interface("fifteen_letters").index());
    CHECK(why_not("fifteen_letters_") == "interface fifteen_letters_ (a name has 15 characters at most)");
    for (const char* wrong : {"a/b", "a:b", "a b", "a\n", ".", ".."})
        CHECK(why_not(wrong) ==
              std::string("interface ") + wrong + " (a name has no slash, colon or blank in it, and is not . or ..)");
    CHECK(why_not("none") == "none: No such device (`ip link` lists what there is)");
}

TEST_CASE("An interface tells whether it is up, and has an address at which others reach it, of either family") {
    const own_namespace apart;
    if (!apart || !apart.ip("link add v0 type veth peer name v1")) return;
    const io::interface near("v0"), far("v1");
    CHECK_FALSE(*near.is_up());
    REQUIRE(near.set_up());
    REQUIRE(far.set_up());
    CHECK(*near.is_up());
    CHECK_FALSE(near.has_address());  // but for the link-local one
    REQUIRE(near.add_address({here, 24}));
    CHECK(near.has_address());
    CHECK_FALSE(far.has_address());
    if (!far.add_address({ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 64})) return;
    CHECK(far.has_address());
    REQUIRE(near.set_up(false));
    CHECK_FALSE(*near.is_up());
}

TEST_CASE("TUN, TAP and others are told apart") {
    const own_namespace apart;
    if (!apart || !apart.ip("tuntap add name tun0 mode tun") || !apart.ip("tuntap add name tap0 mode tap")) return;
    using kind = io::interface::kind;
    CHECK(io::interface("tun0").which() == kind::tun);
    CHECK(io::interface("tap0").which() == kind::tap);
    CHECK(io::interface("lo").which() == kind::other);
    CHECK(io::interface("none").which() == kind::unknown);
}

TEST_CASE("How long its queue is can be set by the root of a user namespace, too") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(77);
        const bool is_set = io::interface("lo").set_queue_length(4321) && queue_length("lo") == 4321;
        const auto refused = io::interface("none").set_queue_length(4321);
        ::_exit(is_set && !refused && refused.why().number == ENODEV ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) MESSAGE("skipped: user namespaces are not allowed here");
    else CHECK(WEXITSTATUS(status) == 0);
}
