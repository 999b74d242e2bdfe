// SPDX-License-Identifier: MIT
// Random questions and random callers: whatever is asked and pressed, a question ends in its bounds, loses no
// key, and sends what its machine asks for.

#include "catch.hpp"
#include "property/random.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi::ivr;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

/// A machine that notes what it asks for.
class Noted : public Machine {
  public:
    explicit Noted(Machine& machine) : machine_{machine} {}
    void language(std::string_view of_the_call) override { machine_.language(of_the_call); }
    const Step* next(Time now) override {
        const Step* step = machine_.next(now);
        if (step != nullptr) requests_.emplace_back(step->request());
        return step;
    }
    void take(Came came) override { machine_.take(std::move(came)); }
    bool fail() override { return machine_.fail(); }
    bool hang_up() override { return machine_.hang_up(); }

    [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

  private:
    Machine& machine_;
    std::vector<std::string> requests_;
};

class Dice {
  public:
    int below(int limit) {
        return static_cast<int>(random_.below(static_cast<std::size_t>(limit)));
    }
    bool one_in(int count) { return below(count) == 0; }
    std::chrono::milliseconds seconds(int from, int count) {
        return std::chrono::seconds{from + below(count)};
    }
    char of(const char* keys) { return random_.of(keys); }

  private:
    property::Random random_{20260806};
};

constexpr auto sound = 2s;

/// A caller who presses some of these keys, and may hang up.
struct RandomCaller {
    Asterisk asterisk;
    bool hangs_up;

    RandomCaller(Dice& dice, const char* keys) : hangs_up{dice.one_in(6)} {
        asterisk.channel.any_sound = sound;
        asterisk.channel.answered = true;
        int at = dice.below(12000);
        for (int key = dice.below(12); key > 0; --key) {
            const char pressed = dice.of(keys);
            asterisk.channel.caller.at(std::chrono::milliseconds{at}).press({&pressed, 1});
            at += 120 + dice.below(3) * dice.below(2500);
        }
        if (hangs_up)
            asterisk.channel.caller.at(std::chrono::milliseconds{dice.below(40000)}).hang_up();
    }

    /// What came of the question; false: the caller has hung up.
    bool answers(Asking& asking, const Manners& manners) {
        agi::Session session{SimulatedStream{asterisk}};
        Noted noted{asking};
        bool ended = true;
        try {
            run(session, noted);
        } catch (const agi::AGIHangup&) {
            ended = false;
        }
        INFO(ladder(asterisk));
        CAPTURE(to_string(asking.entry().end), asking.digits(), asking.entry().tries);
        REQUIRE(ended == (asking.entry().end != End::unfinished));
        REQUIRE((ended || asterisk.channel.hung_up()));
        REQUIRE(asking.entry().tries >= 1);
        REQUIRE(asking.entry().tries <= asking.question().tries);
        auto sent = asterisk.requests();
        // After a -1 the session itself asks whether the caller is there.
        sent.erase(std::remove(sent.begin(), sent.end(), "CHANNEL STATUS"), sent.end());
        REQUIRE(sent == noted.requests());

        // Four prompts, an objection, and a wait for each key and a stray # more; repeats begin again.
        const Question& question = asking.question();
        const auto waits = static_cast<int>(std::min<std::size_t>(question.plan.most, 12)) + 2;
        const auto one_try = 5 * sound + sound + question.first_key + question.next_key * waits;
        const int repeats = manners.repeat == agi::no_key ? 0 : 4;
        REQUIRE(asterisk.channel.now() <= one_try * (asking.entry().tries + repeats));
        return ended;
    }
};

}  // namespace

TEST_CASE("Ask: whatever is asked and pressed, it ends in its bounds and loses no key") {
    Dice dice;
    int entered = 0;
    for (int i = 0; i < 3000; ++i) {
        CAPTURE(i);
        Ask asked;
        asked.prompt = {"one", "two", Number(3), "four"};
        const int least = dice.below(4);
        asked.digits = between(least, std::max(1, least + dice.below(6)));
        asked.tries = 1 + dice.below(3);
        asked.first_key = dice.seconds(1, 3);
        asked.next_key = dice.seconds(1, 3);
        asked.secret = dice.one_in(4);
        if (dice.one_in(3)) asked.cancel = '*';
        if (dice.one_in(3)) asked.total = 500ms + dice.seconds(0, 8);
        if (dice.one_in(4)) asked.interruptible = false;
        if (dice.one_in(4)) asked.terminator = dice.one_in(2) ? agi::no_key : '*';
        Manners manners;
        if (dice.one_in(6)) manners.repeat = 'A';
        if (dice.one_in(6)) manners.back = '#';
        const bool digits_only = dice.one_in(2);

        RandomCaller caller{dice, digits_only ? "0123456789" : "0123456789*#A"};
        Asking asking{asked, manners};
        const bool ended = caller.answers(asking, manners);
        const Entry entry = asking.entry();
        const std::string& keys = caller.asterisk.channel.keys();
        INFO(ladder(caller.asterisk));
        CAPTURE(to_string(entry.end), entry.digits);
        if (entry) {
            ++entered;
            REQUIRE(static_cast<int>(entry.digits.size()) >= least);
            REQUIRE(static_cast<int>(entry.digits.size()) <= asked.digits.most);
            REQUIRE(keys.find(entry.digits) != std::string::npos);
        }
        if (ended && digits_only && asked.interruptible && entry.tries == 1) {
            REQUIRE(keys.substr(0, entry.digits.size()) == entry.digits);
            REQUIRE((entry.end == End::no_input) == keys.empty());
        }
    }
    CHECK(entered > 500);
}

TEST_CASE("Menu: whatever is offered and pressed, it ends in its bounds and chooses what fits") {
    Dice dice;
    int entered = 0;
    const std::vector<std::string> patterns{"1", "2",  "12", "3XX", "[45]X", "6ZN", "7.", "8!",
                                            "9", "99", "0",  "*",   "1234",  "5X",  "#"};
    for (int i = 0; i < 3000; ++i) {
        CAPTURE(i);
        Menu<std::string> menu;
        menu.prompt = {"one", "two", Number(3), "four"};
        for (const std::string& pattern : patterns)
            if (dice.one_in(3)) menu.options.push_back({pattern, pattern});
        if (menu.options.empty()) menu.options = {{"1", "1"}};
        menu.tries = 1 + dice.below(3);
        menu.first_key = dice.seconds(1, 3);
        menu.next_key = dice.seconds(1, 3);
        if (dice.one_in(3)) menu.total = 500ms + dice.seconds(0, 8);
        if (dice.one_in(4)) menu.cancel = '*';
        Manners manners;
        if (dice.one_in(6)) manners.attendant = '0';

        RandomCaller caller{dice, dice.one_in(2) ? "123456789" : "0123456789*#"};
        Asking asking{menu, manners};
        caller.answers(asking, manners);
        const Choice<std::string> choice = menu.result(asking);
        INFO(ladder(caller.asterisk));
        CAPTURE(to_string(choice.end), choice.keys, choice.to.value_or("none"));
        REQUIRE(choice.to.has_value() == (choice.end == End::entered));
        if (!choice) continue;
        ++entered;
        REQUIRE(caller.asterisk.channel.keys().find(choice.keys) != std::string::npos);
        // Of the options that fit, none is closer.
        const auto fits = [&](const std::string& option) {
            const Fit fit = Pattern{option}.fit(choice.keys);
            return fit == Fit::whole || fit == Fit::maybe;
        };
        REQUIRE(fits(*choice.to));
        for (const auto& option : menu.options) {
            if (fits(option.keys))
                REQUIRE_FALSE(Pattern{option.keys}.closer_than(Pattern{*choice.to}));
        }
    }
    CHECK(entered > 500);
}
