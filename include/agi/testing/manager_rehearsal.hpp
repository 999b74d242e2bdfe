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
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

namespace simulator { inline namespace AGI_NET {

/// The exception that has left a handler.
class LeftBy {
  public:
    void note(std::exception_ptr error) {
        const std::lock_guard<std::mutex> lock{mutex_};
        error_ = std::move(error);
    }
    std::exception_ptr take() {
        const std::lock_guard<std::mutex> lock{mutex_};
        return std::exchange(error_, nullptr);
    }

  private:
    std::mutex mutex_;
    std::exception_ptr error_;
};

/// Goes around handlers of both kinds, and sees how they end.
struct Watch {
    std::shared_ptr<LeftBy> left_by;

    void operator()(fastagi::Call& /*call*/, const fastagi::Next& next) const {
        try {
            next();
        } catch (...) {
            left_by->note(std::current_exception());
            throw;
        }
    }
#ifdef AGI_HAS_COROUTINES
    Task<> operator()(fastagi::AsyncCall& /*call*/, const fastagi::AsyncNext& next) const {
        const auto to = left_by;
        try {
            co_await next();
        } catch (...) {
            to->note(std::current_exception());
            throw;
        }
    }
#endif
};

/// A server, its source and a manager interface, for one rehearsal.
class ManagerStage {
  public:
    using SetUp = std::function<void(fastagi::Server&, asyncagi::Source&)>;

    ManagerStage(const SetUp& set_up, ManagerOptions options)
        : patience_{options.patience}, manager_{std::move(options)}, server_{quiet()} {
        asyncagi::SourceOptions with = manager_.source_options();
        with.ami.log = {};
        source_.emplace(server_, std::move(with));
        server_.use(Watch{left_by_});
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
    std::string play(Asterisk& asterisk, const RehearsalOptions& options, const Run& run) {
        manager_.wait_for_clients(1);
        const auto not_found = server_.counts().not_found;
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
        if (server_.counts().not_found != not_found) return "no route takes the call";
        return problem_of(left_by_->take(), asterisk, options, run);
    }

  private:
    static fastagi::ServerOptions quiet() {
        fastagi::ServerOptions options;
        options.log = {};
        return options;
    }

    static std::string problem_of(const std::exception_ptr& error, const Asterisk& asterisk,
                                  const RehearsalOptions& options, const Run& run) {
        const bool gone = run.loss != Loss::none || asterisk.channel.hung_up();
        if (!error || (gone && options.may_throw(error))) return {};
        try {
            std::rethrow_exception(error);
        } catch (const AGIUnknownError& lost) {
            // Of a command whose reply was lost with the connection.
            const bool is_lost = run.loss == Loss::broken_before || run.loss == Loss::broken_during;
            return is_lost ? std::string{}
                           : std::string{"an exception leaves the handler: "} + lost.what();
        } catch (const std::exception& other) {
            return std::string{"an exception leaves the handler: "} + other.what();
        } catch (...) {
            return "something that is no std::exception leaves the handler";
        }
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
    std::shared_ptr<LeftBy> left_by_ = std::make_shared<LeftBy>();
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
/// Stops at the first call in which the handler hangs, is left by an exception that it should not be left
/// by, or leaves work undone. A reply that is lost with the connection is an AGIUnknownError, which may
/// leave it, too. `options.most_commands` are those of the whole call.
template <class SetUp>
Rehearsal rehearse_over_ami(const Asterisk& asterisk, SetUp set_up,
                            const RehearsalOptions& options = {}, ManagerOptions manager = {}) {
    manager.most_commands = options.most_commands;
    simulator::ManagerStage stage{std::move(set_up), std::move(manager)};
    Rehearsal rehearsal;
    rehearsal.checked = static_cast<bool>(options.work_done);
    const auto passes = [&](const Run& run) {
        Asterisk copy = asterisk;
        simulator::plan_loss(copy.channel.caller, run);
        ++rehearsal.runs;
        std::string problem = stage.play(copy, options, run);
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
