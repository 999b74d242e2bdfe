// SPDX-License-Identifier: MIT
// An Exchange by events: anything may come at any time that it has asked for something, and be
// interrupted. Every line carries its number, so that a reply tells what it was made of.

#include "commands.hpp"
#include "fuzz.hpp"
#include "own_lines.hpp"
#include <agi/session/exchange.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace agi;
using namespace std::chrono_literals;
using fuzz::Input;
using fuzz::OwnLines;
using fuzz::require;
using Need = Exchange::Need;
using State = Conversation::State;

/// Calls `use` for each `#number;` in the text.
template <class Use>
void for_each_number(std::string_view text, const Use& use) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos;
         at = text.find('#', at + 1)) {
        const std::string number{text.substr(at + 1, 20)};
        char* end = nullptr;
        const unsigned long value = std::strtoul(number.c_str(), &end, 10);
        if (end != number.c_str() && *end == ';') use(value);
    }
}

class Player {
  public:
    explicit Player(Input& input) : Player{input, input.byte()} {}

    void play() {
        Order start;
        start.kind = Order::Kind::start;
        start.deadline = input_.flag() ? now_ + 1s : no_deadline;
        run(start);
        while (!input_.empty()) operate();
    }

  private:
    Player(Input& input, unsigned kind)
        : input_{input},
          asks_{kind % 2 == 0},
          throws_{kind / 2 % 2 == 1},
          exchange_{options(kind)} {}

    SessionOptions options(unsigned kind) {
        SessionOptions options;
        options.ask_after_failure = asks_;
        if (throws_) options.hangup_policy = HangupPolicy::throw_at_command;
        options.environment = {200, 8, 1000};
        if (kind / 4 % 2 == 1) options.reply_limit = 100;
        options.on_hangup = [this](HangupSource source) {
            require(source != HangupSource::none, "on_hangup: says how");
            lines_.hang_up();
            ++told_;
        };
        options.on_reply = [this](std::chrono::nanoseconds time) {
            require(time.count() >= 0, "on_reply: a time");
            ++replies_;
        };
        options.trace = [](Direction, std::string_view line) {
            require(line.find('\n') == std::string_view::npos, "trace: sees lines");
        };
        return options;
    }
    [[nodiscard]] const Conversation& talk() const { return exchange_.conversation(); }

    // Operations.

    void operate() {
        const unsigned kind = input_.byte();
        Order order;
        if (kind % 8 == 0) order.kind = Order::Kind::resync;
        if (kind % 8 == 1) order.kind = Order::Kind::look;
        if (kind % 8 <= 1) return static_cast<void>(run(order));
        if (kind % 64 == 2) return command(Failure{}, kind);
        fuzz::with_command(input_.byte(), [&](const auto& each) { command(each, kind); });
    }
    template <class Command>
    void command(const Command& command, unsigned kind) {
        const wire::Request request = command.request();
        const bool after = kind % 8 == 7 && wire::works_after_hangup<Command>::value;
        Order order =
            wire::order_of(command, request, after ? Urgency::after_hangup : Urgency::normal);
        if (kind / 8 % 4 == 1) order.deadline = now_ + std::chrono::milliseconds{input_.byte()};
        if (kind / 32 % 4 == 1) {
            order.stop = {[](void* self) { return static_cast<Player*>(self)->ask(); }, this,
                          std::chrono::milliseconds{1 + input_.below(60)}};
        }
        if (run(order)) judge(command);
        exchange_.end();
    }
    bool ask() {
        const bool yes = input_.below(4) == 1;
        if (yes) lines_.stop();
        return yes;
    }

    /// Runs one to its end. False when it has none.
    bool run(const Order& order) {
        const bool command = order.kind == Order::Kind::command;
        lines_.begin({std::string{order.request}, order.kind == Order::Kind::resync,
                      command && asks_ && order.needs_channel,
                      talk().in_step() || order.kind == Order::Kind::start,
                      talk().state() == State::awaiting});
        own_from_ = own_to_ = 0;
        replies_ = 0;
        order_ = &order;
        if (!begin(order)) return false;
        try {
            check();
            while (exchange_.need() != Need::done && !input_.empty()) {
                event();
                check();
            }
        } catch (const AGIException&) {
            exchange_.end();
            check();
            return false;
        }
        const bool done = exchange_.need() == Need::done;
        if (!done && exchange_.need() == Need::write) exchange_.write_cancelled();
        if (done && order.kind == Order::Kind::resync) require(talk().in_step(), "resync: in step");
        if (!done || !command) exchange_.end();
        return done;
    }
    bool begin(const Order& order) {
        const State state = talk().state();
        const bool over = talk().hangup_source() != HangupSource::none;
        try {
            exchange_.begin(
                order, [](const void* self) { return static_cast<const Player*>(self)->now_; },
                this);
            require(order.kind == Order::Kind::look || order.kind == Order::Kind::start ||
                        state == State::ready || state == State::awaiting,
                    "Exchange: begins nothing that cannot be sent");
            require(!throws_ || !over || order.kind != Order::Kind::command ||
                        order.urgency == Urgency::after_hangup,
                    "HangupPolicy: throws");
            return true;
        } catch (const AGIHangup&) {
            require(state == State::closed || (throws_ && over), "begin: the call is over");
        } catch (const AGIError&) {
            require(state == State::environment || state == State::out_of_step ||
                        order.kind == Order::Kind::start,
                    "begin: the session is out of step");
        }
        require(!exchange_.runs() && exchange_.need() == Need::done, "begin: nothing has begun");
        require(talk().state() == state, "begin: nothing has changed");
        return false;
    }

    /// What has come of a command.
    template <class Command>
    void judge(const Command& command) {
        const std::string raw{exchange_.reply().raw()};
        const bool none = wire::reply_form(command) == ReplyForm::none;
        if (lines_.sent() && !none) {
            const std::size_t last = own_to_ == 0 ? given_ : own_to_;
            for_each_number(raw, [&](std::size_t number) {
                require(number > own_from_ && number <= last, "Exchange: its own reply");
            });
        }
        require(lines_.sent() || lines_.stopped(), "Exchange: done, and not sent");
        require(lines_.stopped() || replies_ == (none ? 0 : 1), "on_reply: once");
        require(none || lines_.stopped() || talk().state() == State::ready, "Exchange: ready");
        try {
            static_cast<void>(exchange_.result_of(command));
            bool numbered = wire::has_when_stopped<Command>::value && lines_.stopped();
            if (lines_.sent()) for_each_number(raw, [&](std::size_t) { numbered = true; });
            require(numbered || none, "Exchange: a result is made of a reply");
        } catch (const AGIArgumentError&) {
            throw fuzz::Failure("a reply is no wrong argument");
        } catch (const AGITimeoutError&) {
            throw fuzz::Failure("a reply is not too late");
        } catch (const AGIHangup&) {
            require(talk().hangup_source() != HangupSource::none, "AGIHangup: is known");
        } catch (const AGIError& error) {
            require(!error.request().empty(), "AGIException: carries the request");
        }
    }

    // Events.

    void event() {
        now_ += std::chrono::milliseconds{input_.below(8)};
        const unsigned what = input_.byte();
        switch (exchange_.need()) {
            case Need::write: return write(what % 16);
            case Need::read: return read(what % 32, what / 32);
            default: return look(what % 16);
        }
    }
    void write(unsigned what) {
        const std::string line{exchange_.output()};
        if (what == 15) return intrude();
        if (what == 14) {
            exchange_.stop();
            return require(exchange_.need() == Need::write && exchange_.output() == line,
                           "stop: not in the middle of a write");
        }
        const bool sent = lines_.sent();
        lines_.send(line, now_);
        if (line != order_->request) {
            const char* const end = exchange_.output().data() + line.size();
            require(*end == '\n', "output: an LF behind it");
        }
        if (!sent && lines_.sent()) own_from_ = given_;
        if (sent && line == "CHANNEL STATUS") own_to_ = given_;
        if (what < 11) return exchange_.written();
        if (what == 11) exchange_.write_closed();
        what == 12 ? exchange_.write_cancelled() : exchange_.write_failed();
        require(!talk().in_step(), "write: not in step after one that was not");
        throw AGIError("interrupted");
    }
    void read(unsigned what, unsigned more) {
        if (what == 31) return intrude();
        if (what == 30) return close(more);
        if (what == 29) return lose();
        if (what == 28) return stop();
        if (what == 27) throw AGIError("interrupted");
        if (what >= 20 && exchange_.until()) return time_over();
        const std::string line = line_of(what, more);
        if (talk().state() != State::environment) lines_.receive(line);
        exchange_.line(line);
    }
    void look(unsigned what) {
        if (exchange_.need() == Need::poll && order_->kind != Order::Kind::look) {
            require(!std::exchange(polled_, what < 11), "Exchange: asks the system once");
        }
        if (what == 15) return intrude();
        if (what == 14) return close(0);
        if (what == 13) return lose();
        if (what < 10) return exchange_.nothing();
        if (what == 10) {
            lines_.doubt();
            return exchange_.nothing(true);
        }
        const std::string line = line_of(input_.byte(), 0);
        talk().state() == State::ready ? lines_.receive_unasked(line) : lines_.receive(line);
        exchange_.line(line);
    }

    /// Another operation at the same time.
    void intrude() {
        const Need need = exchange_.need();
        Order other;
        other.request = "NOOP";
        try {
            exchange_.begin(other);
            throw fuzz::Failure("Exchange: two operations at a time");
        } catch (const AGIError&) {
            require(exchange_.runs() && exchange_.need() == need, "Exchange: the first goes on");
        }
    }
    void close(unsigned more) {
        const bool glance = order_->kind == Order::Kind::look;
        try {
            exchange_.closed(more % 2 == 1 ? line_of(more, more) : std::string{});
            require(glance, "closed: throws");
        } catch (const AGISIGPIPEHangup&) {
            require(talk().state() == State::closed, "closed: is the end");
            throw;
        } catch (const AGIUnknownError& error) {
            require(talk().state() == State::closed, "closed: is the end");
            require(lines_.sent() && !error.request().empty(), "closed: in a reply");
            throw;
        }
    }
    void lose() {
        lines_.doubt();
        try {
            exchange_.lost_line("a line is lost");
        } catch (const AGIUnknownError&) {
            require(exchange_.need() == Need::read, "lost_line: of what is waited for");
            throw;
        }
    }
    void stop() {
        exchange_.stop();
        if (exchange_.need() != Need::read) lines_.stop();
    }
    void time_over() {
        now_ = std::max(now_, *exchange_.until());
        const bool late = now_ >= order_->deadline;
        try {
            exchange_.time_over();
        } catch (const AGITimeoutError&) {
            require(late, "time_over: not before its deadline");
            throw;
        }
        require(!late, "time_over: at its deadline");
        const auto next = exchange_.until();
        require(exchange_.need() != Need::read || !next || *next > now_, "time_over: goes on");
    }

    std::string line_of(unsigned what, unsigned more) {
        const std::string number = '#' + std::to_string(++given_) + ';';
        if (what < 2 && lines_.marked()) return (more % 2 == 1 ? number : "") + lines_.echo();
        switch (what) {
            case 0:
            case 2: return "200 result=0 " + number;
            case 3: return "200 result=-1 " + number;
            case 4: return "200 result=1 (" + number + ")";
            case 5: return "200 result=1 (" + number;
            case 6: return number + ")";
            case 7: return "511 Command Not Permitted " + number;
            case 8: return "520-Invalid command syntax. " + number;
            case 9: return "520 End of proper usage.";
            case 10: return "100 result=0 Trying " + number;
            case 11: return more % 2 == 1 ? "HANGUP" : "HANGUP200 result=0 " + number;
            case 12: return {};
            case 13:
                return "200 result=1 (agi-mark-0123456789abcdef0123456789abcdef-1 " + number + ")";
            case 14: return "200 result=0 endpos=" + std::to_string(more) + " " + number;
            case 15: return "200 result=1 (" + number + std::string(600, 'x') + ")";
            case 16: return "200 result=-1 (hangup) endpos=0 " + number;
            case 17: return "agi_version: 22.10.1";
            case 18: return number + " garbage\r";
            default: break;
        }
        std::string text = input_.text().substr(0, 300);
        for (char& c : text) c = c == '\n' || c == '#' ? ' ' : c;
        return text + number;
    }

    /// What is true at any time.
    void check() {
        const State state = talk().state();
        const Need need = exchange_.need();
        require(!talk().in_step() || state == State::ready, "in_step: nothing is owed");
        require(need != Need::read || state == State::awaiting || state == State::environment,
                "need: reads what is owed");
        require(need != Need::write || !exchange_.output().empty(), "need: writes something");
        require((need != Need::peek && need != Need::poll) || state == State::ready ||
                    order_->kind == Order::Kind::look,
                "need: looks when nothing is owed");
        require(told_ == (talk().hangup_source() == HangupSource::none ? 0 : 1), "on_hangup: once");
        require(talk().dropped() >= dropped_ && talk().dropped() <= given_, "dropped: what came");
        dropped_ = talk().dropped();
    }

    Input& input_;
    bool asks_;
    bool throws_;
    OwnLines lines_;
    Exchange::Time now_{1h};
    const Order* order_ = nullptr;
    std::size_t given_ = 0;     ///< How many lines were.
    std::size_t own_from_ = 0;  ///< When the request was sent.
    std::size_t own_to_ = 0;    ///< When the question was sent; 0: it was not.
    std::size_t dropped_ = 0;
    int told_ = 0;
    int replies_ = 0;
    bool polled_ = false;
    Exchange exchange_;
};

}  // namespace

void fuzz::exchange(std::string_view bytes) {
    Input input{bytes};
    Player player{input};
    player.play();
}
