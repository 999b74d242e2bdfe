// SPDX-License-Identifier: MIT
#pragma once
// The connections of a client, one after the other, and who is told of them.

#include <agi/ami/detail/connection.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

class ClientState final : public Connection::Owner,
                          public std::enable_shared_from_this<ClientState> {
  public:
    ClientState(net::io_context& at, ClientOptions with)
        : context{at}, options{std::make_shared<const ClientOptions>(std::move(with))}, timer_{at} {
        // What cannot be sent would be refused at each login.
        Action{"Login"}
            .set("Username", options->user)
            .set("Secret", options->secret)
            .set("Events", options->events);
    }

    void start() {
        const bool connects = connection_ && !connection_->closed();
        if (!connects && !waits_) open();
    }
    void stop() {
        if (std::exchange(stopped_, true)) return;
        timer_.cancel();
        if (connection_) connection_->close();
    }
    void reconnect(const std::string& why) {
        if (connection_) connection_->end(why);
    }
    /// Where memory for that was missing, the next attempt is still to be planned.
    void tend() {
        if (!started_ || stopped_ || waits_) return;
        if (!connection_ || connection_->closed()) wait();
    }

    std::string send(const Action& action, Connection::Done done) {
        if (connection_) return connection_->send(action, std::move(done));
        Response response;
        response.lost = true;
        if (done) call([&] { done(response); });
        return {};
    }
    [[nodiscard]] bool ready() const noexcept { return connection_ && connection_->ready(); }
    [[nodiscard]] std::size_t pending() const noexcept {
        return connection_ ? connection_->pending() : 0;
    }

    net::io_context& context;
    const std::shared_ptr<const ClientOptions> options;
    std::function<void(const Message&)> on_event;
    std::function<void(bool)> on_login;
    std::function<void()> on_lost;

  private:
    void logged_in() override {
        const bool again = std::exchange(was_in_, true);
        pause_ = {};
        log(Severity::info, again ? "logged in again" : "logged in");
        if (on_login) call([&] { on_login(again); });
    }
    void heard(const Message& event) override {
        if (on_event) on_event(event);
    }
    void ended(const std::string& why, bool was_ready, bool refused) override {
        log(was_ready || !was_in_ ? Severity::warning : Severity::info, why);
        refused_ = refused;
        wait();
        // Not where an answer that was lost has stopped the client, or destroyed it.
        if (was_ready && on_lost && !stopped_) call(on_lost);
    }
    void hook_failed(const std::exception_ptr& error) noexcept override {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& thrown) {
            log(Severity::error, "a callback has thrown: ", thrown.what());
        } catch (...) {
            log(Severity::error, "a callback has thrown");
        }
    }

    /// Plans the next attempt.
    void wait() {
        if (stopped_) return;
        pause_ =
            pause_.count() == 0 ? options->first_pause : std::min(options->last_pause, 2 * pause_);
        if (refused_) pause_ = options->last_pause;
        pause_ = std::max(pause_, std::chrono::milliseconds{1});  // which doubles, as 0 does not
        const std::int64_t quarter = pause_.count() / 4;
        std::uniform_int_distribution<std::int64_t> spread{-quarter, quarter};
        timer_.expires_after(pause_ + std::chrono::milliseconds{spread(random_)});
        timer_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) self->try_again();
        });
        waits_ = true;
    }
    void try_again() {
        waits_ = false;
        try {
            open();
        } catch (const std::exception& error) {
            log(Severity::error, error.what());
            wait();
        }
    }
    void open() {
        started_ = true;
        try {
            connect();
        } catch (...) {
            if (connection_) connection_->close();
            throw;
        }
    }
    void connect() {
        if (stopped_) return;
        connection_ = std::make_shared<Connection>(context, options, weak_from_this());
        connection_->start();
    }

    template <class Callback>
    void call(const Callback& callback) noexcept {
        try {
            callback();
        } catch (...) {
            hook_failed(std::current_exception());
        }
    }
    void log(Severity severity, std::string_view text, std::string_view more = {}) const noexcept {
        try {
            if (!options->log) return;
            std::string line = "AMI " + options->user + '@' + options->host + ':' +
                               std::to_string(options->port) + ": ";
            line.append(text).append(more);
            options->log(severity, fastagi::one_line(line));
        } catch (...) {
            // A log that fails must not end the connection.
        }
    }

    net::steady_timer timer_;
    std::shared_ptr<Connection> connection_;
    std::chrono::milliseconds pause_{0};
    std::minstd_rand random_{std::random_device{}()};
    bool started_ = false;
    bool stopped_ = false;
    bool refused_ = false;
    bool was_in_ = false;
    bool waits_ = false;  ///< For the next attempt.
};

}}}}  // namespace agi::v0::ami::AGI_NET
