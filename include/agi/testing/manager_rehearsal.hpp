// SPDX-License-Identifier: MIT
#pragma once
// Calls that come over AMI, ended at every step: handlers of a server, with the server and the source.

#include <agi/asyncagi/source.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/simulated_manager.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

namespace simulator { inline namespace AGI_NET {

/// A server, its source and a manager interface, for one rehearsal.
class ManagerStage {
  public:
    using SetUp = std::function<void(fastagi::Server&, asyncagi::Source&)>;

    ManagerStage(const SetUp& set_up, ManagerOptions options)
        : patience_{options.patience}, manager_{std::move(options)}, server_{server_options()} {
        asyncagi::SourceOptions with = manager_.source_options();
        with.ami.log = {};
        source_.emplace(server_, std::move(with));
        set_up(server_, *source_);
        source_->start();
        thread_ = std::thread{[this] { server_.run(); }};
    }
    ManagerStage(const ManagerStage&) = delete;
    ManagerStage& operator=(const ManagerStage&) = delete;
    ~ManagerStage() {
        server_.stop(std::chrono::milliseconds{0});
        thread_.join();
    }

    /// Makes the call, and waits for the end of its handler. What is wrong with it.
    std::string play(Asterisk& asterisk, const Run& run) {
        manager_.wait_for_clients(1);
        const fastagi::Counts before = server_.counts();
        manager_.cut_for_good(run.loss == Loss::away_during);
        const ManagerCall call = manager_.call(asterisk);
        std::string problem;
        try {
            asterisk = call.finish();
        } catch (const WouldHang& error) {
            problem = std::string{"the handler hangs: "} + error.what();
            asterisk = call.asterisk();
        }
        manager_.cut_for_good(false);
        call.hang_up();
        if (!problem.empty()) return problem;
        if (!is_idle_again()) return "the handler goes on and on";
        const fastagi::Counts after = server_.counts();
        if (after.not_found != before.not_found) return "no route takes the call";
        // A reply that is lost on its way is an error of its own.
        const bool lost = run.loss == Loss::broken_before || run.loss == Loss::broken_during;
        if (after.failed != before.failed && !lost)
            return "an exception leaves the handler: " + last();
        return {};
    }

  private:
    fastagi::ServerOptions server_options() {
        fastagi::ServerOptions options;
        options.log = [this](fastagi::Severity severity, std::string_view text) {
            if (severity == fastagi::Severity::info) return;
            const std::lock_guard<std::mutex> lock{mutex_};
            last_ = text;
        };
        return options;
    }
    std::string last() {
        const std::lock_guard<std::mutex> lock{mutex_};
        return last_;
    }

    /// Once the source has read all that was sent, the server knows of every call.
    bool is_idle_again() {
        const auto end = std::chrono::steady_clock::now() + patience_;
        while (std::chrono::steady_clock::now() < end) {
            if (has_read_all() && server_.counts().connections == 0) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
        return false;
    }
    bool has_read_all() {
        struct Pong {
            std::mutex mutex;
            std::condition_variable changed;
            std::optional<bool> came;
        };
        const auto pong = std::make_shared<Pong>();
        source_->send(ami::Action{"Ping"}, [pong](const ami::Response& response) {
            const std::lock_guard<std::mutex> lock{pong->mutex};
            pong->came = !response.lost;
            pong->changed.notify_one();
        });
        std::unique_lock<std::mutex> lock{pong->mutex};
        pong->changed.wait_for(lock, patience_, [&] { return pong->came.has_value(); });
        return pong->came.value_or(false);
    }

    std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::string last_;
    SimulatedManager manager_;
    fastagi::Server server_;
    std::optional<asyncagi::Source> source_;
    std::thread thread_;
};

}}  // namespace simulator::AGI_NET

inline namespace AGI_NET {

/// Makes the call as it is planned, then again and again, as `rehearse`: the caller hangs up before
/// every command or during it, the connection is lost and made again, and it is lost until the dialplan
/// takes the call. The commands of the source count: the claim is the first.
///
///     const auto rehearsal = rehearse_over_ami(asterisk, [](fastagi::Server& server, asyncagi::Source&) {
///         server.route("pin", pin);
///     });
///     INFO(rehearsal.summary());
///     CHECK(rehearsal.passed());
///
/// Stops at the first call in which the handler hangs, is left by an exception that is no end of the call,
/// or leaves work undone. An exception is let pass where a reply was lost. Of `options` only `work_done` is
/// looked at.
template <class SetUp>
Rehearsal rehearse_over_ami(const Asterisk& asterisk, SetUp set_up,
                            const RehearsalOptions& options = {}, ManagerOptions manager = {}) {
    simulator::ManagerStage stage{std::move(set_up), std::move(manager)};
    Rehearsal rehearsal;
    rehearsal.checked = static_cast<bool>(options.work_done);
    const auto passes = [&](const Run& run) {
        Asterisk copy = asterisk;
        simulator::plan_loss(copy.channel.caller, run);
        ++rehearsal.runs;
        std::string problem = stage.play(copy, run);
        if (problem.empty() && options.work_done && !options.work_done(copy, run)) {
            problem = "work is left undone";
        }
        if (run.loss == Loss::none) rehearsal.steps = static_cast<int>(copy.requests().size());
        if (problem.empty()) return true;
        simulator::note_problem(rehearsal, copy, run, problem);
        return false;
    };
    if (!passes({})) return rehearsal;
    for (int step = 1; step <= rehearsal.steps; ++step) {
        for (const Loss loss : {Loss::hang_up_before, Loss::hang_up_during, Loss::broken_before,
                                Loss::broken_during, Loss::away_during}) {
            if (!passes({loss, step})) return rehearsal;
        }
    }
    return rehearsal;
}

}  // namespace AGI_NET

}}}  // namespace agi::v0::testing
