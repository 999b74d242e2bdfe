// SPDX-License-Identifier: MIT
#pragma once
// Makes every call that a dialogue allows: at each wait for keys, the caller does each thing in turn.

#include <agi/session/session.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/testing/words.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// A wait for keys in an explored call.
struct Wait {
    std::string sound{};    ///< The last sound that was said before it; empty: none.
    std::string command{};  ///< The command that waits.
    int times = 1;          ///< Which wait after that sound it is, in this call.
};

struct ExplorerOptions {
    /// What a caller may press there: each of them in a call of its own. An empty text is silence. Asked
    /// once for each wait; by default silence, `1` and `#`.
    std::function<std::vector<std::string>(const Wait&)> answers{};
    /// What tells two places of the dialogue apart: a place that was explored is not explored again. By
    /// default the sound, and how often it was waited for.
    std::function<std::string(const Wait&)> place{};
    /// Whether a call is as it should be.
    std::function<bool(Asterisk&)> good{};
    int most_calls = 5000;
    int most_waits = 500;  ///< Of one call.
    /// Whether each call is made again with a hang-up at every step.
    bool rehearse = true;
    RehearsalOptions rehearsal{};
};

/// What came of an exploration.
struct Exploration {
    int calls = 0;
    int rehearsed = 0;  ///< Calls with a hang-up somewhere.
    std::string
        problem;  ///< The first one, with its ladder and the plan to make it again; empty: none.
    std::vector<std::string> plans;  ///< What the caller did in each call: `1 | (silence) | 1234#`.

    [[nodiscard]] bool passed() const noexcept { return problem.empty(); }
};

namespace simulator {

/// Which way a call takes at each choice, depth first.
class Choices {
  public:
    /// One of `count`; a new choice begins with 0.
    std::size_t choose(std::size_t count) {
        if (at_ == taken_.size()) taken_.emplace_back(0, count);
        return taken_[at_++].first;
    }
    [[nodiscard]] bool replaying() const noexcept { return at_ < taken_.size(); }

    /// The next way. False: all have been taken.
    bool next() {
        at_ = 0;
        while (!taken_.empty() && taken_.back().first + 1 >= taken_.back().second)
            taken_.pop_back();
        if (taken_.empty()) return false;
        ++taken_.back().first;
        return true;
    }

  private:
    std::vector<std::pair<std::size_t, std::size_t>> taken_;
    std::size_t at_ = 0;
};

/// The same call, with the keys that were pressed in another one at the same times.
inline Asterisk with_keys_of(const Asterisk& begin, const Asterisk& call) {
    Asterisk again = begin;
    for (const Happening& happening : call.channel.log()) {
        if (happening.kind != Happening::Kind::key) continue;
        again.channel.caller.at(happening.time).press(happening.text);
    }
    return again;
}

}  // namespace simulator

/// The choices of the call that is made. A script that decides something itself, the result of a database
/// say, may ask it too, and both ways are taken.
class Explorer {
  public:
    explicit Explorer(const ExplorerOptions& options) : options_{options} {}

    /// One of these, at a place with that name.
    const std::string& choose(const std::string& place, const std::vector<std::string>& ways) {
        // A place that was seen is passed the first way.
        const bool branches = choices_.replaying() || seen_.insert(place).second;
        const std::size_t way = choices_.choose(branches ? ways.size() : 1);
        plan_ += (plan_.empty() ? "" : " | ") +
                 (ways[way].empty() ? std::string{"(silence)"} : ways[way]);
        return ways[way];
    }

    [[nodiscard]] const std::string& plan() const noexcept { return plan_; }
    bool next() {
        plan_.clear();
        return choices_.next();
    }
    [[nodiscard]] const ExplorerOptions& options() const noexcept { return options_; }

  private:
    const ExplorerOptions& options_;
    simulator::Choices choices_;
    std::set<std::string> seen_;
    std::string plan_;
};

/// A stream on which the caller presses what the explorer chooses, as soon as a command waits.
class ExploredStream : public SimulatedStream {
  public:
    ExploredStream(Asterisk& asterisk, Explorer& explorer)
        : SimulatedStream{asterisk}, explorer_{&explorer} {}

    void write_line(std::string_view line) {
        const auto all = words(line);
        const std::string verb = all.size() > 1 ? all[0] + ' ' + all[1] : std::string{};
        if (verb == "STREAM FILE" || verb.substr(0, 4) == "SAY ") {
            sound_ = all.size() > 2 ? all[2] : std::string{};
            answered_ = false;
        }
        const bool prompts = verb == "GET DATA" && all.size() > 2 && !all[2].empty();
        if (prompts || verb == "GET OPTION" || verb == "RECORD FILE") {
            sound_ = all[2];
            answered_ = false;
        }
        const bool waits = verb == "GET DATA" || verb == "GET OPTION" || verb == "RECORD FILE" ||
                           (verb == "WAIT FOR" && all.back() != "0");
        if (waits && !answered_) answer(std::string{line}, verb == "RECORD FILE");
        SimulatedStream::write_line(line);
    }

  private:
    void answer(const std::string& command, bool records) {
        answered_ = true;
        const ExplorerOptions& options = explorer_->options();
        if (++waits_ > options.most_waits) throw WouldHang{"the script asks on and on"};
        const Wait wait{sound_, command, ++times_[sound_]};
        const std::string place =
            options.place ? options.place(wait) : sound_ + '/' + std::to_string(wait.times);
        const auto answers =
            options.answers ? options.answers(wait) : std::vector<std::string>{"", "1", "#"};
        auto time = asterisk().channel.now() + std::chrono::milliseconds{100};
        const std::string& keys = explorer_->choose(place, answers);
        if (records) {
            // Who presses a key then has said something before; who does not is silent.
            const auto voice =
                keys.empty() ? Caller::Action::Kind::fall_silent : Caller::Action::Kind::speak;
            asterisk().channel.schedule(asterisk().channel.now(), {voice, {}, {}});
            time += std::chrono::seconds{4};
        }
        for (const char key : keys) {
            asterisk().channel.schedule(time,
                                        {Caller::Action::Kind::press, std::string(1, key), {}});
            time += std::chrono::milliseconds{200};
        }
    }

    Explorer* explorer_;
    std::map<std::string, int> times_;
    std::string sound_;
    bool answered_ = false;
    int waits_ = 0;
};

/// Makes the call again and again, until the caller has done everything everywhere. Where `script` takes a
/// second argument, that is the Explorer.
///
///     ExplorerOptions options;
///     options.answers = [](const Wait& wait) -> std::vector<std::string> {
///         if (wait.sound == "enter-pin") return {"1234", "9999", "12#", ""};
///         return {"1", "2", "9", ""};
///     };
///     const auto exploration = explore(asterisk, [](auto& session) { bank(session); }, options);
///     INFO(exploration.problem);
///     CHECK(exploration.passed());
///
/// It stops at the first call in which the script hangs, goes on without end, lets out an exception, or
/// is not `good`.
template <class Script>
Exploration explore(const Asterisk& asterisk, Script&& script,
                    const ExplorerOptions& options = {}) {
    Exploration exploration;
    Explorer explorer{options};
    do {
        Asterisk call = asterisk;
        ++exploration.calls;
        std::string problem;
        try {
            Session session{ExploredStream{call, explorer}};
            if constexpr (std::is_invocable_v<Script&, decltype(session)&, Explorer&>) {
                script(session, explorer);
            } else {
                script(session);
            }
            if (call.stuck()) problem = "the script hangs, and swallows WouldHang";
            if (problem.empty()) problem = simulator::swallowed(call);
            if (problem.empty() && options.good && !options.good(call)) {
                problem = "the call is not as it should be";
            }
        } catch (const std::exception& error) {
            problem = std::string{"an exception leaves the script: "} + error.what();
        }
        exploration.plans.push_back(explorer.plan());
        if (problem.empty() && options.rehearse) {
            if constexpr (!std::is_invocable_v<Script&, Session<ExploredStream>&, Explorer&>) {
                const Rehearsal rehearsal = testing::rehearse(
                    simulator::with_keys_of(asterisk, call), script, options.rehearsal);
                exploration.rehearsed += rehearsal.runs;
                problem = rehearsal.problem;
            }
        }
        if (problem.empty() && exploration.calls >= options.most_calls)
            problem = "more calls than it may make";
        if (!problem.empty()) {
            exploration.problem =
                "the caller: " + explorer.plan() + '\n' + problem + '\n' + ladder(call);
            return exploration;
        }
    } while (explorer.next());
    return exploration;
}

}}}  // namespace agi::v0::testing
