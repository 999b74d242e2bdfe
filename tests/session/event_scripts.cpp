// SPDX-License-Identifier: MIT
// The table of event scripts, on an Exchange, a blocking Session and a ByteExchange.

#include "session/event_scripts.hpp"

#include <agi/session/byte_exchange.hpp>
#include <agi/session/session.hpp>

using namespace event_scripts;

namespace {

/// The bytes of a far end as lines.
class Lines {
  public:
    explicit Lines(std::shared_ptr<FarEnd> end) : end_{std::move(end)} {}

    Arrived take(std::string& line) {
        if (open_) open_ = end_->take(bytes_);
        const std::size_t size = bytes_.find('\n');
        line = bytes_.substr(0, size);
        if (size == std::string::npos) {
            if (!open_) return Arrived::end;
            return bytes_.empty() ? Arrived::nothing : Arrived::part;
        }
        bytes_.erase(0, size + 1);
        return Arrived::line;
    }
    [[nodiscard]] bool waits() const { return bytes_.find('\n') != std::string::npos; }
    [[nodiscard]] FarEnd& end() const { return *end_; }

  private:
    std::shared_ptr<FarEnd> end_;
    std::string bytes_;
    bool open_ = true;
};

/// An Exchange, in the loop that its comment shows.
class Bare : public AnySession {
  public:
    explicit Bare(std::shared_ptr<FarEnd> end)
        : AnySession{Exchange{SessionOptions{}}}, lines_{std::move(end)} {
        Order order;
        order.kind = Order::Kind::start;
        Bare::run(order);
    }
    [[nodiscard]] Exchange::Time now() const override { return lines_.end().now(); }

  protected:
    void run(const Order& order) override {
        exchange_.begin(
            order, [](const void* self) { return static_cast<const Bare*>(self)->now(); }, this);
        struct End {
            Exchange& exchange;
            ~End() { exchange.end(); }
        } const end{exchange_};
        using Need = Exchange::Need;
        while (exchange_.need() != Need::done) {
            std::string line;
            if (exchange_.need() == Need::write) {
                lines_.end().give(std::string{exchange_.output()} + '\n');
                exchange_.written();
                continue;
            }
            switch (lines_.take(line)) {
                case Arrived::line: exchange_.line(line); continue;
                case Arrived::end: exchange_.closed(line); continue;
                default: break;
            }
            if (exchange_.need() != Need::read) {
                exchange_.nothing(!line.empty());
            } else if (!lines_.end().wait(exchange_.until())) {
                exchange_.time_over();
            }
        }
    }
    void look() const override {}
    [[nodiscard]] bool can_wait() const noexcept override { return true; }

  private:
    Lines lines_;
};

/// The same far end as a LineStream.
class PeerStream {
  public:
    explicit PeerStream(std::shared_ptr<FarEnd> end) : lines_{std::move(end)} {}
    bool read_line(std::string& line) {
        for (;;) {
            const Arrived what = lines_.take(line);
            if (what == Arrived::line || what == Arrived::end) return what == Arrived::line;
            lines_.end().wait(std::nullopt);
        }
    }
    Arrived read_arrived(std::string& line, bool /*ask_system*/) { return lines_.take(line); }
    void write_line(std::string_view line) { lines_.end().give(std::string{line} + '\n'); }
    bool wait_line(std::chrono::milliseconds time) {
        return lines_.waits() || lines_.end().wait(lines_.end().now() + time);
    }
    [[nodiscard]] Exchange::Time now() const { return lines_.end().now(); }

  private:
    Lines lines_;
};

/// A ByteExchange whose bytes go one at a time.
class Bytes {
  public:
    explicit Bytes(std::shared_ptr<FarEnd> end) : end_{std::move(end)} {
        session_.start();
        run();
        session_.end();
    }
    template <class Command>
    auto execute(const Command& command) {
        session_.begin(order_of(command), wire::request_of(command, {}), &time_of, this);
        return result_of(command);
    }
    template <class Command>
    auto execute_within(const Command& command, std::chrono::milliseconds margin) {
        Order order = order_of(command);
        order.deadline = wire::deadline_of(command, margin, end_->now());
        session_.begin(order, wire::request_of(command, {}), &time_of, this);
        return result_of(command);
    }
    template <class Command, class Condition>
    auto execute_until(const Command& command, Condition condition) {
        Order order = order_of(command);
        order.stop = wire::stop_check(condition, 20ms);
        session_.begin(order, wire::request_of(command, {}), &time_of, this);
        return result_of(command);
    }
    void resync() {
        session_.resync();
        run();
        session_.end();
    }
    [[nodiscard]] bool in_step() const { return session_.conversation().in_step(); }

  private:
    static Exchange::Time time_of(const void* self) {
        return static_cast<const Bytes*>(self)->end_->now();
    }
    template <class Command>
    static Order order_of(const Command& command) {
        return wire::order_of(command, {}, Urgency::normal);
    }
    template <class Command>
    auto result_of(const Command& command) {
        run();
        return session_.result_of(command);
    }
    void run() {
        using Need = ByteExchange::Need;
        for (Need need = session_.need(); need != Need::done; need = session_.need()) {
            if (need == Need::write) {
                end_->give(session_.output().substr(0, 1));
                session_.sent(1);
                continue;
            }
            if (unread_.empty() && open_) open_ = end_->take(unread_);
            if (!unread_.empty()) {
                char* const to = session_.prepare();
                const std::size_t size = unread_.copy(to, session_.room());
                unread_.erase(0, size);
                session_.received(size);
            } else if (!open_) {
                session_.closed();
            } else if (need == Need::poll) {
                session_.nothing();
            } else if (!end_->wait(session_.until())) {
                session_.time_over();
            }
        }
    }

    std::shared_ptr<FarEnd> end_;
    ByteExchange session_;
    std::string unread_;
    bool open_ = true;
};

}  // namespace

TEST_CASE("Event scripts: an Exchange, a Session and a ByteExchange come to the same end") {
    for (const auto& row : rows<AnySession, Bytes>()) {
        CAPTURE(row.name);
        SECTION(row.name) {
            SECTION("an Exchange") {
                play<AnySession>(row, [](auto end) { return std::make_unique<Bare>(end); });
            }
            SECTION("a Session") {
                play<AnySession>(row, [](auto end) {
                    return std::make_unique<Session<PeerStream>>(PeerStream{end});
                });
            }
            SECTION("a ByteExchange") {
                play<Bytes>(row, [](auto end) { return std::make_unique<Bytes>(end); });
            }
        }
    }
}
