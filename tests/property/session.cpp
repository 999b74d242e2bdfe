// SPDX-License-Identifier: MIT
// No command takes a reply that is not its own, and none waits for ever, whatever comes and whenever.
// AGI_PROPERTY_COMMANDS=1000000 in the environment makes the test longer, and has it print figures.

#include "catch.hpp"
#include "property/user.hpp"
#include <agi/session/session.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace property;

namespace {

/// A stream to the Reader, with all that a stream may have.
class VirtualStream {
  public:
    VirtualStream(Reader& reader, Moment& now, std::size_t limit)
        : reader_{&reader}, now_{&now}, in_{limit} {}

    bool read_line(std::string& line) {
        while (!in_.next(line)) {
            if (!reader_->wait(*now_, never))
                reader_->give_up(*now_);
            else if (!fill())
                return end(line);
        }
        return true;
    }
    bool wait_line(milliseconds time) {
        const Moment limit = *now_ + time.count();
        while (!in_.ready()) {
            if (!reader_->wait(*now_, limit)) return false;
            if (!fill()) return true;
        }
        return true;
    }
    Arrived read_arrived(std::string& line, bool ask_system) {
        if (in_.next(line)) return Arrived::line;
        if (ask_system || in_.filled()) {
            while (reader_->has_bytes(*now_)) {
                if (!fill()) {
                    end(line);
                    return Arrived::end;
                }
                if (in_.next(line)) return Arrived::line;
            }
        }
        return in_.rest().empty() ? Arrived::nothing : Arrived::part;
    }
    void write_line(std::string_view line) {
        if (!reader_->take(*now_, line)) throw AGISIGPIPEHangup({}, "the stream is closed");
    }
    [[nodiscard]] Exchange::Time now() const { return Exchange::Time{milliseconds{*now_}}; }

  private:
    /// False at the end.
    bool fill() {
        char* const to = in_.prepare();
        const std::string bytes = reader_->read(in_.room());
        bytes.copy(to, bytes.size());
        in_.commit(bytes.size());
        return !bytes.empty();
    }
    bool end(std::string& line) const {
        line.assign(in_.rest());
        return false;
    }

    Reader* reader_;
    Moment* now_;
    wire::LineBuffer in_;
};

/// A loop of its own around an Exchange, whose operations are given up now and then, as those of a
/// coroutine are.
class Driven final : public AnySession {
  public:
    Driven(VirtualStream stream, SessionOptions options, Random& random)
        : AnySession{Exchange{std::move(options)}}, stream_{std::move(stream)}, random_{&random} {
        Order order;
        order.kind = Order::Kind::start;
        drive(order, Exchange::Time::max());
    }

    [[nodiscard]] Exchange::Time now() const override { return stream_.now(); }

  protected:
    void run(const Order& order) override {
        const bool patient = random_->below(10) != 0;
        const milliseconds patience{random_->below(300)};
        drive(order, patient ? Exchange::Time::max() : now() + patience);
    }
    void look() const override {
        Order order;
        order.kind = Order::Kind::look;
        drive(order, Exchange::Time::max());
    }
    [[nodiscard]] bool can_wait() const noexcept override { return true; }

  private:
    static Exchange::Time time_of(const void* self) {
        return static_cast<const Driven*>(self)->now();
    }

    void drive(const Order& order, Exchange::Time give_up) const {
        exchange_.begin(order, &time_of, this);
        try {
            while (exchange_.need() != Exchange::Need::done) act(give_up);
        } catch (...) {
            exchange_.end();
            throw;
        }
        exchange_.end();
    }
    void act(Exchange::Time give_up) const {
        try {
            switch (exchange_.need()) {
                case Exchange::Need::peek:
                case Exchange::Need::poll: return arrived();
                case Exchange::Need::write:
                    if (give_up != Exchange::Time::max() && random_->below(8) == 0) {
                        exchange_.write_cancelled();
                        throw Abandoned{};
                    }
                    return write();
                default: return read(give_up);
            }
        } catch (const AGIUnknownError& error) {
            if (!error.request().empty()) throw;
            exchange_.lost_line(error.what());  // the stream's
        }
    }
    void write() const {
        try {
            stream_.write_line(exchange_.output());
        } catch (const AGISIGPIPEHangup&) {
            exchange_.write_closed();
        }
        exchange_.written();
    }
    void arrived() const {
        std::string line;
        const Arrived what = stream_.read_arrived(line, exchange_.need() == Exchange::Need::poll);
        if (what == Arrived::line) return exchange_.line(line);
        if (what == Arrived::end) return exchange_.closed(line);
        exchange_.nothing(what == Arrived::part);
    }
    void read(Exchange::Time give_up) const {
        const auto until = exchange_.until();
        const auto limit = std::min(give_up, until.value_or(Exchange::Time::max()));
        if (limit != Exchange::Time::max() &&
            !stream_.wait_line(
                std::max(std::chrono::ceil<milliseconds>(limit - now()), milliseconds{0}))) {
            if (give_up <= now()) throw Abandoned{};
            return exchange_.time_over();
        }
        std::string line;
        stream_.read_line(line) ? exchange_.line(line) : exchange_.closed(line);
    }

    mutable VirtualStream stream_;
    Random* random_;
};

VirtualStream stream_of(const Conditions& conditions) {
    return {conditions.reader, conditions.now, conditions.line_limit};
}

}  // namespace

TEST_CASE("Session: no command takes a reply that is not its own, and none waits for ever") {
    run_sessions("Session", [](const Conditions& conditions, SessionOptions options) {
        return Session<VirtualStream>{stream_of(conditions), std::move(options)};
    });
}

TEST_CASE("Exchange: no command takes a reply that is not its own, and none waits for ever") {
    run_sessions("Exchange", [](const Conditions& conditions, SessionOptions options) {
        return Driven{stream_of(conditions), std::move(options), conditions.random};
    });
}
