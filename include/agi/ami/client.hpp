// SPDX-License-Identifier: MIT
#pragma once
// A client of the manager interface on Asio, which stays connected.

#include <agi/ami/detail/client_state.hpp>
#include <agi/ami/options.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

/// Connects, logs in, and does so again when the connection is lost.
///
///     net::io_context context;
///     Client client{context, options};
///     client.on_event([](const Message& event) { ... });
///     client.on_login([&](bool) { client.send(Action{"CoreStatus"}, show); });
///     client.start();
///     context.run();
///
/// Everything is on the thread that runs the context, its callbacks too. `post` brings something
/// there from another thread. Asterisk drops a client that does not read: callbacks must not block.
/// They may send, stop the client, and destroy it; what they throw is logged. Where memory is
/// missing, the connection ends, and is made again.
class Client {
  public:
    using Done = Conversation::Done;
    using OnEvent = Conversation::OnEvent;

    /// The context must outlive it.
    ///
    /// @throws AGIArgumentError  the user, the secret or the events have CR, LF or NUL, as what is read from a
    ///                           file with its last line end has, or are too long
    Client(net::io_context& context, ClientOptions options)
        : state_{std::make_shared<ClientState>(context, std::move(options))} {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    /// Ends the connection; what has no answer is told so.
    ~Client() { stop(); }

    /// Every event that is no part of a list. Set before `start`, as the next two.
    void on_event(OnEvent hook) { state_->on_event = std::move(hook); }
    /// After each login; false at the first.
    void on_login(std::function<void(bool again)> hook) { state_->on_login = std::move(hook); }
    /// After the end of a connection that was logged in, and after the answers that are lost by it. Not
    /// where the client was stopped.
    void on_lost(std::function<void()> hook) { state_->on_lost = std::move(hook); }

    /// Connects. While it is connected, or about to be, that does nothing.
    void start() { state_->start(); }

    /// Ends the connection, and connects no more.
    void stop() { state_->stop(); }

    /// Ends the connection, and makes another after the first pause. `why`: for the log.
    void reconnect(const std::string& why) { state_->reconnect(why); }

    /// Sends an action, and calls `done` with its answer, or with `lost`. What is sent in one task
    /// of the loop leaves in one write.
    std::string send(const Action& action, Done done = {}) {
        const auto state = state_;  // which `done` may let go
        return state->send(action, std::move(done));
    }

    /// Goes on where the context's `run` was left by an exception, as by std::bad_alloc: to be called
    /// before it is run again.
    void tend() { state_->tend(); }

    [[nodiscard]] bool ready() const noexcept { return state_->ready(); }
    /// Actions without an answer.
    [[nodiscard]] std::size_t pending() const noexcept { return state_->pending(); }

    /// Runs `task` on the thread of the context. From any thread.
    template <class Task>
    void post(Task task) {
        net::post(state_->context, std::move(task));
    }
    [[nodiscard]] net::io_context& context() noexcept { return state_->context; }
    [[nodiscard]] const ClientOptions& options() const noexcept { return *state_->options; }

  private:
    std::shared_ptr<ClientState> state_;
};

}}}}  // namespace agi::v0::ami::AGI_NET
