// SPDX-License-Identifier: MIT
#pragma once
// What a source knows, on the source's thread: events to tunnels, tunnels to actions and handlers.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/dialer.hpp>
#include <agi/asyncagi/detail/found_call.hpp>
#include <agi/asyncagi/detail/link.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/version.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

class SourceState : public std::enable_shared_from_this<SourceState> {
  public:
    using LinkPointer = std::shared_ptr<Link>;
    using Clock = std::chrono::steady_clock;
    using Severity = ami::Severity;

    SourceState(fastagi::Server& server, SourceOptions options)
        : server_{server},
          options_{std::move(options)},
          instance_{random_name()},
          client_{context_, options_.ami},
          dialer_{client_, options_.max_originated, options_.originate_rate} {
        if (wire::percent_encoded(options_.name) != options_.name) {
            throw AGIArgumentError("Source", "a name has letters, digits and  - . _  only");
        }
    }

    void run() {
        client_.on_event([this](const ami::Message& event) { take(event); });
        client_.on_login([this](bool again) { logged_in(again); });
        client_.on_lost([this] { lost(); });
        client_.start();
        tick();
        context_.run();
    }
    template <class Task>
    void post(Task task) {
        net::post(context_, std::move(task));
    }
    void begin_stop() {
        post([this] {
            stopping_ = true;
            stop_end_ = Clock::now() + options_.farewell_time;
            for (auto& [number, link] : copy()) {
                link->tunnel.session_closed(Clock::now());
                pump(link);
            }
            stop_if_done();
        });
    }

    void adopt(const std::string& name) {
        if (client_.ready()) look_at_calls(name);
    }

    [[nodiscard]] std::string new_call_id() const {
        return "agi-" + instance_ + "-o" + std::to_string(++last_call_);
    }
    [[nodiscard]] ami::Client& client() noexcept { return client_; }
    [[nodiscard]] Dialer& dialer() noexcept { return dialer_; }

    fastagi::Server::Handler on_adopt;
    std::function<void(bool)> on_login;

  private:
    static constexpr std::chrono::milliseconds tick_time{100};

    static std::string random_name() {
        std::random_device random;
        std::string name;
        for (int i = 0; i < 2; ++i) {
            for (unsigned bits = random(), digit = 0; digit < 8; ++digit, bits >>= 4U) {
                name += "0123456789abcdef"[bits & 15U];
            }
        }
        return name;
    }

    // --- Events ---

    void take(const ami::Message& event) {
        const Clock::time_point now = Clock::now();
        const std::string uniqueid{event["Uniqueid"]};
        std::string_view name = event.event();
        if (name == "AsyncAGI") name = before_12(event["SubEvent"]);
        if (name == "AGIExec" && ami::same_name(event["SubEvent"], "Start")) name = "AGIExecStart";
        if (name == "AsyncAGIStart") return start(event, uniqueid);
        if (name == "OriginateResponse") return dialer_.responded(event);
        if (name == "AsyncAGIExec") return executed(event, uniqueid);
        const LinkPointer link = find(uniqueid);
        if (link) {
            if (name == "AGIExecStart") {
                link->tunnel.command_started(event["Command"]);
            } else if (name == "AsyncAGIEnd") {
                link->tunnel.ended(now);
            } else if (name == "HangupRequest" || name == "SoftHangupRequest") {
                link->tunnel.hangup_requested();
            } else if (name == "Hangup") {
                link->tunnel.hung_up(now);
                by_uniqueid_.erase(uniqueid);
            } else if (name == "Rename") {
                rename(*link, event["Newname"]);
            }
            tell(*link, event);
            pump(link);
        }
        if (name == "Hangup") dialer_.hung_up(uniqueid);
    }
    static std::string_view before_12(std::string_view sub_event) noexcept {
        if (ami::same_name(sub_event, "Start")) return "AsyncAGIStart";
        if (ami::same_name(sub_event, "Exec")) return "AsyncAGIExec";
        return ami::same_name(sub_event, "End") ? "AsyncAGIEnd" : "AsyncAGI";
    }
    void tell(const Link& link, const ami::Message& event) const {
        if (!link.control) return;
        try {
            link.control->tell(event);
        } catch (...) {
            log(Severity::error, fastagi::ending_of(std::current_exception(), "on_event").why);
        }
    }
    static void rename(Link& link, std::string_view channel) {
        if (channel.empty() || channel == link.tunnel.channel()) return;
        link.tunnel.renamed(std::string{channel});
        if (link.control) link.control->renamed(channel);
    }

    [[nodiscard]] LinkPointer find(const std::string& uniqueid) const {
        const auto found = by_uniqueid_.find(uniqueid);
        return found == by_uniqueid_.end() ? nullptr : found->second;
    }

    void executed(const ami::Message& event, const std::string& uniqueid) {
        const std::string_view id = event["CommandID"];
        // Our ids say which call it is, also when its channel has changed.
        LinkPointer link = by_command(id);
        if (link) {
            rename(*link, event["Channel"]);
        } else {
            link = find(uniqueid);
        }
        if (!link) return;
        link->tunnel.executed(Clock::now(), id, event["Result"]);
        pump(link);
    }
    [[nodiscard]] LinkPointer by_command(std::string_view id) const {
        const std::string head = instance_ + '-';
        if (id.substr(0, head.size()) != head) return nullptr;
        id.remove_prefix(head.size());
        const auto number = wire::to_number<long long>(id.substr(0, id.find('-')));
        const auto found = number ? links_.find(static_cast<std::uint64_t>(*number)) : links_.end();
        return found == links_.end() ? nullptr : found->second;
    }

    // --- Calls ---

    void start(const ami::Message& event, const std::string& uniqueid) {
        if (const LinkPointer known = find(uniqueid)) {
            if (known->tunnel.state() == Tunnel::State::away) {
                known->place = place_of(event);
                known->tunnel.started(Clock::now(), event["Env"]);
                return pump(known);
            }
            by_uniqueid_.erase(uniqueid);  // its session has not ended yet
        }
        fastagi::Server::Handler handler = dialer_.take_handler(uniqueid);
        const std::string env = wire::percent_decoded(event["Env"]);
        if (!handler && !is_taken(wire::parse_environment(env).argument(1).value_or(""))) return;
        add(event, uniqueid, event["Env"], {}, {}, std::move(handler));
    }
    [[nodiscard]] bool is_taken(std::string_view script) const {
        if (stopping_ || server_.stopping()) return false;
        try {
            return !options_.takes || options_.takes(script);
        } catch (...) {
            log(Severity::error, fastagi::ending_of(std::current_exception(), "takes").why);
            return false;
        }
    }

    /// `from`: whose call it was; `environment`: of one whose beginning was not seen.
    void add(const ami::Message& event, const std::string& uniqueid, std::string_view env,
             std::string environment, std::string from, fastagi::Server::Handler handler) {
        const std::string channel{event["Channel"]};
        const std::uint64_t number = ++last_link_;
        TunnelOptions with;
        with.owner = owner();
        with.from = std::move(from);
        with.id = instance_ + '-' + std::to_string(number) + '-';
        with.dead_man = options_.dead_man;
        with.comes_back = options_.comes_back;
        const auto link = std::make_shared<Link>(
            context_, number, Tunnel{with, channel, env, std::move(environment)},
            uniqueid);
        link->handler = std::move(handler);
        link->place = place_of(event);
        links_.emplace(number, link);
        by_uniqueid_[uniqueid] = link;
        // What the limit of the call was, before the claim's wake-up sets another.
        client_.send(
            ami::Action{"Getvar"}.set("Channel", channel).set("Variable", "TIMEOUT(absolute)"),
            [link, seen = !env.empty()](const ami::Response& response) {
                if (seen) link->tunnel.limit(Clock::now(), response.message["Value"]);
            });
        link->tunnel.begin(Clock::now());
        pump(link);
    }
    [[nodiscard]] std::string owner() const {
        return (options_.name.empty() ? "agi" : options_.name) + '_' + instance_;
    }

    /// Moves what the tunnel says on its way.
    void pump(const LinkPointer& link) {
        Tunnel& tunnel = link->tunnel;
        for (Tunnel::Output& output : tunnel.take_actions()) send(link, output);
        if (tunnel.claimed() && !link->served) serve(link);
        if (const std::string bytes = tunnel.take_bytes(); !bytes.empty()) link->give(bytes);
        switch (tunnel.state()) {
            case Tunnel::State::foreign:
            case Tunnel::State::over: remove(link); break;
            default: break;
        }
    }
    void send(const LinkPointer& link, Tunnel::Output& output) {
        const std::string& name = output.action.name();
        if (!output.command_id.empty()) {
            client_.send(output.action, [this, link, id = std::move(output.command_id)](
                                            const ami::Response& response) {
                if (response.success() || response.lost) return;
                log(Severity::info, link->tunnel.channel() + ": " + std::string{response.text()});
                link->tunnel.refused(Clock::now(), id);
                pump(link);
            });
        } else if (name == "ControlPlayback" || name == "PlayDTMF") {
            client_.send(output.action, [this, link](const ami::Response& response) {
                if (response.lost) return;
                link->tunnel.stop_answered(Clock::now());
                pump(link);
            });
        } else {
            client_.send(output.action);
        }
    }
    void remove(const LinkPointer& link) {
        link->close();
        links_.erase(link->number);
        const auto found = by_uniqueid_.find(link->uniqueid);
        if (found != by_uniqueid_.end() && found->second == link) by_uniqueid_.erase(found);
        stop_if_done();
    }

    /// Gives the call to the server.
    void serve(const LinkPointer& link) {
        link->served = true;
        const std::weak_ptr<Link> weak = link;
        const std::weak_ptr<SourceState> self = weak_from_this();
        const auto with_link = [weak, self](auto&& work) {
            const auto state = self.lock();
            if (!state) return;
            state->post([weak, work = std::forward<decltype(work)>(work), state = state.get()] {
                if (const LinkPointer alive = weak.lock()) work(*state, alive);
            });
        };
        Control::Reach reach;
        reach.stop = [with_link] {
            with_link([](SourceState& state, const LinkPointer& alive) {
                alive->tunnel.stop();
                state.pump(alive);
            });
        };
        reach.send = [self](ami::Action action, Control::Done done) {
            const auto state = self.lock();
            if (!state) return;
            state->post([state = state.get(), action = std::move(action), done = std::move(done)] {
                state->client_.send(action, done);
            });
        };
        link->control = std::make_shared<Control>(link->tunnel.channel(), link->uniqueid, reach);

        SocketPair pair;
        fastagi::Origin origin{options_.ami.host, line_limit, &Control::kind, link->control};
        const bool taken =
            pair.open() && server_.adopt(pair.theirs, std::move(origin), std::move(link->handler));
        if (!taken) {
            log(Severity::warning, link->tunnel.channel() + ": the server takes no more calls");
            link->tunnel.line(Clock::now(), "SET VARIABLE FASTAGI_STATUS BUSY");
            link->tunnel.session_closed(Clock::now());
            static_cast<void>(link->tunnel.take_bytes());
            return post([this, link] { pump(link); });
        }
        pair.theirs = -1;
        link->start(
            std::exchange(pair.ours, -1),
            [this, weak](std::string_view line) {
                if (const LinkPointer alive = weak.lock()) {
                    alive->tunnel.line(Clock::now(), line);
                    pump(alive);
                }
            },
            [this, weak] {
                if (const LinkPointer alive = weak.lock()) {
                    alive->tunnel.session_closed(Clock::now());
                    pump(alive);
                }
            });
    }

    // --- The connection ---

    void logged_in(bool again) {
        lost_ = false;
        client_.send(ami::Action{"CoreSettings"}, [this](const ami::Response& response) {
            version_ = response.message["AsteriskVersion"];
            look_at_calls(options_.name);
        });
        if (on_login) on_login(again);
    }
    void lost() {
        lost_ = true;
        lost_since_ = Clock::now();
        for (auto& [number, link] : links_) link->tunnel.disconnected();
        dialer_.disconnected();
    }

    /// Which of the calls are still there, and which others wait in AsyncAGI: those whose beginning
    /// was not seen, and those that `name` had.
    void look_at_calls(const std::string& name) {
        client_.send(ami::Action{"Status"}.set("Variables", "AGI_OWNER"),
                     [this, name](const ami::Response& response) {
                         if (response.success()) compare(response.list, name);
                     });
    }
    void compare(const std::vector<ami::Message>& channels, const std::string& name) {
        std::unordered_map<std::string, const ami::Message*> there;
        for (const ami::Message& channel : channels) {
            there.emplace(channel["Uniqueid"], &channel);
        }
        const Clock::time_point now = Clock::now();
        for (auto& [number, link] : copy()) {
            const auto found = there.find(link->uniqueid);
            if (found == there.end()) {
                link->tunnel.hung_up(now);
            } else {
                // While EXEC runs, it is the application; the place in the dialplan is the same.
                const bool in_it =
                    is_in_async_agi(*found->second) || place_of(*found->second) == link->place;
                if (!in_it) link->tunnel.ended(now);
                if (link->tunnel.is_disconnected()) link->tunnel.reconnected(now);
            }
            pump(link);
        }
        for (const auto& [uniqueid, channel] : there) {
            if (find(uniqueid)) continue;
            if (is_in_async_agi(*channel)) {
                found(*channel, uniqueid, name);
            } else if (is_orphan_of(*channel, name)) {
                orphans_of_ = name;  // EXEC runs, or it has left: to be seen
            }
        }
        dialer_.keep([&](const std::string& id) { return there.count(id) != 0; });
    }
    void found(const ami::Message& channel, const std::string& uniqueid, const std::string& name) {
        const std::string_view had = variable_of(channel, "AGI_OWNER");
        fastagi::Server::Handler handler = dialer_.take_handler(uniqueid);
        const bool adopted = !had.empty() && had != owner();
        if (adopted) {
            if (!is_orphan_of(channel, name) || !on_adopt || stopping_) return;
            handler = on_adopt;
            log(Severity::info, std::string{channel["Channel"]} + ": adopted");
        } else if (!handler && !is_taken(script_of(channel["Data"]))) {
            return;
        }
        add(channel, uniqueid, {}, environment_of(channel, version_),
            adopted ? std::string{had} : std::string{}, std::move(handler));
    }

    /// Whether an earlier run of the program of that name had it.
    [[nodiscard]] bool is_orphan_of(const ami::Message& channel, const std::string& name) const {
        const std::string_view had = variable_of(channel, "AGI_OWNER");
        const std::string head = name + '_';
        return !name.empty() && had != owner() && had.substr(0, head.size()) == head;
    }

    // --- Time ---

    void tick() {
        const Clock::time_point now = Clock::now();
        const bool keep = now - kept_ >= options_.dead_man / 3;
        if (keep) kept_ = now;
        bool owed = false;
        const bool too_late = lost_ && now - lost_since_ > options_.dead_man;
        for (auto& [number, link] : copy()) {
            if (keep) link->tunnel.keep(now);
            if (too_late) link->tunnel.hung_up(now);
            link->tunnel.tick(now);
            owed = owed || !link->tunnel.current().empty();
            pump(link);
        }
        // Some Asterisks hold an event back until the next action comes.
        if (owed && client_.ready() && now - pinged_ >= std::chrono::seconds{1}) {
            pinged_ = now;
            client_.send(ami::Action{"Ping"});
        }
        if (!orphans_of_.empty() && client_.ready() && now - looked_ >= std::chrono::seconds{1}) {
            looked_ = now;
            look_at_calls(std::exchange(orphans_of_, {}));
        }
        dialer_.begin_some();
        stop_if_done();
        if (ended_) return;
        timer_.expires_after(tick_time);
        timer_.async_wait([this](const error_code& error) {
            if (!error) tick();
        });
    }
    void stop_if_done() {
        if (!stopping_ || ended_) return;
        if (!links_.empty() && client_.ready() && Clock::now() < stop_end_) return;
        ended_ = true;
        timer_.cancel();
        for (auto& [number, link] : links_) link->close();
        client_.stop();
        context_.stop();
    }

    [[nodiscard]] std::unordered_map<std::uint64_t, LinkPointer> copy() const { return links_; }
    void log(Severity severity, std::string_view text) const noexcept {
        try {
            if (options_.ami.log) {
                options_.ami.log(severity, fastagi::one_line("AsyncAGI at " + options_.ami.host +
                                                             ": " + std::string{text}));
            }
        } catch (...) {
            // A log that fails must not end a call.
        }
    }

    fastagi::Server& server_;
    const SourceOptions options_;
    const std::string instance_;
    mutable std::atomic<std::uint64_t> last_call_{0};
    std::uint64_t last_link_ = 0;
    std::string version_;
    bool lost_ = false;
    bool stopping_ = false;
    bool ended_ = false;
    Clock::time_point lost_since_{};
    Clock::time_point stop_end_{};
    Clock::time_point kept_{};
    Clock::time_point pinged_{};
    Clock::time_point looked_{};
    std::string orphans_of_;  ///< Calls of this name are to be looked at again.
    net::io_context context_{1};
    ami::Client client_;
    Dialer dialer_;
    net::steady_timer timer_{context_};
    std::unordered_map<std::uint64_t, LinkPointer> links_;
    std::unordered_map<std::string, LinkPointer> by_uniqueid_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
