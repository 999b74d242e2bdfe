// SPDX-License-Identifier: MIT
#pragma once
// Events of Asterisk, for the calls that they are about.

#include <agi/asyncagi/detail/calls.hpp>
#include <agi/asyncagi/detail/dialer.hpp>
#include <agi/asyncagi/detail/found_call.hpp>
#include <agi/asyncagi/environment_block.hpp>
#include <agi/version.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/percent.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

class SourceEvents {
  public:
    using Clock = Calls::Clock;
    /// Who gets a call of a script; none: nobody here.
    using Taker = std::function<BeginCall(std::string_view script)>;

    SourceEvents(Calls& calls, Dialer& dialer, Taker taker)
        : calls_{calls}, dialer_{dialer}, taker_{std::move(taker)} {}

    void take(const ami::Message& event) {
        const std::string uniqueid{event["Uniqueid"]};
        const std::string_view name = name_of(event);
        if (name == "AsyncAGIStart") return start(event, uniqueid);
        if (name == "OriginateResponse") return dialer_.responded(event);
        if (name == "AsyncAGIExec") return executed(event, uniqueid);
        if (const LinkPointer link = calls_.table().find(uniqueid)) {
            calls_.with_tunnel(link, [&](Tunnel& tunnel) { tell(*link, tunnel, name, event); });
            if (name == "Hangup") calls_.table().forget_channel(uniqueid);
        }
        if (name == "Hangup") dialer_.hung_up(uniqueid);
    }

  private:
    /// As since Asterisk 12, except for AGIExecStart.
    static std::string_view name_of(const ami::Message& event) noexcept {
        const std::string_view name = event.event();
        const std::string_view part = event["SubEvent"];
        if (name == "AGIExec" && ami::same_name(part, "Start")) return "AGIExecStart";
        if (name != "AsyncAGI") return name;
        if (ami::same_name(part, "Start")) return "AsyncAGIStart";
        if (ami::same_name(part, "Exec")) return "AsyncAGIExec";
        return ami::same_name(part, "End") ? "AsyncAGIEnd" : name;
    }

    void tell(const Link& link, Tunnel& tunnel, std::string_view name, const ami::Message& event) {
        const Clock::time_point now = Clock::now();
        if (name == "AGIExecStart") {
            tunnel.command_started(event["Command"]);
        } else if (name == "AsyncAGIEnd") {
            tunnel.ended(now);
        } else if (name == "HangupRequest" || name == "SoftHangupRequest") {
            tunnel.hangup_requested();
        } else if (name == "Hangup") {
            tunnel.hung_up(now);
        } else if (name == "Rename") {
            rename(link, tunnel, event["Newname"]);
        }
        if (!link.control) return;
        link.control->hooks().tell(event, [this](const std::exception_ptr& error) {
            calls_.log(ami::Severity::error, fastagi::ending_of(error, "on_event").why);
        });
    }
    static void rename(const Link& link, Tunnel& tunnel, std::string_view channel) {
        if (channel.empty() || channel == tunnel.channel()) return;
        tunnel.renamed(std::string{channel});
        if (link.control) link.control->renamed(channel);
    }

    void executed(const ami::Message& event, const std::string& uniqueid) {
        const std::string_view id = event["CommandID"];
        const LinkPointer ours = calls_.table().by_command(id);
        const LinkPointer link = ours ? ours : calls_.table().find(uniqueid);
        if (!link) return;
        calls_.with_tunnel(link, [&](Tunnel& tunnel) {
            if (ours) rename(*link, tunnel, event["Channel"]);
            tunnel.executed(Clock::now(), id, event["Result"]);
        });
    }

    void start(const ami::Message& event, const std::string& uniqueid) {
        if (const LinkPointer known = calls_.table().find(uniqueid)) {
            switch (known->tunnel.state()) {
                case Tunnel::State::away:
                    if (!known->tunnel.claimed() && known->by_script && !taker_of(event)) return;
                    known->place = place_of(event);
                    return began(known, event);
                // Found by Status before its event came.
                case Tunnel::State::claiming: return began(known, event);
                case Tunnel::State::running: return;
                case Tunnel::State::foreign:
                case Tunnel::State::gone:
                case Tunnel::State::finishing:
                case Tunnel::State::over:
                    calls_.table().forget_channel(uniqueid);  // its session has not ended yet
            }
        }
        Calls::Found found;
        found.begin = dialer_.take(uniqueid);
        found.by_script = !found.begin;
        if (found.by_script) found.begin = taker_of(event);
        if (!found.begin) return;
        found.uniqueid = uniqueid;
        found.env = event["Env"];
        calls_.add(event, std::move(found));
    }
    void began(const LinkPointer& link, const ami::Message& event) {
        calls_.with_tunnel(link,
                           [&](Tunnel& tunnel) { tunnel.started(Clock::now(), event["Env"]); });
    }
    [[nodiscard]] BeginCall taker_of(const ami::Message& start) const {
        const std::string block = environment_block(wire::percent_decoded(start["Env"]));
        return taker_(wire::parse_environment(block).get("network_script").value_or(""));
    }

    Calls& calls_;
    Dialer& dialer_;
    Taker taker_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
