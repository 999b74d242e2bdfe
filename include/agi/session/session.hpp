// SPDX-License-Identifier: MIT
#pragma once
// A blocking session: the loop that moves the lines of an Exchange.

#include <agi/session/any_session.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// One call, over any LineStream. What it can do is in AnySession.
template <class Stream>
class Session : public AnySession {
    static_assert(wire::has_read_line<Stream>::value, "Stream needs  bool read_line(std::string&)");
    static_assert(wire::has_write_line<Stream>::value,
                  "Stream needs  void write_line(std::string_view)");
    static_assert(std::is_move_constructible_v<Stream>,
                  "Stream must be movable: the Session owns it");

  public:
    /// Reads the environment.
    ///
    /// @throws AGISIGPIPEHangup  the stream closed before the environment was complete
    /// @throws AGIError          the environment passes a limit
    explicit Session(Stream stream, SessionOptions options = {})
        : AnySession{Exchange{std::move(options)}}, stream_{std::move(stream)} {
        Order order;
        order.kind = Order::Kind::start;
        Session::run(order);
    }

    /// Goes on with what another session has begun: its environment has been read.
    Session(Stream stream, Exchange exchange)
        : AnySession{std::move(exchange)}, stream_{std::move(stream)} {}

    Session(Session&&) = default;
    Session& operator=(Session&&) = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() override = default;

    [[nodiscard]] Stream& stream() noexcept { return stream_; }
    [[nodiscard]] const Stream& stream() const noexcept { return stream_; }

    [[nodiscard]] Exchange::Time now() const override {
        if constexpr (wire::has_now<Stream>::value) {
            return stream_.now();
        } else {
            return std::chrono::steady_clock::now();
        }
    }

    // Hide those of AnySession, to refuse at compile time what this stream cannot do.

    template <class Command>
    auto execute_within(const Command& command, std::chrono::milliseconds margin) {
        static_assert(wire::has_wait_line<Stream>::value,
                      "A deadline needs  bool Stream::wait_line(std::chrono::milliseconds)");
        return AnySession::execute_within(command, margin);
    }
    template <class Command, class Condition, class = wire::if_stoppable<Command>>
    auto execute_until(const Command& command, Condition&& stop,
                       std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        static_assert(wire::has_wait_line<Stream>::value,
                      "Stopping needs  bool Stream::wait_line(std::chrono::milliseconds)");
        return AnySession::execute_until(command, std::forward<Condition>(stop), interval);
    }
    template <class Command, class Condition, class = wire::if_not_stoppable<Command>, class = void>
    AGI_REFUSE(AGI_NOT_STOPPABLE)
    void execute_until(const Command& /*command*/, Condition&& /*stop*/,
                       std::chrono::milliseconds /*interval*/ = std::chrono::milliseconds{20}) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_STOPPABLE);
    }

  protected:
    void run(const Order& order) override { drive(order); }

    void look() const override {
        if (exchange_.runs()) return look_for_signals();
        Order order;
        order.kind = Order::Kind::look;
        drive(order);
    }

    [[nodiscard]] bool can_wait() const noexcept override {
        return wire::has_wait_line<Stream>::value;
    }

  private:
    /// Makes room for the next operation.
    struct End {
        explicit End(Exchange& of) noexcept : exchange{of} {}
        End(const End&) = delete;
        End& operator=(const End&) = delete;
        ~End() { exchange.end(); }
        Exchange& exchange;
    };

    static Exchange::Time time_of(const void* self) {
        return static_cast<const Session*>(self)->now();
    }

    void drive(const Order& order) const {
        look_for_signals();
        exchange_.begin(order, &time_of, this);
        const End end{exchange_};
        using Need = Exchange::Need;
        // In the order of a command without incidents.
        while (exchange_.need() != Need::done) {
            if (exchange_.need() == Need::peek) take_arrived(false);
            if (exchange_.need() == Need::write) write();
            if (exchange_.need() == Need::read) read();
            if (exchange_.need() == Need::poll) take_arrived(true);
        }
    }

    /// What the stream knows apart from its lines.
    void look_for_signals() const {
        if constexpr (wire::has_hangup_source<Stream>::value) {
            const HangupSource source = stream_.hangup_source();
            if (source != HangupSource::none) exchange_.conversation().note_hangup(source);
        }
        if constexpr (wire::has_interruption<Stream>::value) {
            if (auto reason = stream_.interruption()) {
                exchange_.conversation().refuse(std::move(reason));
            }
        }
    }

    [[gnu::always_inline]] void take_arrived(bool ask_system) const {
        Arrived what = Arrived::nothing;
        if constexpr (wire::has_read_arrived<Stream>::value) {
            try {
                what = stream_.read_arrived(line_, ask_system);
            } catch (const AGIUnknownError& error) {  // a line over the stream's limit
                return exchange_.lost_line(error.what());
            }
        }
        switch (what) {
            case Arrived::line: return exchange_.line(line_);
            case Arrived::end: return exchange_.closed(line_);
            case Arrived::part:
            case Arrived::nothing: exchange_.nothing(what == Arrived::part);
        }
    }

    [[gnu::always_inline]] void read() const {
        if (exchange_.timed() && !wait()) return exchange_.time_over();
        bool open = false;
        std::string_view line;
        try {
            if constexpr (wire::has_read_view<Stream>::value) {
                open = stream_.read_line(line);
            } else {
                open = stream_.read_line(line_);
                line = line_;
            }
        } catch (const AGIUnknownError& error) {  // a line over the stream's limit
            return exchange_.lost_line(error.what());
        }
        open ? exchange_.line(line) : exchange_.closed(line);
        look_for_signals();
    }

    /// False when the time for the next line is over.
    [[gnu::noinline]] bool wait() const {
        if constexpr (wire::has_wait_line<Stream>::value) {
            if (const auto time = time_left()) return stream_.wait_line(*time);
        }
        return true;
    }
    /// The same for the next write.
    [[gnu::noinline]] bool wait_room() const {
        if constexpr (wire::has_wait_room<Stream>::value) {
            if (const auto time = time_left()) return stream_.wait_room(*time);
        }
        return true;
    }
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_left() const {
        const auto until = exchange_.until();
        if (!until) return std::nullopt;
        const auto time = std::chrono::ceil<std::chrono::milliseconds>(*until - now());
        return time.count() > 0 ? time : std::chrono::milliseconds{0};
    }

    [[gnu::always_inline]] void write() const {
        if (exchange_.timed() && !wait_room()) {
            exchange_.write_cancelled();
            return exchange_.time_over();
        }
        try {
            stream_.write_line(exchange_.output());
        } catch (const AGISIGPIPEHangup& error) {
            exchange_.write_closed(error.what());
        } catch (...) {
            exchange_.write_failed();
            throw;
        }
        exchange_.written();
    }

    // Also `hung_up() const` takes what has come.
    mutable Stream stream_;
    mutable std::string line_{};
};

template <class Stream>
explicit Session(Stream) -> Session<Stream>;
template <class Stream>
explicit Session(Stream, SessionOptions) -> Session<Stream>;
template <class Stream>
Session(Stream, Exchange) -> Session<Stream>;

}}  // namespace agi::v0
