// SPDX-License-Identifier: MIT
// Values that travel percent-encoded come through as they were.

#include "catch.hpp"
#include "property/asterisk.hpp"
#include "property/random.hpp"
#include <agi/command/database.hpp>
#include <agi/command/variable.hpp>
#include <agi/wire/escape.hpp>
#include <agi/wire/percent.hpp>
#include <agi/wire/reply_reader.hpp>

#include <string>
#include <string_view>

using namespace agi;
using namespace property;

namespace {

/// A value that a channel variable can have: every byte but NUL, line ends often.
std::string value(Random& random) {
    std::string text = random.text();
    for (char& c : text) {
        if (c == '\0') c = '\n';
        if (random.below(20) == 0) c = random.of("\n\r%+)");
    }
    return text;
}

/// What stands between `head` and `tail` in the last word of a request.
std::string between(const wire::Request& request, const std::string& head,
                    const std::string& tail) {
    const std::string word = asterisk_words(request.view()).back();
    REQUIRE(word.size() >= head.size() + tail.size());
    REQUIRE(word.substr(0, head.size()) == head);
    REQUIRE(word.substr(word.size() - tail.size()) == tail);
    return word.substr(head.size(), word.size() - head.size() - tail.size());
}

}  // namespace

TEST_CASE("SetVariableExact, DatabasePutExact: Asterisk decodes the value that was given") {
    constexpr std::string_view harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%";
    Random random{21};
    for (int i = 0; i < 5000; ++i) {
        const std::string text = value(random);
        CAPTURE(wire::shown(text));
        const std::string variable =
            between(SetVariableExact{"X", text}.request(), "Set(X=${URIDECODE(", ")})");
        const std::string entry =
            between(DatabasePutExact{"f", "k", text}.request(), "Set(DB(f/k)=${URIDECODE(", ")})");
        REQUIRE(variable.find_first_not_of(harmless) == std::string::npos);
        REQUIRE(uridecode(variable) == text);
        REQUIRE(entry == variable);
    }
}

TEST_CASE("GetVariableExact, DatabaseGetExact: the value is the one that Asterisk encoded") {
    Random random{22};
    for (int i = 0; i < 5000; ++i) {
        const std::string text = value(random);
        CAPTURE(wire::shown(text));
        const std::string probe = uriencode("%");
        const Reply variable = wire::parse_reply("200 result=1 (" + probe + uriencode(text) + ")\n",
                                                 GetVariableExact::reply_form);
        REQUIRE(GetVariableExact{"X"}.parse(variable) == text);
        const Reply entry = wire::parse_reply(
            "200 result=1 (" + probe + '1' + uriencode(text) + ")\n", DatabaseGetExact::reply_form);
        REQUIRE(DatabaseGetExact{"f", "k"}.parse(entry) == text);
    }
}

TEST_CASE("percent_encoded, percent_decoded: opposite to each other, and to Asterisk's") {
    Random random{23};
    for (int i = 0; i < 5000; ++i) {
        const std::string text = random.text();
        CAPTURE(wire::shown(text));
        REQUIRE(wire::percent_encoded(text) == percent(text, "-_.~"));
        REQUIRE(wire::percent_decoded(wire::percent_encoded(text)) == text);
        REQUIRE(wire::percent_decoded(uriencode(text)) == text);
    }
}
