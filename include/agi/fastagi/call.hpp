// SPDX-License-Identifier: MIT
#pragma once
// What a handler of a server takes: a session, and what the server knows of the call.

#include <agi/asio/async_session.hpp>
#include <agi/fastagi/detail/call_stream.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/session/session.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Where a call comes from that was not accepted on a listening socket: see Server::adopt.
struct Origin {
    std::string label;           ///< In place of the peer's address in the log.
    std::size_t line_limit = 0;  ///< Longest request line in bytes; 0: what that Asterisk takes.
    const void* kind = nullptr;  ///< Says what `owner` is.
    std::shared_ptr<void> owner{};
};

/// A call whose end is not counted yet. One that an error in the server's own work ends has failed.
class Uncounted {
  public:
    Uncounted() noexcept = default;
    explicit Uncounted(Counters& counters) noexcept : counters_{&counters} {}
    Uncounted(Uncounted&& other) noexcept : counters_{std::exchange(other.counters_, nullptr)} {}
    Uncounted& operator=(Uncounted&& other) noexcept {
        std::swap(counters_, other.counters_);
        return *this;
    }
    Uncounted(const Uncounted&) = delete;
    Uncounted& operator=(const Uncounted&) = delete;
    ~Uncounted() { count(Outcome::failed); }

    void count(Outcome outcome) noexcept {
        if (counters_ != nullptr) std::exchange(counters_, nullptr)->ended(outcome);
    }

  private:
    Counters* counters_ = nullptr;
};

/// What a server knows of a call.
struct CallFacts {
    std::shared_ptr<ServerState> server;
    std::shared_ptr<const Origin> origin{};  ///< None: a listening socket.
    Gauge connection{};                      ///< One of the server's open connections.
    Gauge active{};                          ///< One of its calls in a handler.
    Uncounted end{};
    std::uint64_t id = 0;
    net::ip::tcp::endpoint peer{};
    std::chrono::steady_clock::time_point begin{};
    Parameters parameters{};
};

/// How the parts of a server reach what is not for handlers.
struct CallAccess {
    template <class AnyCall>
    static auto& facts(AnyCall& call) noexcept {
        return call.facts_;
    }
    template <class AnyCall>
    static auto& channel(AnyCall& call) noexcept {
        return call.channel_;
    }
};

/// A session of a server.
template <class Session>
class ServerCall final : public Session {
  public:
    template <class... Arguments>
    explicit ServerCall(CallFacts facts, Arguments&&... arguments)
        : Session{std::forward<Arguments>(arguments)...}, facts_{std::move(facts)} {}
    ServerCall(const ServerCall&) = delete;
    ServerCall& operator=(const ServerCall&) = delete;
    ~ServerCall() = default;  // NOLINT(modernize-use-override): not every session's is virtual

    /// Counted from 1, in this server; 0 as long as the environment is not complete.
    [[nodiscard]] std::uint64_t id() const noexcept { return facts_.id; }

    /// Where the connection comes from; not set for a call that was adopted.
    [[nodiscard]] const net::ip::tcp::endpoint& peer() const noexcept { return facts_.peer; }

    /// What has made the connection, where that was no listening socket: see Server::adopt.
    [[nodiscard]] const std::shared_ptr<const Origin>& origin() const noexcept {
        return facts_.origin;
    }

    /// The path of the URL as sent, without a leading `/`: `account/42` of
    /// `agi://host/account/42?x=1`.
    [[nodiscard]] std::string_view path() const noexcept {
        return this->environment().script().path();
    }

    /// A named part of the route's pattern, percent-decoded.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const noexcept {
        return facts_.parameters.get(name);
    }

    /// The first value of a name in the URL's query, percent-decoded.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const {
        return this->environment().script().query(name);
    }

    /// Whether the server takes no more calls, and ends this one when its time is over.
    [[nodiscard]] bool server_stopping() const noexcept { return facts_.server->stopping; }

    /// A line in the server's log that names the call.
    void log(Severity severity, std::string_view text) const noexcept {
        try {
            facts_.server->log(severity, described(text));
        } catch (const std::bad_alloc&) {
            facts_.server->log(severity, text);
        }
    }

    /// The text, with the name of the call before it.
    [[nodiscard]] std::string described(std::string_view text) const {
        return name().append(": ").append(text);
    }

  private:
    friend struct CallAccess;

    [[nodiscard]] std::string name() const {
        std::string text = "connection";
        if (facts_.id != 0) text = "call " + std::to_string(facts_.id);
        text.append(" from ");
        text += facts_.origin ? facts_.origin->label : facts_.peer.address().to_string();
        const std::string_view channel = this->environment().channel();
        if (channel.empty()) return text;
        text.append(" (").append(channel.substr(0, 80));
        return text.append(", ").append(path().substr(0, 80)).append(1, ')');
    }

    CallFacts facts_;
};

/// What a blocking handler takes. It has a thread of its own.
///
///     server.route("pin", [](Call& call) { Answer{}(call); ... });
using Call = ServerCall<Session<CallStream>>;

/// A socket of a server's loop.
using LoopSocket = net::basic_stream_socket<net::ip::tcp, net::io_context::executor_type>;

/// What a coroutine handler takes.
///
///     server.route("pin", [](AsyncCall& call) -> Task<> { const Answer a; co_await call(a); ... });
using AsyncCall = ServerCall<AsyncSession<LoopSocket>>;

}}}}  // namespace agi::v0::fastagi::AGI_NET
