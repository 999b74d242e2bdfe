// SPDX-License-Identifier: MIT
#pragma once
// What `$[...]` of the dialplan comes to, once the variables in it are replaced.

#include <agi/testing/not_simulated.hpp>
#include <agi/testing/simulator/match.hpp>
#include <agi/testing/simulator/operand.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The words and the operators of an expression, one after the other.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : rest_{text} { next(); }

    /// A word, a quoted text or an operator; empty: the end.
    [[nodiscard]] std::string_view token() const noexcept { return token_; }
    [[nodiscard]] bool is_word() const noexcept {
        return !token_.empty() && (token_.front() == '"' || word_byte(token_.front()));
    }

    void next() {
        constexpr std::string_view operators[] = {
            "==", "=~", "~~", ">=", "<=", "!=", "::", "||", "&&", "|", "&", "=", ">",
            "<",  "+",  "-",  "*",  "/",  "%",  "?",  ":",  "!",  "(", ")", ","};
        for (; !rest_.empty(); rest_.remove_prefix(1)) {  // what means nothing is skipped
            if (rest_.front() == '"' && rest_.find('"', 1) != std::string_view::npos) {
                return take(rest_.find('"', 1) + 1);
            }
            if (word_byte(rest_.front())) {
                return take(static_cast<std::size_t>(
                    std::find_if_not(rest_.begin(), rest_.end(), word_byte) - rest_.begin()));
            }
            for (const std::string_view one : operators) {
                if (rest_.substr(0, one.size()) == one) return take(one.size());
            }
        }
        token_ = {};
    }

  private:
    static bool word_byte(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               static_cast<unsigned char>(c) >= 0x80 ||
               std::string_view{".';\\_^$#@"}.find(c) != std::string_view::npos;
    }
    void take(std::size_t size) {
        token_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }

    std::string_view rest_;
    std::string_view token_;
};

/// One expression. Operators bind as in Asterisk: `? ::`, `|`, `&`, comparisons, `+ -`, `* / %`, `! -` in
/// front, `~~`, all from left to right.
class Calculation {
  public:
    explicit Calculation(std::string_view text) : lexer_{text} {}

    /// What cannot be read comes to 0, and what follows a whole expression does not count.
    ///
    /// @throws NotSimulated  functions
    std::string result() {
        if (!begins_operand()) return {};
        try {
            return expression(conditional).text();
        } catch (const Unreadable&) {
            return "0";
        }
    }

  private:
    struct Unreadable {};
    enum Level : unsigned char {
        conditional = 1,
        either,
        both,
        comparison,
        sum,
        product,
        sign,
        join
    };

    [[nodiscard]] bool begins_operand() const {
        const std::string_view token = lexer_.token();
        return lexer_.is_word() || token == "(" || token == "-" || token == "!";
    }

    static int level_of(std::string_view token) {
        struct Known {
            std::string_view token;
            Level level;
        };
        static constexpr Known known[] = {
            {"?", conditional}, {"|", either},     {"||", either},     {"&", both},
            {"&&", both},       {"=", comparison}, {"==", comparison}, {"!=", comparison},
            {"<", comparison},  {">", comparison}, {"<=", comparison}, {">=", comparison},
            {"+", sum},         {"-", sum},        {"*", product},     {"/", product},
            {"%", product},     {"~~", join},      {":", join},        {"=~", join}};
        for (const Known& one : known) {
            if (one.token == token) return one.level;
        }
        return 0;
    }

    /// With operators of that level and above.
    Operand expression(int level) {
        Operand left = operand();
        for (;;) {
            const std::string token{lexer_.token()};
            const int own = level_of(token);
            if (own < level || own == 0) return left;
            lexer_.next();
            if (token == "?") {
                const Operand yes = expression(conditional);
                expect("::");
                const Operand no = expression(either);
                left = left.is_true() ? yes : no;
            } else {
                left = combined(left, token, expression(own + 1));
            }
        }
    }

    Operand operand() {
        const std::string token{lexer_.token()};
        const bool is_word = lexer_.is_word();
        if (!begins_operand()) throw Unreadable{};
        lexer_.next();
        if (token == "(") {
            Operand inner = expression(conditional);
            expect(")");
            return inner;
        }
        if (!is_word) {
            const Operand of = expression(join);
            if (token == "!") return Operand{of.is_zero() ? 1.0L : 0.0L};
            return Operand{of.is_number() ? -of.number() : 0.0L};
        }
        if (lexer_.token() == "(") throw NotSimulated{"functions in $[...]: " + token};
        return Operand{token};
    }

    void expect(std::string_view token) {
        if (lexer_.token() != token) throw Unreadable{};
        lexer_.next();
    }

    static Operand combined(const Operand& a, const std::string& token, const Operand& b) {
        switch (level_of(token)) {
            case either: return a.is_something() ? a.converted() : b;
            case both: return a.is_something() && b.is_something() ? a.converted() : Operand{0.0L};
            case comparison: return Operand{compares(a, token, b) ? 1.0L : 0.0L};
            case sum: return added(a, token, b);
            case product: return multiplied(a, token, b);
            default: break;
        }
        if (token == "~~") return Operand{a.unquoted() + b.unquoted()};
        return matched(a.unquoted(), token, b.unquoted());
    }

    /// What the parentheses of the pattern fit, else how much of the text it does. `:` begins at the front.
    static Operand matched(const std::string& text, std::string_view token,
                           const std::string& pattern) {
        const Match match{pattern, text};
        if (!match.readable()) return Operand{std::string{}};
        if (token == ":" ? match.at_front() : match.found()) {
            return match.has_group() ? Operand{match.group()}
                                     : Operand{static_cast<long double>(match.length())};
        }
        return match.has_group() ? Operand{std::string{}} : Operand{0.0L};
    }

    static bool compares(const Operand& a, std::string_view token, const Operand& b) {
        const bool numbers = a.is_number() && b.is_number();
        const bool less = numbers ? a.number() < b.number() : a.text() < b.text();
        const bool same = numbers ? a.number() == b.number() : a.text() == b.text();
        if (token == "!=") return !same;
        if (token.front() == '=') return same;
        if (token.size() == 2 && same) return true;
        return token.front() == '<' ? less : !less && !same;
    }

    /// What is no number is left out.
    static Operand added(const Operand& a, std::string_view token, const Operand& b) {
        if (!a.is_number() && !b.is_number()) return Operand{0.0L};
        if (!b.is_number()) return a.converted();
        const long double from = a.is_number() ? a.number() : 0;
        return Operand{token == "-" ? from - b.number() : from + b.number()};
    }

    /// Here it makes a 0, and a division by it the largest number of 32 bits.
    static Operand multiplied(const Operand& a, std::string_view token, const Operand& b) {
        constexpr long double largest = 2147483647;
        const bool by_zero = !b.is_number() || b.number() == 0;
        if (!a.is_number()) return Operand{0.0L};
        if (token == "*") return Operand{b.is_number() ? a.number() * b.number() : 0.0L};
        if (by_zero) return Operand{token == "/" ? largest : 0.0L};
        return Operand{token == "/" ? a.number() / b.number() : std::fmod(a.number(), b.number())};
    }

    Lexer lexer_;
};

}}}  // namespace agi::v0::testing::simulator
