// SPDX-License-Identifier: MIT
#pragma once
// The calls of a source: each a tunnel with its session, found by its number or its channel.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/session_end.hpp>
#include <agi/asyncagi/tunnel.hpp>
#include <agi/version.hpp>
#include <agi/wire/number.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// One call of a source. On the source's thread.
struct Link {
    Link(std::uint64_t number_in_source, Tunnel with, std::string id)
        : number{number_in_source}, tunnel{std::move(with)}, uniqueid{std::move(id)} {}

    const std::uint64_t number;
    Tunnel tunnel;
    const std::string uniqueid;
    BeginCall begin{};
    bool by_script = false;  ///< Which is why `begin` gets it.
    std::shared_ptr<Control> control{};
    std::shared_ptr<SessionEnd> session{};
    std::deque<ami::Client::Done> redirects{};  ///< Who gets the answers to those not sent yet.
    std::string place{};                        ///< Where in the dialplan AGI() is.
};
using LinkPointer = std::shared_ptr<Link>;

class LinkTable {
  public:
    /// `instance`: what the ids of all commands of this source begin with.
    explicit LinkTable(std::string instance) : head_{std::move(instance) + '-'} {}

    /// What the ids of commands of call `number` begin with.
    [[nodiscard]] std::string id_head(std::uint64_t number) const {
        return head_ + std::to_string(number) + '-';
    }

    void add(const LinkPointer& link) {
        by_number_.emplace(link->number, link);
        try {
            by_uniqueid_[link->uniqueid] = link;
        } catch (...) {
            by_number_.erase(link->number);
            throw;
        }
    }
    void remove(const Link& link) noexcept {
        const auto found = by_uniqueid_.find(link.uniqueid);
        if (found != by_uniqueid_.end() && found->second.get() == &link) by_uniqueid_.erase(found);
        by_number_.erase(link.number);
    }
    /// The channel is no more, or has begun another session.
    void forget_channel(const std::string& uniqueid) { by_uniqueid_.erase(uniqueid); }

    [[nodiscard]] LinkPointer find(const std::string& uniqueid) const {
        const auto found = by_uniqueid_.find(uniqueid);
        return found == by_uniqueid_.end() ? nullptr : found->second;
    }
    /// Whose command it is, also when its channel has changed.
    [[nodiscard]] LinkPointer by_command(std::string_view id) const {
        if (id.substr(0, head_.size()) != head_) return nullptr;
        id.remove_prefix(head_.size());
        const auto number = wire::to_number<long long>(id.substr(0, id.find('-')));
        if (!number) return nullptr;
        const auto found = by_number_.find(static_cast<std::uint64_t>(*number));
        return found == by_number_.end() ? nullptr : found->second;
    }
    /// Nothing is known of them for now.
    void disconnected() noexcept {
        for (const auto& [number, link] : by_number_) link->tunnel.disconnected();
    }
    /// A copy, as calls may end while one is looked at.
    [[nodiscard]] std::vector<LinkPointer> all() const {
        std::vector<LinkPointer> links;
        links.reserve(by_number_.size());
        for (const auto& [number, link] : by_number_) links.push_back(link);
        return links;
    }
    [[nodiscard]] bool empty() const noexcept { return by_number_.empty(); }

  private:
    std::string head_;
    std::unordered_map<std::uint64_t, LinkPointer> by_number_;
    std::unordered_map<std::string, LinkPointer> by_uniqueid_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
