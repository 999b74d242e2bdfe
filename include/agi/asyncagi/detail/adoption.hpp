// SPDX-License-Identifier: MIT
#pragma once
// After a login: which of the calls are still there, and which others wait in AsyncAGI.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/calls.hpp>
#include <agi/asyncagi/detail/claim.hpp>
#include <agi/asyncagi/detail/dialer.hpp>
#include <agi/asyncagi/detail/found_call.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

class Adoption {
  public:
    using Clock = Calls::Clock;

    /// `name`: that of this program; empty: it adopts nothing by itself.
    Adoption(ami::Client& client, Calls& calls, Dialer& dialer, std::string name)
        : client_{client}, calls_{calls}, dialer_{dialer}, name_{std::move(name)} {}

    /// Who gets a call of that script; none: nobody here.
    std::function<BeginCall(std::string_view script)> taker;
    /// Who gets calls that another program had; none: nobody.
    BeginCall on_adopt;

    /// After a login.
    void begin() {
        again_ = true;  // should this fail
        client_.send(ami::Action{"CoreSettings"}, [this](const ami::Response& response) {
            if (response.lost) return;
            version_ = response.message["AsteriskVersion"];
            look(name_);
        });
        again_ = false;
    }
    /// Takes what the program of that name had, too.
    void look(const std::string& name) {
        again_ = true;
        client_.send(ami::Action{"Status"}.set("Variables", Claim::variable),
                     [this, name](const ami::Response& response) {
                         if (response.success()) return compare(response.list, name);
                         if (response.lost) return;
                         calls_.log(ami::Severity::warning,
                                    "no look at the calls: ", response.text());
                     });
        again_ = false;
    }
    /// Looks again for calls that could not be taken yet, or seen, as memory was missing.
    void tick(Clock::time_point now) {
        if ((!again_ && orphans_of_.empty()) || !client_.ready() ||
            now - looked_ < std::chrono::seconds{1}) {
            return;
        }
        looked_ = now;
        for (const std::string& name : std::exchange(orphans_of_, {})) look(name);
        if (again_) look(name_);
    }

  private:
    void compare(const std::vector<ami::Message>& channels, const std::string& name) {
        again_ = true;
        std::unordered_map<std::string, const ami::Message*> there;
        for (const ami::Message& channel : channels) {
            there.emplace(channel["Uniqueid"], &channel);
        }
        for (const LinkPointer& link : calls_.table().all()) {
            const auto found = there.find(link->uniqueid);
            calls_.with_tunnel(link, [&](Tunnel& tunnel) {
                compare(tunnel, found == there.end() ? nullptr : found->second, link->place,
                        calls_.owner());
            });
        }
        for (const auto& [uniqueid, channel] : there) {
            if (const LinkPointer known = calls_.table().find(uniqueid)) {
                if (known->tunnel.state() != Tunnel::State::gone) continue;
                calls_.table().forget_channel(uniqueid);  // it has come back too late
            }
            if (is_in_async_agi(*channel)) {
                found(*channel, uniqueid, name);
            } else if (is_orphan_of(*channel, name)) {
                orphans_of_.insert(name);  // EXEC runs, or it has left: to be seen
            }
        }
        again_ = false;
        dialer_.keep([&](const std::string& id) { return there.count(id) != 0; });
    }
    static void compare(Tunnel& tunnel, const ami::Message* channel, const std::string& place,
                        std::string_view us) {
        const Clock::time_point now = Clock::now();
        if (channel == nullptr) return tunnel.hung_up(now);
        // While EXEC runs, it is the application; the place in the dialplan is the same.
        if (is_in_async_agi(*channel)) {
            tunnel.started(now, {});  // where its end was seen, and its return not
        } else if (place_of(*channel) != place) {
            tunnel.ended(now);
        }
        if (!tunnel.is_disconnected()) return;
        tunnel.reconnected(now, variable_of(*channel, Claim::variable) == us);
    }
    void found(const ami::Message& channel, const std::string& uniqueid, const std::string& name) {
        const std::string_view had = variable_of(channel, Claim::variable);
        const bool adopted = !had.empty() && had != calls_.owner() && !Claim::is_free(had);
        Calls::Found call;
        call.begin = dialer_.take(uniqueid);
        if (adopted) {
            if (!is_orphan_of(channel, name) || !on_adopt) return;
            call.begin = on_adopt;
            calls_.log(ami::Severity::info, channel["Channel"], ": adopted");
        } else if (!call.begin) {
            call.begin = taker(script_of(channel["Data"]));
            call.by_script = true;
            if (!call.begin) return;
        }
        call.uniqueid = uniqueid;
        call.environment = environment_of(channel, version_);
        if (adopted) call.from = had;
        calls_.add(channel, std::move(call));
    }
    /// Whether an earlier run of the program of that name had it.
    [[nodiscard]] bool is_orphan_of(const ami::Message& channel, const std::string& name) const {
        const std::string_view had = variable_of(channel, Claim::variable);
        const std::string head = name + '_';
        return !name.empty() && had != calls_.owner() && had.substr(0, head.size()) == head;
    }

    ami::Client& client_;
    Calls& calls_;
    Dialer& dialer_;
    const std::string name_;
    std::string version_;
    std::set<std::string> orphans_of_;
    bool again_ = false;
    Clock::time_point looked_{};
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
