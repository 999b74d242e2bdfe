// SPDX-License-Identifier: MIT
#pragma once
// Whoever uses a session that leads to a Reader, and the rules that hold whatever he does.

#include "catch.hpp"
#include "property/reader.hpp"
#include <agi/command/secret.hpp>
#include <agi/session/conversation.hpp>
#include <agi/wire/line_buffer.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace property {

using namespace agi;
using std::chrono::milliseconds;

// Commands that keep the reply they were given.

struct Taken {
    std::string raw;
    bool stopped = false;
};

template <bool NeedsChannel>
struct Probe {
    std::string line;

    static constexpr bool works_after_hangup = !NeedsChannel;
    [[nodiscard]] wire::Request request() const { return wire::Request::raw(line); }
    [[nodiscard]] ReplyForm reply_form() const { return wire::form_of(line); }
    [[nodiscard]] Taken parse(const Reply& reply) const {
        return {std::string{reply.raw()}, false};
    }
};
struct StoppedProbe : Probe<true> {
    static Taken when_stopped() { return {{}, true}; }
};
struct RecordProbe : Probe<true> {
    static bool says_hangup(const Reply& reply) { return reply.data() == "hangup"; }
};

/// Calls `use(command)` for the command of that verb.
template <class Use>
auto with_probe(const Verb& verb, int serial, const Use& use) {
    const std::string line = std::string{verb.name} + ' ' + tag_of(serial);
    if (verb.stops) return use(StoppedProbe{{line}});
    if (verb.name == "RECORD FILE" || verb.name == "SPEECH RECOGNIZE")
        return use(RecordProbe{{line}});
    return verb.needs_channel ? use(Probe<true>{line}) : use(Probe<false>{line});
}

/// An operation was given up.
struct Abandoned {};

struct Figures {
    std::size_t sessions = 0;
    std::size_t commands = 0;
    std::size_t own = 0;  ///< Had their own reply.
    std::size_t stopped = 0;
    std::size_t timed_out = 0;
    std::size_t abandoned = 0;
    std::size_t hung_up = 0;
    /// The reply was cut, too long, or what was left of a forged environment.
    std::size_t lost = 0;
    std::size_t resynced = 0;
    std::size_t dropped = 0;
    std::size_t marks = 0;
    std::size_t given_up = 0;
};

/// A user of a session, of any kind, who does anything, and looks whose reply it was.
template <class Call>
class User {
  public:
    User(Call& call, Reader& reader, Moment& now, Random& random, bool short_lines,
         Figures& figures)
        : call_{call},
          reader_{reader},
          now_{now},
          random_{random},
          short_lines_{short_lines},
          figures_{figures} {}

    /// False at the end of the session.
    bool act(int serial) {
        serial_ = serial;
        if (random_.below(4) == 0) now_ += static_cast<Moment>(random_.below(200));
        const Moment began = now_;
        bool goes_on = true;
        try {
            operate();
        } catch (const AGIHangup& error) {
            goes_on = judge_hangup(error);
        } catch (const AGITimeoutError&) {
            ++figures_.timed_out;
            require(now_ >= limit_, "a deadline that has not come");
        } catch (const AGIError& error) {
            judge_error(error);
        } catch (const Abandoned&) {
            ++figures_.abandoned;
        }
        require(now_ <= limit_ + patience || reader_.has_cut(), "an operation that does not end");
        require(now_ - began < 3 * 3600 * 1000, "an operation that takes hours");
        return goes_on;
    }

  private:
    /// What Asterisk may need to answer a mark, in ms: all intervals up to 5 s, and some lost echoes.
    static constexpr Moment patience = 40'000;

    static void require(bool holds, const std::string& rule) {
        if (!holds) throw Broken(rule);
    }

    void operate() {
        limit_ = never - patience;
        const std::size_t kind = random_.below(100);
        if (kind < 5) return resync();
        if (kind < 12) return static_cast<void>(call_.hung_up());
        ++figures_.commands;
        if (kind < 20) return send();
        if (kind < 32) return within();
        if (kind < 48) return until();
        with_probe(any_verb(), serial_, [&](const auto& probe) {
            if (kind < 52) return judge(Secret{probe}(call_));
            if constexpr (std::decay_t<decltype(probe)>::works_after_hangup) {
                if (kind < 60) {
                    return call_.after_hangup([&](auto& rest) { judge(rest(probe)); });
                }
            }
            judge(call_(probe));
        });
    }
    const Verb& any_verb() { return verbs[random_.below(std::size(verbs))]; }

    void resync() {
        call_.resync();
        require(call_.in_step(), "in step after resync");
        ++figures_.resynced;
    }
    void send() {
        const std::string line = std::string{any_verb().name} + ' ' + tag_of(serial_);
        judge({std::string{call_.send(line).raw()}, false});
    }
    void within() {
        const milliseconds margin{random_.below(300)};
        limit_ = now_ + margin.count();
        with_probe(any_verb(), serial_,
                   [&](const auto& probe) { judge(call_.execute_within(probe, margin)); });
    }
    void until() {
        limit_ = now_ + static_cast<Moment>(random_.below(500));
        const milliseconds interval{1 + random_.below(60)};
        const Verb& verb = verbs[4 + random_.below(4)];
        judge(call_.execute_until(
            StoppedProbe{{std::string{verb.name} + ' ' + tag_of(serial_)}},
            [this] { return now_ >= limit_; }, interval));
    }

    // Whose reply was it?

    void judge(const Taken& taken) {
        if (taken.stopped && taken.raw.empty()) {
            ++figures_.stopped;
            return;
        }
        judge_reply(taken.raw);
    }
    void judge_reply(const std::string& raw) {
        const bool first = std::exchange(first_, false);
        const int serial = serial_in(raw);
        if (serial == serial_) {
            ++figures_.own;
            return;
        }
        const bool remnant = reader_.forged() && first && raw.substr(0, 4) == "agi_";
        const bool excused = serial == 0 && raw.find("forged") == std::string::npos &&
                             (remnant || reader_.was_cut(serial_));
        require(excused, "request " + std::to_string(serial_) + " takes another's reply: " + raw);
        ++figures_.lost;
    }
    bool judge_hangup(const AGIHangup& error) {
        ++figures_.hung_up;
        const std::string raw{error.reply().raw()};
        const bool secret = error.request().find('*') != std::string::npos;
        if (!raw.empty() && !secret) judge_reply(raw);
        return call_.state() != Conversation::State::closed;
    }
    void judge_error(const AGIError& error) {
        const std::string raw{error.reply().raw()};
        const bool secret = error.request().find('*') != std::string::npos;
        require(!secret || serial_in(error.request()) == 0, "a secret that is told");
        if (!raw.empty()) return secret ? void() : judge_reply(raw);
        const std::string what = error.what();
        const bool too_long = what.find("longer than") != std::string::npos;
        require(short_lines_ && too_long, "an error that nothing has caused: " + what);
        ++figures_.lost;
    }

    Call& call_;
    Reader& reader_;
    Moment& now_;
    Random& random_;
    bool short_lines_;
    Figures& figures_;
    int serial_ = 0;
    Moment limit_ = 0;
    bool first_ = true;
};

/// What a session meets.
struct Conditions {
    Reader& reader;
    Moment& now;
    std::size_t line_limit;
    Random& random;
};

/// One session of up to 100 operations.
template <class Make>
void run_session(unsigned seed, const Make& make, Figures& figures) {
    Random random{seed};
    Reader reader{random};
    Moment now = 0;
    const bool short_lines = random.below(10) == 0;
    SessionOptions options;
    if (random.below(4) == 0) options.hangup_policy = HangupPolicy::throw_at_command;
    options.ask_after_failure = random.below(4) != 0;
    const std::size_t limit = short_lines ? 1600 : wire::LineBuffer::default_limit;
    auto call = make(Conditions{reader, now, limit, random}, std::move(options));
    User user{call, reader, now, random, short_lines, figures};
    for (int serial = 1; serial <= 100 && user.act(serial);) ++serial;
    ++figures.sessions;
    figures.dropped += call.dropped();
    figures.marks += reader.marks();
    figures.given_up += reader.given_up();
}

inline std::size_t wanted_commands() {
    const char* const text = std::getenv("AGI_PROPERTY_COMMANDS");
    return text != nullptr ? std::strtoul(text, nullptr, 10) : 0;
}

/// Sessions that `make(conditions, options)` makes, until there were enough commands.
template <class Make>
void run_sessions(const char* name, const Make& make) {
    const std::size_t wanted = wanted_commands();
    Figures figures;
    for (unsigned seed = 1; figures.commands < std::max<std::size_t>(wanted, 20'000); ++seed) {
        try {
            run_session(seed, make, figures);
        } catch (const std::exception& error) {
            FAIL(name << ", seed " << seed << ": " << error.what());
        }
    }
    if (wanted > 0) {
        WARN(name << ": " << figures.commands << " commands in " << figures.sessions
                  << " sessions, none wrong: " << figures.own << " with their own reply, "
                  << figures.stopped << " stopped, " << figures.timed_out << " timed out, "
                  << figures.abandoned << " given up, " << figures.hung_up << " hung up, "
                  << figures.lost << " lost by Asterisk; " << figures.resynced << " resyncs, "
                  << figures.marks << " marks, " << figures.dropped << " lines dropped, "
                  << figures.given_up << " waits ended that a cut reply had made endless");
    }
    // Otherwise it proves nothing.
    CHECK(figures.own > figures.commands / 2);
    for (const std::size_t happened : {figures.stopped, figures.timed_out, figures.hung_up,
                                       figures.lost, figures.resynced, figures.dropped}) {
        CHECK(happened > 10);
    }
}

}  // namespace property
