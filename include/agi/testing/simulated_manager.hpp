// SPDX-License-Identifier: MIT
#pragma once
// A manager interface with simulated calls behind it, for programs that take their calls over AMI.

#include <agi/asyncagi/options.hpp>
#include <agi/testing/manager_call.hpp>
#include <agi/testing/manager_options.hpp>
#include <agi/testing/simulator/manager_sockets.hpp>
#include <agi/testing/simulator/origination.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing { inline namespace AGI_NET {

/// Listens on a port of the loopback, as Asterisk's manager interface does. Calls come into
/// `AGI(agi:async,...)`; behind each is a simulated Asterisk, in virtual time:
///
///     SimulatedManager manager;
///     asyncagi::Source pbx{server, manager.source_options()};
///     pbx.start();
///     Asterisk asterisk;
///     asterisk.channel.sounds = {{"enter-pin", 2s}};
///     asterisk.channel.caller.after("enter-pin").press("1234");
///     asterisk.arguments = {"pin?account=42"};
///     const Asterisk after = manager.call(asterisk).finish();
///     CHECK(after.channel.keys() == "1234");
///
/// What clients see is what they see of Asterisk 13 and later: the events of AsyncAGI, keys, hang-ups and
/// begun calls, and the actions AGI, AbsoluteTimeout, Challenge, ControlPlayback, CoreSettings, DBPut,
/// Events, Getvar, Hangup, Login, Logoff, Originate, Ping, PlayDTMF, Redirect, Setvar, Status.
///
/// A command that waits for what will never come by itself, such as a sound whose length is
/// `Channel::never`, waits in real time for what clients and the test do. Applications and functions of the
/// test's own run in the thread of their call, and must not use the manager.
class SimulatedManager {
  public:
    /// @throws system_error  the port is not free
    explicit SimulatedManager(ManagerOptions options = {})
        : state_{std::move(options)}, sockets_{state_, state_.board.options.port} {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        state_.board.on_originate = [this](const simulator::Switchboard::Client& client,
                                           const ami::Message& action) {
            originate(client, action);
        };
    }
    SimulatedManager(const SimulatedManager&) = delete;
    SimulatedManager& operator=(const SimulatedManager&) = delete;
    /// Hangs up what is left, and ends the connections.
    ~SimulatedManager() {
        {
            const std::lock_guard<std::mutex> lock{state_.mutex};
            state_.stopping = true;
            state_.changed.notify_all();
        }
        // No more are begun.
        for (const auto& call : calls_) call->join();
    }

    [[nodiscard]] std::uint16_t port() const { return sockets_.port(); }

    /// With what a source logs in here. It connects again at once, and ten times a second where that fails.
    [[nodiscard]] asyncagi::SourceOptions source_options() const {
        const ManagerOptions& own = state_.board.options;
        asyncagi::SourceOptions options;
        options.ami.port = port();
        options.ami.user = own.user;
        options.ami.secret = own.secret;
        options.ami.first_pause = std::chrono::milliseconds{1};
        options.ami.last_pause = std::chrono::milliseconds{100};
        options.dead_man = own.dead_man;
        return options;
    }

    /// A call comes in. Channel and unique id are made others where a call has had them already.
    ManagerCall call(Asterisk asterisk) {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        names_.give(asterisk);
        return begin(std::move(asterisk));
    }

    /// All calls, in the order in which they began: those too that a client has begun.
    [[nodiscard]] std::vector<ManagerCall> calls() {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        std::vector<ManagerCall> all;
        for (const auto& call : calls_) all.emplace_back(state_, call);
        return all;
    }

    /// Says what becomes of each call that a client begins. It runs in a thread of the manager, and must
    /// not use it. Without it they are refused; what it throws refuses that one.
    void on_originate(OnOriginate hook) {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        on_originate_ = std::move(hook);
    }

    /// All connections are lost. Clients may connect again.
    void cut() {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        state_.cut();
    }
    /// Whether clients that connect are sent away.
    void refuse_connections(bool all) {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        state_.refuses = all;
    }
    /// Whether a connection that is lost, by `cut` or by the plan of a caller, is lost until this is set
    /// back, and the dialplan takes its calls at once.
    void cut_for_good(bool for_good) {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        state_.cut_for_good = for_good;
        state_.refuses = false;
    }
    /// Waits until so many clients are logged in.
    ///
    /// @throws WouldHang  there are not, within ManagerOptions::patience
    void wait_for_clients(std::size_t count) {
        std::unique_lock<std::mutex> lock{state_.mutex};
        const auto there = [&] { return state_.board.logged_in() >= count; };
        if (!state_.changed.wait_for(lock, state_.board.options.patience, there)) {
            throw WouldHang{"too few clients have logged in"};
        }
    }

    /// Every action that came, in its order: the header `Action` is its name.
    [[nodiscard]] std::vector<ami::Message> actions() {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        return state_.board.actions;
    }

  private:
    ManagerCall begin(Asterisk asterisk) {
        for (const auto& [name, value] : state_.board.database) asterisk.database[name] = value;
        auto call = std::make_shared<simulator::AsyncCall>(state_, std::move(asterisk));
        calls_.push_back(call);
        call->start();
        return {state_, call};
    }

    void originate(const simulator::Switchboard::Client& client, const ami::Message& action) {
        auto& board = state_.board;
        if (!on_originate_ || state_.stopping)
            return board.refuse(client, action, "Originate failed");
        Origination what;
        try {
            what = on_originate_(action);
            simulator::answer_originate(action, what.asterisk);
        } catch (const std::exception& error) {
            what.attempt = asyncagi::Attempt::refused;
            what.text = error.what();
            what.text.erase(std::min(what.text.find('\n'), what.text.size()));
        }
        if (what.attempt == asyncagi::Attempt::refused)
            return board.refuse(client, action, what.text);
        board.succeed(client, action, "Originate successfully queued");
        names_.give(what.asterisk);
        if (what.attempt == asyncagi::Attempt::unknown) return state_.cut();
        board.send_event("call", simulator::originate_response(action, what));
        if (what.attempt == asyncagi::Attempt::answered) {
            begin(std::move(what.asterisk));
        } else {
            board.send_event("call", simulator::never_there(what.asterisk));
        }
    }

    simulator::ManagerState state_;
    simulator::ChannelNames names_;
    OnOriginate on_originate_;
    std::vector<std::shared_ptr<simulator::AsyncCall>> calls_;
    simulator::ManagerSockets sockets_;
};

}}}}  // namespace agi::v0::testing::AGI_NET
