// SPDX-License-Identifier: MIT
#pragma once
// A socket of Asio that leads to a simulated Asterisk, for tests of coroutines and callbacks.

#include <agi/asio/async_operation.hpp>
#include <agi/asio/net.hpp>
#include <agi/testing/far_end.hpp>
#include <agi/version.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace testing { inline namespace AGI_NET {

/// The connection of an AsyncSession, in memory and in virtual time:
///
///     net::io_context context;
///     agi::AsyncSession<SimulatedSocket> call{SimulatedSocket{context.get_executor(), asterisk}};
///     call.async_start(...);
///     context.run();
///
/// Virtual time passes while the session waits for a line, once everything else that the executor has
/// ready has run. The timers of Asio go by real time, in which a call takes no time.
class SimulatedSocket {
    struct State {
        wire::net::any_io_executor executor;
        std::shared_ptr<FarEnd> far_end;
        std::string unread{};
        std::exception_ptr failure{};
        std::function<void()> late{};
        FarEnd::Time until{};
        unsigned cancelled = 0;
        bool ended = false;

        void look() {
            if (!ended) ended = !far_end->take(unread);
        }
        /// Whether there is something to read. If not, it is late.
        bool wait() {
            try {
                look();
                if (!unread.empty() || ended) return true;
                if (!late) return far_end->wait(std::nullopt);
                if (far_end->wait(until)) return true;
                std::exchange(late, nullptr)();
                return false;
            } catch (...) {
                failure = std::current_exception();
                return true;
            }
        }
        void rethrow() {
            if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
        }
    };

  public:
    using executor_type = wire::net::any_io_executor;
    using lowest_layer_type = SimulatedSocket;
    enum wait_type { wait_read, wait_write };

    /// Calls `late` when virtual time comes to `until` while the session waits.
    class deadline_type {
      public:
        template <class Callable>
        deadline_type(SimulatedSocket& socket, FarEnd::Time until, Callable late)
            : state_{socket.state_} {
            state_->until = until;
            state_->late = std::move(late);
        }
        deadline_type(const deadline_type&) = delete;
        deadline_type& operator=(const deadline_type&) = delete;
        ~deadline_type() { state_->late = nullptr; }

      private:
        std::shared_ptr<State> state_;
    };

    /// A call of AGI(agi://...) by this Asterisk, which must outlive it. It begins now.
    SimulatedSocket(executor_type executor, Asterisk& asterisk)
        : SimulatedSocket{std::move(executor),
                          std::make_shared<LineEnd<>>(SimulatedStream{over_network(asterisk)})} {}

    /// Something else.
    SimulatedSocket(executor_type executor, std::shared_ptr<FarEnd> far_end)
        : state_{std::make_shared<State>(State{std::move(executor), std::move(far_end)})} {}

    SimulatedSocket(SimulatedSocket&&) = default;
    SimulatedSocket& operator=(SimulatedSocket&&) = default;
    SimulatedSocket(const SimulatedSocket&) = delete;
    SimulatedSocket& operator=(const SimulatedSocket&) = delete;
    ~SimulatedSocket() = default;

    [[nodiscard]] executor_type get_executor() const { return state_->executor; }
    [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
    [[nodiscard]] FarEnd::Time now() const { return state_->far_end->now(); }
    [[nodiscard]] FarEnd& far_end() noexcept { return *state_->far_end; }

    void non_blocking(bool /*mode*/) noexcept {}
    void non_blocking(bool /*mode*/, wire::error_code& error) noexcept { error.clear(); }

    /// What has come. No time passes.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, wire::error_code& error) {
        error.clear();
        state_->rethrow();
        state_->look();
        std::string& from = state_->unread;
        const std::size_t size = wire::net::buffer_copy(buffers, wire::net::buffer(from));
        from.erase(0, size);
        if (size == 0) {
            error = state_->ended ? wire::error_code{wire::net::error::eof}
                                  : wire::error_code{wire::net::error::would_block};
        }
        return size;
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, wire::error_code& error) {
        error.clear();
        std::string bytes(wire::net::buffer_size(buffers), '\0');
        wire::net::buffer_copy(wire::net::buffer(bytes), buffers);
        if (state_->far_end->give(bytes)) return bytes.size();
        error = wire::net::error::broken_pipe;
        return 0;
    }

    /// Completes with void(error_code). A wait to read lets virtual time pass, until something comes.
    template <class Token>
    auto async_wait(wait_type what, Token&& token) {
        return wire::net::async_compose<Token, void(wire::error_code)>(
            Wait{state_, what, state_->cancelled}, token, state_->executor);
    }

    /// Ends the wait, as that of a socket.
    void cancel(wire::error_code& error) noexcept {
        error.clear();
        ++state_->cancelled;
    }

  private:
    /// How often whatever else is ready runs before virtual time passes.
    static constexpr int turns = 16;

    struct Wait {
        std::shared_ptr<State> state;
        wait_type what;
        unsigned cancelled;
        int turn = 0;

        template <class Self>
        void operator()(Self& self, wire::error_code /*error*/ = {}) {
            if (turn++ > 0) {  // nothing completes within the call that begins it
                if (cancelled != state->cancelled || wire::is_cancelled(self, 0)) {
                    return self.complete(wire::net::error::operation_aborted);
                }
                if (what == wait_write || (turn > turns && state->wait())) {
                    return self.complete({});
                }
            }
            const executor_type executor = state->executor;
            wire::net::post(executor, std::move(self));
        }
    };

    static Asterisk& over_network(Asterisk& asterisk) noexcept {
        asterisk.network = true;
        return asterisk;
    }

    std::shared_ptr<State> state_;
};

}}}}  // namespace agi::v0::testing::AGI_NET
