// SPDX-License-Identifier: MIT
#pragma once
// A client of the manager interface on Asio, which stays connected.

#include <agi/ami/detail/redact.hpp>
#include <agi/ami/options.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

/// Connects, logs in, and does so again when the connection is lost.
///
///     net::io_context context;
///     Client client{context, options};
///     client.on_event([](const Message& event) { ... });
///     client.on_login([&] { client.send(Action{"CoreStatus"}, show); });
///     client.start();
///     context.run();
///
/// Everything is on the thread that runs the context, its callbacks too. `post` brings something
/// there from another thread. Asterisk drops a client that does not read: callbacks must not block.
class Client {
  public:
    using Done = Conversation::Done;
    using OnEvent = Conversation::OnEvent;

    Client(net::io_context& context, ClientOptions options)
        : state_{std::make_shared<State>(context, std::move(options))} {
        state_->weak = state_;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    /// Ends the connection; what has no answer is told so.
    ~Client() { stop(); }

    /// Every event that is no part of a list. Set before `start`, as the next two.
    void on_event(OnEvent hook) { state_->on_event = std::move(hook); }
    /// After each login; false at the first.
    void on_login(std::function<void(bool again)> hook) { state_->on_login = std::move(hook); }
    /// After the end of a connection that was logged in.
    void on_lost(std::function<void()> hook) { state_->on_lost = std::move(hook); }

    void start() { state_->connect(state_); }

    /// Ends the connection, and connects no more.
    void stop() { state_->stop(); }

    /// Sends an action, and calls `done` with its answer, or with `lost`. What is sent in one task
    /// of the loop leaves in one write.
    std::string send(const Action& action, Done done = {}) {
        return state_->send(state_, action, std::move(done));
    }

    [[nodiscard]] bool ready() const noexcept { return state_->ready(); }
    /// Actions without an answer.
    [[nodiscard]] std::size_t pending() const noexcept {
        return state_->talk ? state_->talk->pending() : 0;
    }

    /// Runs `task` on the thread of the context. From any thread.
    template <class Task>
    void post(Task task) {
        net::post(state_->context, std::move(task));
    }
    [[nodiscard]] net::io_context& context() noexcept { return state_->context; }
    [[nodiscard]] const ClientOptions& options() const noexcept { return state_->options; }

  private:
    struct State;
    using Self = std::shared_ptr<State>;

    struct State {
        State(net::io_context& at, ClientOptions with)
            : context{at}, options{std::move(with)}, resolver{at}, timer{at} {}

        void log(Severity severity, std::string_view text) const noexcept {
            try {
                if (options.log) {
                    const std::string line = "AMI " + options.user + '@' + options.host + ':' +
                                             std::to_string(options.port) + ": ";
                    options.log(severity, fastagi::one_line(line + std::string{text}));
                }
            } catch (...) {
                // A log that fails must not end the connection.
            }
        }
        [[nodiscard]] bool ready() const noexcept {
            return talk && talk->state() == Conversation::State::ready;
        }

        // A connection has a number: what completes for an earlier one is dropped.

        void connect(const Self& self) {
            if (stopped) return;
            const auto id = ++connection;
            transport = options.transport(context);
            Login login{options.user, options.secret, options.events, options.plain};
            talk = std::make_shared<Conversation>(std::move(login), options.limits);
            talk->on_event([this, id](const Message& event) {
                if (on_event && !is_old(id)) on_event(event);
            });
            talk->on_state([self, id](Conversation::State state) {
                if (state == Conversation::State::ready) self->logged_in(id);
                if (state == Conversation::State::refused) self->refused = true;
            });
            refused = false;
            arm(self, id, options.connect_time, [self] { self->lose(self, "no login in time"); });
            resolver.async_resolve(options.host, std::to_string(options.port),
                                   [self, id](const error_code& error,
                                              const net::ip::tcp::resolver::results_type& to) {
                                       if (self->is_old(id)) return;
                                       if (error) return self->lose(self, error.message());
                                       self->try_next(self, id, to, to.begin());
                                   });
        }
        template <class Results, class Iterator>
        void try_next(const Self& self, std::uint64_t id, const Results& all, Iterator at) {
            transport->close();
            transport->socket().async_connect(
                at->endpoint(), [self, id, all, at](const error_code& error) mutable {
                    if (self->is_old(id)) return;
                    if (error && ++at != all.end()) return self->try_next(self, id, all, at);
                    if (error) return self->lose(self, error.message());
                    error_code ignored;
                    self->transport->socket().set_option(net::ip::tcp::no_delay{true}, ignored);
                    self->transport->handshake(self->options.host, [self, id](const error_code& e) {
                        if (self->is_old(id)) return;
                        if (e) return self->lose(self, "TLS: " + e.message());
                        self->read(self, id);
                    });
                });
        }
        [[nodiscard]] bool is_old(std::uint64_t id) const noexcept {
            return stopped || id != connection;
        }

        void read(const Self& self, std::uint64_t id) {
            // The buffer lives as long as what reads into it.
            const auto buffer = std::make_shared<std::array<char, 32768>>();
            read(self, id, buffer, transport);
        }
        template <class Buffer>
        void read(const Self& self, std::uint64_t id, const Buffer& buffer,
                  const std::shared_ptr<Transport>& from) {
            from->read(net::buffer(*buffer),
                       [self, id, buffer, from](const error_code& error, std::size_t size) {
                           if (self->is_old(id)) return;
                           if (error) return self->lose(self, error.message());
                           self->heard = true;
                           self->take({buffer->data(), size});
                           if (self->is_old(id)) return;
                           if (self->refused) {
                               return self->lose(self, "login refused: " + self->talk->why());
                           }
                           self->flush(self);
                           if (!self->is_old(id)) self->read(self, id, buffer, from);
                       });
        }
        void take(std::string_view bytes) const {
            if (options.trace) options.trace(Direction::received, bytes);
            const auto holding = talk;
            holding->receive(bytes);
        }

        std::string send(const Self& self, const Action& action, Done done) {
            if (!talk) {
                Response response;
                response.lost = true;
                if (done) done(response);
                return {};
            }
            std::string id = talk->send(action, std::move(done));
            if (!flushing && !writing && talk->has_out()) {
                flushing = true;
                net::post(context, [self] {
                    self->flushing = false;
                    if (self->talk) self->flush(self);
                });
            }
            return id;
        }
        void flush(const Self& self) {
            if (!talk->has_out()) return;
            if (writing) {
                unsent += talk->take_out();
                if (unsent.size() > options.max_unsent) lose(self, "Asterisk reads no more");
                return;
            }
            write(self, talk->take_out());
        }
        void write(const Self& self, std::string text) {
            writing = true;
            const auto bytes = std::make_shared<const std::string>(std::move(text));
            if (options.trace) options.trace(Direction::sent, redacted(*bytes));
            const auto id = connection;
            transport->write(net::buffer(*bytes), [self, id, bytes, to = transport](
                                                      const error_code& error, std::size_t) {
                if (self->is_old(id)) return;
                self->writing = false;
                if (error) return self->lose(self, error.message());
                self->unsent += self->talk->take_out();
                if (!self->unsent.empty()) {
                    self->write(self, std::exchange(self->unsent, {}));
                }
            });
        }

        void logged_in(std::uint64_t id) {
            const bool again = std::exchange(was_ready, true);
            pause = {};
            log(Severity::info, again ? "logged in again" : "logged in");
            if (const Self self = weak.lock()) keep_alive(self, id);
            if (on_login) on_login(again);
        }
        /// Silence is asked about, and then ended.
        void keep_alive(const Self& self, std::uint64_t id) {
            arm(self, id, options.keep_alive, [self, id] {
                if (!std::exchange(self->heard, false)) {
                    if (self->pinged) return self->lose(self, "no answer to a Ping");
                    self->pinged = true;
                    self->send(self, Action{"Ping"}, {});
                } else {
                    self->pinged = false;
                }
                self->keep_alive(self, id);
            });
        }
        template <class Task>
        void arm(const Self& self, std::uint64_t id, std::chrono::milliseconds time, Task task) {
            timer.expires_after(time);
            timer.async_wait([self, id, task = std::move(task)](const error_code& error) {
                if (!error && !self->is_old(id)) task();
            });
        }

        void lose(const Self& self, const std::string& why) {
            const bool was_in = ready();
            const bool again_late = refused;
            drop();
            log(was_in || !was_ready ? Severity::warning : Severity::info, why);
            if (was_in && on_lost) on_lost();
            if (stopped) return;
            pause =
                pause.count() == 0 ? options.first_pause : std::min(options.last_pause, 2 * pause);
            if (again_late) pause = options.last_pause;
            std::uniform_int_distribution<std::int64_t> spread{-pause.count() / 4,
                                                               pause.count() / 4};
            arm(self, connection, pause + std::chrono::milliseconds{spread(random)},
                [self] { self->connect(self); });
        }
        void drop() {
            ++connection;
            timer.cancel();
            resolver.cancel();
            if (transport) transport->close();
            writing = pinged = false;
            unsent.clear();
            // Its callbacks may send: that is lost, too.
            if (const auto ended = std::move(talk)) ended->close();
        }
        void stop() {
            if (std::exchange(stopped, true)) return;
            drop();
        }

        net::io_context& context;
        ClientOptions options;
        net::ip::tcp::resolver resolver;
        net::steady_timer timer;
        std::shared_ptr<Transport> transport;
        std::shared_ptr<Conversation> talk;  ///< It may end in one of its callbacks.
        OnEvent on_event;
        std::function<void(bool)> on_login;
        std::function<void()> on_lost;
        std::weak_ptr<State> weak;
        std::string unsent;
        std::uint64_t connection = 0;
        std::chrono::milliseconds pause{0};
        std::minstd_rand random{std::random_device{}()};
        bool stopped = false;
        bool refused = false;
        bool was_ready = false;
        bool flushing = false;
        bool writing = false;
        bool heard = false;
        bool pinged = false;
    };

    Self state_;
};

}}}}  // namespace agi::v0::ami::AGI_NET
