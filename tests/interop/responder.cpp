// SPDX-License-Identifier: MIT
// responder server PORT ADDRESS: as much of a DNS server (RFC 1035) as resolvers need: every name has this IPv4
// address, and none of IPv6; of =LENGTH so many octets come back, and what else is no question comes back as it was.
// responder client HOST PORT LENGTH...: sends a datagram of each length, or =LENGTH, and says what came back; the last
// word is about one to the next port, where nobody is.
#include "sockets.hpp"

#include <array>
#include <vector>

namespace {

using namespace interop;
using octets = std::vector<unsigned char>;

/// Each octet has its place: one that is somewhere else is found out.
octets text_of(std::size_t length) {
    octets out(length);
    for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<unsigned char>(i * i / 251);
    return out;
}

/// The answer to a question, or what came.
octets answer(const octets& asked, const in_addr& is_at) {
    if (!asked.empty() && asked[0] == '=')
        return text_of(std::strtoul(std::string(asked.begin() + 1, asked.end()).c_str(), nullptr, 10));
    const bool is_question = asked.size() > 16 && (asked[2] & 0x80) == 0 && asked[4] == 0 && asked[5] == 1;
    if (!is_question) return asked;
    std::size_t end = 12;
    while (end < asked.size() && asked[end] != 0) end += asked[end] + 1u;
    if (end + 5 > asked.size()) return asked;
    const bool is_a = asked[end + 1] == 0 && asked[end + 2] == 1;
    octets out(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(end) + 5);
    out[2] |= 0x84;  // an answer, with authority
    out[3] = 0x80;   // recursion would be there
    out[7] = is_a;
    out[9] = out[11] = 0;
    if (!is_a) return out;
    const std::array<unsigned char, 12> record{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    out.insert(out.end(), record.begin(), record.end());
    const auto* const address = reinterpret_cast<const unsigned char*>(&is_at);
    out.insert(out.end(), address, address + 4);
    return out;
}

int serve(const char* port, const char* address_text) {
    const int socket = listen_on(port, SOCK_DGRAM);
    in_addr is_at{};
    if (::inet_pton(AF_INET, address_text, &is_at) != 1) give_up(address_text);
    while (true) {
        octets asked(65'536);
        address from;
        from.length = sizeof from.storage;
        auto* const name = reinterpret_cast<sockaddr*>(&from.storage);
        const ssize_t got = ::recvfrom(socket, asked.data(), asked.size(), 0, name, &from.length);
        if (got < 0) give_up("recvfrom");
        asked.resize(static_cast<std::size_t>(got));
        const octets told = answer(asked, is_at);
        ::sendto(socket, told.data(), told.size(), 0, name, from.length);
    }
}

int connected_to(const address& to) {
    const int socket = ::socket(to.storage.ss_family, SOCK_DGRAM, 0);
    be_patient(socket);
    if (::connect(socket, to.get(), to.length) != 0) give_up("connect");
    return socket;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc > 1 ? argv[1] : "";
    if (role == "server" && argc == 4) return serve(argv[2], argv[3]);
    if (role != "client" || argc < 4) return std::fprintf(stderr, "responder server PORT ADDRESS | client ...\n"), 2;
    for (int i = 4; i < argc; ++i) {
        const int socket = connected_to(read_address(argv[2], argv[3]));
        const bool asks = argv[i][0] == '=';
        const octets text = text_of(std::strtoul(argv[i] + asks, nullptr, 10));
        const octets said = asks ? octets(argv[i], argv[i] + std::strlen(argv[i])) : text;
        octets back(65'536);
        if (::send(socket, said.data(), said.size(), 0) < 0) give_up("send");
        const ssize_t got = ::recv(socket, back.data(), back.size(), 0);
        back.resize(static_cast<std::size_t>(got < 0 ? 0 : got));
        say(std::string(argv[i]) + ": " + (got < 0 ? word(errno) : back == text ? "as it was" : "something else"));
        ::close(socket);
    }
    const int nobody = connected_to(read_address(argv[2], std::to_string(std::atoi(argv[3]) + 1).c_str()));
    unsigned char none = 0;
    ::send(nobody, &none, 1, 0);
    say("nobody: " + word(::recv(nobody, &none, 1, 0) < 0 ? errno : 0));
}
