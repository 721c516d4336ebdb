// SPDX-License-Identifier: MIT
//
// read, write and their like in scripts. What is written is noted in the socket's conversation, and what is read is
// compared with what arrived there.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <sluice/testing/script/socket_table.hpp>

namespace sluice::testing::script {

// ---- reading --------------------------------------------------------------------------------------------------------

/// Urgent octets stay in line (N33), as they do at Linux with SO_OOBINLINE: there they can't be read beside it.
inline answer read_urgent(const descriptor& d) {
    const auto in_line = d.set.find("SO_OOBINLINE");
    if (in_line != d.set.end() && in_line->second != 0) return answer::failed("EINVAL");
    return answer::unsupported("MSG_OOB when reading, without SO_OOBINLINE");
}

inline std::optional<answer> wrong_octets(const conversation& with, octets there) {
    for (std::size_t i = 0; i < there.size(); ++i)
        if (there[i] != pattern(with.heard + i))
            return answer::differs("octet " + std::to_string(with.heard + i) +
                                   " of what is read is not what arrived");
    return {};
}

/// What is there, behind what this call has read already; an answer if it is not what arrived.
inline std::optional<answer> take_text(socket_table& sockets, descriptor& d, std::size_t wanted) {
    std::vector<octet> place(wanted - d.read);
    const auto taken = sockets.tcp.receive(d.opened, place, sockets.now);
    const bool has_no_end = sockets.tcp.look(d.opened)->error == error::none;  // it never opened
    if (taken.error() == error::not_open && has_no_end) return answer::failed(taken.error());
    const std::size_t got = taken.value_or(0);
    conversation& with = sockets.conversation_of(d);
    if (const auto wrong = wrong_octets(with, octets(place).first(got))) return wrong;
    with.heard += got;
    d.read += got;
    return {};
}
/// Each time from the first octet on.
inline std::optional<answer> peek_at(socket_table& sockets, descriptor& d, std::size_t wanted) {
    std::vector<octet> place(std::min(wanted, sockets.tcp.look(d.opened)->readable));
    d.read = sockets.tcp.peek(d.opened, place, sockets.now).value_or(0);
    if (d.read < place.size()) return answer::unsupported("MSG_PEEK over what does not lie in one piece");
    return wrong_octets(sockets.conversation_of(d), place);
}

inline answer read_octets(socket_table& sockets, const call& c, std::int64_t most, const value* expected) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    const auto has = [&](const char* name) { return (flags_of(c) & *number_of(name)) != 0; };
    if (has("MSG_OOB")) return read_urgent(*d);
    if (has("MSG_ERRQUEUE")) return answer::unsupported("MSG_ERRQUEUE");
    if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening)
        return answer::failed("ENOTCONN");
    if (!sockets.tcp.look(d->opened)) return bad_descriptor();
    if (most <= 0) return answer::of(0);

    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(most, 1 << 26));
    const std::size_t least = has("MSG_WAITALL") ? wanted : std::min(wanted, d->least_to_read());
    const bool peeks = has("MSG_PEEK");
    if (const auto wrong = peeks ? peek_at(sockets, *d, wanted) : take_text(sockets, *d, wanted)) return *wrong;
    const auto facts = *sockets.tcp.look(d->opened);
    const bool is_last = facts.has_ended || facts.error != error::none || d->reads_no_more;
    if (d->read < least && !is_last) {
        const answer waits = sockets.wait_or(*d, c, "EAGAIN", d->receive_limit);
        if (waits.what == answer::kind::waits || d->read == 0) return waits;
    }
    const std::size_t got = std::exchange(d->read, 0);
    if (got == 0)
        if (const auto told = sockets.tell_error(*d, facts)) return *told;
    if (expected != nullptr && expected->what == value::kind::text && expected->text.size() != got)
        return answer::differs("another length was read than the text of the script has");
    return answer::of(static_cast<std::int64_t>(got));
}

inline answer do_read(socket_table& sockets, const call& c) {
    return read_octets(sockets, c, number_or(argument(c, 2)), &argument(c, 1));
}
inline answer do_readv(socket_table& sockets, const call& c) {
    if (const auto wrong = wrong_count(c, argument(c, 1), argument(c, 2))) return *wrong;
    return read_octets(sockets, c, length_of(argument(c, 1)), nullptr);
}
inline answer do_recvmsg(socket_table& sockets, const call& c) {
    const value* const vector = argument(c, 1).field("msg_iov");
    return read_octets(sockets, c, vector == nullptr ? 0 : length_of(*vector), nullptr);
}

// ---- writing --------------------------------------------------------------------------------------------------------

inline std::vector<octet> text_of_argument(const value& v, std::int64_t length) {
    std::vector<octet> out(static_cast<std::size_t>(std::clamp<std::int64_t>(length, 0, 1 << 26)));
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = i < v.text.size() ? static_cast<octet>(v.text[i]) : static_cast<octet>(i * 37 + 11);
    return out;
}
inline std::vector<octet> text_of_vector(const value& vector) {
    std::vector<octet> out;
    for (const value& each : vector.items) {
        if (each.items.empty()) continue;
        const auto one = text_of_argument(each.items.front(), number_or(each.items.back()));
        out.insert(out.end(), one.begin(), one.end());
    }
    return out;
}

inline answer send_octets(socket_table& sockets, const call& c, const std::vector<octet>& text) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    const auto has = [&](const char* name) { return (flags_of(c) & *number_of(name)) != 0; };
    for (const char* name : {"MSG_FASTOPEN", "MSG_ZEROCOPY"})
        if (has(name)) return answer::unsupported(name);
    if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening)
        return answer::failed("EPIPE");
    const auto facts = sockets.tcp.look(d->opened);
    if (!facts) return bad_descriptor();
    if (const auto told = sockets.tell_error(*d, *facts)) return *told;
    if (facts->error != error::none) return answer::failed("EPIPE");
    if (text.empty()) return answer::of(0);
    const bool is_opening = !has_opened(*facts) && facts->state != state::closed;
    if (is_opening && sockets.is_like(profile::linux)) return sockets.wait_or(*d, c, "EAGAIN", d->send_limit);
    const octets rest = octets(text).subspan(std::min(d->written, text.size()));
    const manner how = has("MSG_OOB") ? manner::urgent : has("MSG_MORE") ? manner::more : manner::plain;
    const auto sent = sockets.tcp.send(d->opened, rest, how, sockets.now);
    if (!sent && sent.error() != error::would_block) return answer::failed(sent.error());
    const std::size_t taken = sent.value_or(0);
    conversation& with = sockets.conversation_of(*d);
    with.said.insert(with.said.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
    d->written += taken;
    if (taken < rest.size()) {
        const answer waits = sockets.wait_or(*d, c, "EAGAIN", d->send_limit);
        if (waits.what == answer::kind::waits || d->written == 0) return waits;
    }
    return answer::of(static_cast<std::int64_t>(std::exchange(d->written, 0)));
}

inline answer do_write(socket_table& sockets, const call& c) {
    return send_octets(sockets, c, text_of_argument(argument(c, 1), number_or(argument(c, 2))));
}
inline answer do_writev(socket_table& sockets, const call& c) {
    if (const auto wrong = wrong_count(c, argument(c, 1), argument(c, 2))) return *wrong;
    return send_octets(sockets, c, text_of_vector(argument(c, 1)));
}
inline answer do_sendmsg(socket_table& sockets, const call& c) {
    const value* const vector = argument(c, 1).field("msg_iov");
    return send_octets(sockets, c, vector == nullptr ? std::vector<octet>() : text_of_vector(*vector));
}

}  // namespace sluice::testing::script
