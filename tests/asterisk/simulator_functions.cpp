// SPDX-License-Identifier: MIT
// The functions of the dialplan, with random arguments: simulated and on this Asterisk.

#include "catch.hpp"
#include "fast_agi.hpp"
#include "twin.hpp"
#include <agi/command/variable.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>

using namespace live;

namespace {

constexpr const char* names_of_variables[] = {"A", "B", "C", "D", "E", "F"};

/// Random text with functions of the dialplan in it, one inside the other.
class Functions {
  public:
    explicit Functions(unsigned seed) : random_{seed} {}

    /// A variable, and a value for it.
    const char* variable() { return names_of_variables[below(std::size(names_of_variables))]; }
    std::string value() {
        return std::string{one_of({"a-b-c-d", "", "5", "-3", "one,two,three", "  a  b ", "x\"y",
                                   "ABC abc", "a.b.c", "1.5", "k1:3,k2:1,k3:2", "0", "a--b-",
                                   "/usr/lib/x.wav", "0x1F", "\xc3\xa4 b"})};
    }

    std::string operator()() {
        constexpr std::size_t most = 3;
        std::string text;
        for (std::size_t i = 1 + below(most); i > 0; --i) {
            text += below(4) == 0 ? std::string{literal()} : function(deepest);
        }
        return text;
    }

  private:
    static constexpr int deepest = 2;

    // clang-format off
    std::string function(int depth) {
        const auto text = [&] { return argument(depth); };
        switch (below(35)) {
            case 0: return call("FIELDQTY", {variable(), delimiter()});
            case 1: return call("FIELDNUM", {variable(), delimiter(), text()});
            case 2: return call("CUT", {variable(), delimiter(), range()});
            case 3: return call("LISTFILTER", {variable(), std::string{one_of({"-", ",", ".", " ", "x", "", ";"})}, text()});
            case 4: return call("REPLACE", {variable(), delimiter(), text()});
            case 5: return call("STRREPLACE", {variable(), delimiter(), text(), number()});
            case 6: return call("FILTER", {std::string{one_of({"a-z", "A-Z0-9", "abc", "-", "0-9a", "\\x41-C", "z-a"})}, text()});
            case 7: return call("LEN", {text()});
            case 8: return call("TOUPPER", {std::string{literal()}});
            case 9: return call("TOLOWER", {std::string{literal()}});
            case 10: return call("URIENCODE", {text()});
            case 11: return call("URIDECODE", {text()});
            case 12: return call("BASE64_ENCODE", {std::string{one_of({"abc", "hello!", "x y"})}});
            case 13: return call("QUOTE", {text()});
            case 14: return call("CSV_QUOTE", {text()});
            // Around a SHA1(), Asterisk 22 reads on behind its end; so does TOUPPER() of 16 around others.
            // In a text, 16 has only whole groups of three bytes of a BASE64_ENCODE().
            case 15: return call(depth == deepest ? "SHA1" : "LEN", {text()});
            case 16: return call("KEYPADHASH", {text()});
            case 17: return call("MATH", {number() + std::string{one_of({"+", "-", "*", "/", "%", "^", ">", "<", "=", ">=", "<=", "AND", "OR", "XOR", "<<", ">>", "MOD"})} + number(), std::string{one_of({"", "int", "i", "float", "hex", "char", "bad"})}});
            case 18: return "${IF(" + std::string{one_of({"1", "0", "", "x", "$[1 = 1]", "$[2 < 1]"})} + '?' + text() + ':' + text() + ")}";
            case 19: return call("ISNULL", {text()});
            case 20: return call("EXISTS", {text()});
            case 21: return call("SORT", {std::string{one_of({"c:3,a:1,b:2", "a:2.5,b:-1", "a:1", "x", "b:10,a:9"})}});
            case 22: return call("EVAL", {text()});
            case 23: return call("PASSTHRU", {text()});
            case 24: return call("SHIFT", {variable(), delimiter()});
            case 25: return call("POP", {variable(), delimiter()});
            case 26: return call(one_of({"INC", "DEC"}), {variable()});
            case 27: return call("SET", {std::string{variable()} + '=' + text()});
            case 28: return call(one_of({"TRIM", "LTRIM", "RTRIM"}), {text()});
            case 29: return call(one_of({"MIN", "MAX"}), {number(), number()});
            case 30: return call("STRBETWEEN", {variable(), text(), text()});
            case 31: return call(one_of({"BASENAME", "DIRNAME"}), {text()});
            case 32: return call("DIGIT_SUM", {number()});
            case 33: return call("SPRINTF", {std::string{one_of({"%05d", "%x", "%s", "[%5s]", "%d.%%", "%.2f"})}, number()});
            default: return std::string{"${"} + variable() + std::string{one_of({"", ":1", ":-2", ":0:2", ":1:-1", ":9", ":-9", ":2:0"})} + '}';
        }
    }
    // clang-format on

    static std::string call(std::string_view name, std::initializer_list<std::string> arguments) {
        std::string text = "${" + std::string{name} + '(';
        for (const std::string& argument : arguments) {
            if (&argument != arguments.begin()) text += ',';
            text += argument;
        }
        while (text.back() == ',') text.pop_back();
        return text + ")}";
    }
    std::string argument(int depth) {
        if (depth > 0 && below(3) == 0) return function(depth - 1);
        return std::string{literal()};
    }
    std::string_view literal() {
        return one_of({"abc", "",      "a-b", "b",  "AbC 12",      "a b", "x.y",
                       "50%", "a%20b", "-",   "42", "hello world", "1,2", "\xc3\xbc",
                       "a;b", "a&b=c", "~",   "()", "'q'",         "+1"});
    }
    std::string number() {
        return std::string{
            one_of({"0", "1", "2", "7", "-3", "10", "2.5", "65", "100", "x", "", "007"})};
    }
    std::string delimiter() {
        return std::string{one_of({"-", ",", ".", " ", "x", "", "ab", ";"})};
    }
    std::string range() {
        return std::string{one_of({"1", "2", "2-3", "2-", "-2", "1&3", "9", "0", "", "3-1", "x"})};
    }

    std::string_view one_of(std::initializer_list<std::string_view> texts) {
        return texts.begin()[below(texts.size())];
    }
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("simulator: random calls of functions come to the same on both") {
    const char* given = std::getenv("AGI_SEED");
    const unsigned seed = given == nullptr ? 20261129 : static_cast<unsigned>(std::atol(given));
    CAPTURE(seed);
    TwoCalls calls;
    calls.twin.missing_if_not_simulated = true;
    auto& real = calls.real;
    auto& simulated = calls.simulated;
    Functions functions{seed};
    const auto set = [&](const char* name) {
        const agi::SetVariable both{name, functions.value()};
        both(real);
        both(simulated);
    };
    int differences = 0;
    int same = 0;
    for (int i = 0; i < 3000 && differences < 20; ++i) {
        if (i % 10 == 0) set(functions.variable());
        std::string text = functions();
        for (const char* name : names_of_variables) text.append("|${").append(name).append("}");
        const std::string line{agi::GetFullVariable{text}.request().view()};
        const std::string here = compared(simulated.send(line));
        const std::string there = compared(real.send(line));
        INFO(text);
        CHECK(here == there);
        if (here == there) {
            ++same;
            continue;
        }
        ++differences;
        for (const char* name : names_of_variables) set(name);
    }
    CHECK(same > 2500);
    calls.fast.close();
}
