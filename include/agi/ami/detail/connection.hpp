// SPDX-License-Identifier: MIT
#pragma once
// One connection to the manager interface, from its first attempt to its end.

#include <agi/ami/detail/redact.hpp>
#include <agi/ami/options.hpp>
#include <agi/asio/deadline.hpp>
#include <agi/version.hpp>

#ifdef AGI_BOOST_ASIO
#include <boost/asio/connect.hpp>
#else
#include <asio/connect.hpp>
#endif

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

/// Moves the bytes of a Conversation, and asks when nothing comes. What fails in its own work, memory
/// for one, ends it. All of it is on the thread of the context.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using Done = Conversation::Done;

    /// Who is told of it, until `close`.
    class Owner {
      public:
        Owner() = default;
        Owner(const Owner&) = delete;
        Owner& operator=(const Owner&) = delete;
        virtual ~Owner() = default;
        virtual void logged_in() = 0;
        virtual void heard(const Message& event) = 0;
        /// `was_ready`: it had logged in. `refused`: it was not let in.
        virtual void ended(const std::string& why, bool was_ready, bool refused) = 0;
        /// A callback of the user has thrown.
        virtual void hook_failed(const std::exception_ptr& error) noexcept = 0;
    };

    Connection(net::io_context& context, std::shared_ptr<const ClientOptions> options,
               std::weak_ptr<Owner> owner)
        : context_{context},
          options_{std::move(options)},
          owner_{std::move(owner)},
          transport_{options_->transport(context)},
          talk_{{options_->user, options_->secret, options_->events, options_->plain},
                options_->limits} {}

    void start() {
        talk_.on_event([this](const Message& event) {
            if (const auto owner = owner_.lock(); owner && !closed_) owner->heard(event);
        });
        talk_.on_state([this](Conversation::State state) {
            if (state == Conversation::State::ready) logged_in();
        });
        talk_.on_error([this](const std::exception_ptr& error) {
            if (const auto owner = owner_.lock()) owner->hook_failed(error);
        });
        arm(options_->connect_time, [this] { end("no login in time"); });
        using Found = net::ip::tcp::resolver::results_type;
        resolver_.async_resolve(options_->host, std::to_string(options_->port),
                                when_done([this](const error_code& error, const Found& found) {
                                    error ? end(error.message()) : connect(found);
                                }));
    }

    /// See Client::send.
    std::string send(const Action& action, Done done) {
        if (ready() && !flush_posted_) {
            net::post(context_, when_done([this] {
                          flush_posted_ = false;
                          flush();
                      }));
            flush_posted_ = true;
        }
        return talk_.send(action, std::move(done));
    }

    /// Ends it without a word to its owner. What has no answer is lost.
    void close() {
        if (std::exchange(closed_, true)) return;
        const auto self = shared_from_this();  // which a callback may let go
        const Told told{told_};
        timer_.reset();
        resolver_.cancel();
        transport_->close();
        talk_.close();
    }
    /// The same, and tells.
    void end(const std::string& why) {
        if (closed_) return;
        const bool was_ready = ready();
        const bool refused = talk_.state() == Conversation::State::refused;
        const auto owner = owner_.lock();
        close();
        if (owner) owner->ended(why, was_ready, refused);
    }
    /// Its end was told to all that waited for answers.
    [[nodiscard]] bool closed() const noexcept { return told_; }
    [[nodiscard]] bool ready() const noexcept {
        return !closed_ && talk_.state() == Conversation::State::ready;
    }
    [[nodiscard]] std::size_t pending() const noexcept { return talk_.pending(); }

  private:
    /// Says so however `close` is left.
    struct Told {
        bool& told;
        explicit Told(bool& flag) noexcept : told{flag} {}
        Told(const Told&) = delete;
        Told& operator=(const Told&) = delete;
        ~Told() { told = true; }
    };
    /// It holds the connection, and what it throws ends that.
    template <class Work>
    struct Completion {
        std::shared_ptr<Connection> self;
        Work work;

        template <class... Results>
        void operator()(const Results&... results) {
            if (self->closed_) return;
            try {
                work(results...);
            } catch (const std::exception& error) {
                self->end(error.what());
            }
        }
    };
    template <class Work>
    Completion<Work> when_done(Work work) {
        return {shared_from_this(), std::move(work)};
    }

    template <class Found>
    void connect(const Found& found) {
        net::async_connect(
            transport_->socket(), found,
            when_done([this](const error_code& error, const net::ip::tcp::endpoint&) {
                if (error) return end(error.message());
                error_code ignored;
                transport_->socket().set_option(net::ip::tcp::no_delay{true}, ignored);
                transport_->handshake(options_->host, when_done([this](const error_code& failed) {
                                          failed ? end("TLS: " + failed.message()) : read();
                                      }));
            }));
    }

    void read() {
        transport_->read(net::buffer(in_),
                         when_done([this](const error_code& error, std::size_t size) {
                             if (error) return end(error.message());
                             heard_ = true;
                             const std::string_view bytes{in_.data(), size};
                             trace(Direction::received, bytes);
                             talk_.receive(bytes);
                             if (closed_) return;
                             if (talk_.state() == Conversation::State::refused) {
                                 return end("login refused: " + talk_.why());
                             }
                             flush();
                             if (!closed_) read();
                         }));
    }

    void flush() {
        if (writing_) {
            if (talk_.out_size() > options_->max_unsent) end("Asterisk reads no more");
            return;
        }
        if (!talk_.has_out()) return;
        out_ = talk_.take_out();
        if (options_->trace) trace(Direction::sent, redacted(out_));
        writing_ = true;
        transport_->write(net::buffer(out_),
                          when_done([this](const error_code& error, std::size_t) {
                              writing_ = false;
                              error ? end(error.message()) : flush();
                          }));
    }

    void trace(Direction direction, std::string_view bytes) const {
        if (!options_->trace) return;
        try {
            options_->trace(direction, bytes);
        } catch (...) {
            if (const auto owner = owner_.lock()) owner->hook_failed(std::current_exception());
        }
    }

    void logged_in() {
        keep_alive();
        if (const auto owner = owner_.lock(); owner && !closed_) owner->logged_in();
    }
    /// Silence is asked about, and then ended.
    void keep_alive() {
        if (options_->keep_alive.count() <= 0) return timer_.reset();
        arm(options_->keep_alive, [this] {
            if (std::exchange(heard_, false)) {
                pinged_ = false;
            } else {
                if (pinged_) return end("no answer to a Ping");
                pinged_ = true;
                send(Action{"Ping"}, {});
            }
            keep_alive();
        });
    }
    template <class Task>
    void arm(std::chrono::milliseconds time, Task task) {
        timer_.emplace(context_.get_executor(), time, when_done(std::move(task)));
    }

    net::io_context& context_;
    const std::shared_ptr<const ClientOptions> options_;
    const std::weak_ptr<Owner> owner_;
    const std::shared_ptr<Transport> transport_;
    Conversation talk_;
    net::ip::tcp::resolver resolver_{context_};
    std::optional<wire::Deadline> timer_;
    std::array<char, 32768> in_{};
    std::string out_;
    bool closed_ = false;
    bool told_ = false;  ///< See `closed`.
    bool flush_posted_ = false;
    bool writing_ = false;
    bool heard_ = false;
    bool pinged_ = false;
};

}}}}  // namespace agi::v0::ami::AGI_NET
