// SPDX-License-Identifier: MIT
#pragma once
// An AsyncSession in virtual time whose operations are waited for, as those of a blocking session.

#include <agi/asio/async_session.hpp>
#include <agi/command/program.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/testing/simulated_socket.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace fastagi_tests {

class Waiting {
  public:
    explicit Waiting(std::shared_ptr<agi::testing::FarEnd> end, agi::SessionOptions options = {})
        : session_{agi::testing::SimulatedSocket{context_.get_executor(), std::move(end)},
                   std::move(options)} {
        wait([&](auto done) { session_.async_start(std::move(done)); });
    }

    template <class Command>
    auto execute(const Command& command) {
        return wait_for<Command>(
            [&](auto done) { session_.async_execute(command, std::move(done)); });
    }
    template <class Command>
    auto execute_within(const Command& command, std::chrono::milliseconds margin) {
        return wait_for<Command>(
            [&](auto done) { session_.async_execute_within(command, margin, std::move(done)); });
    }
    template <class Command, class Condition>
    auto execute_until(const Command& command, Condition condition,
                       std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        return wait_for<Command>([&](auto done) {
            session_.async_execute_until(command, std::move(condition), interval, std::move(done));
        });
    }
    template <class Command>
    auto operator()(const Command& command) {
        return execute(command);
    }
    template <class Command>
    auto execute_after_hangup(const Command& command) {
        return wait_for<Command>(
            [&](auto done) { session_.async_execute_after_hangup(command, std::move(done)); });
    }
    agi::Reply send(const std::string& line) {
        return wait_for<agi::RawCommand>(
            [&](auto done) { session_.async_send(line, std::move(done)); });
    }
    void resync() {
        wait([&](auto done) { session_.async_resync(std::move(done)); });
    }
    /// All that can run.
    void run_all() {
        context_.restart();
        context_.run();
    }
    [[nodiscard]] bool in_step() const { return session_.in_step(); }
    [[nodiscard]] bool hung_up() const { return session_.hung_up(); }
    [[nodiscard]] auto now() const { return session_.now(); }
    [[nodiscard]] const agi::Environment& environment() const { return session_.environment(); }
    [[nodiscard]] auto& session() { return session_; }

  private:
    void run(const bool& done) {
        context_.restart();
        while (!done && context_.run_one() > 0) {
        }
        if (!done) throw std::logic_error{"an operation does not complete"};
    }
    template <class Begin>
    void wait(const Begin& begin) {
        bool done = false;
        std::exception_ptr failed;
        begin([&](const std::exception_ptr& error) {
            failed = error;
            done = true;
        });
        run(done);
        if (failed) std::rethrow_exception(failed);
    }
    template <class Command, class Begin>
    agi::wire::ResultOf<Command> wait_for(const Begin& begin) {
        using Result = agi::wire::ResultOf<Command>;
        if constexpr (std::is_void_v<Result>) {
            wait(begin);
        } else {
            bool done = false;
            std::exception_ptr failed;
            std::optional<Result> got;
            begin([&](const std::exception_ptr& error, Result result) {
                failed = error;
                got = std::move(result);
                done = true;
            });
            run(done);
            if (failed) std::rethrow_exception(failed);
            return std::move(*got);
        }
    }

    agi::fastagi::net::io_context context_;
    agi::AsyncSession<agi::testing::SimulatedSocket> session_;
};

}  // namespace fastagi_tests
