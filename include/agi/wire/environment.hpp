// SPDX-License-Identifier: MIT
#pragma once
// The agi_* block that Asterisk sends first.

#include <agi/version.hpp>
#include <agi/wire/environment_text.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/offsets.hpp>
#include <agi/wire/script_url.hpp>
#include <agi/wire/server_version.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

namespace wire {
class EnvironmentReader;
}

/// What Asterisk says of the call before the first command.
///
/// Asterisk checks none of the values: a caller's name, a dialled number or a dialplan argument may
/// hold anything, a line feed and a false `agi_...` line included. So the first value of a name
/// wins, and a line that is none is kept in `raw()` only. Treat all values as untrusted.
///
/// Views live as long as the Environment is not changed or moved.
class Environment {
  public:
    /// The value of a name, with or without its `agi_`. Empty text and `unknown` are values.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
        constexpr std::string_view prefix = "agi_";
        for (std::string_view rest = text_.kept(); !rest.empty();) {
            const auto field = wire::EnvironmentText::next(rest);
            if (field.name.empty()) continue;
            if (field.name == name) return field.value;
            if (field.name.substr(0, prefix.size()) == prefix &&
                field.name.substr(prefix.size()) == name) {
                return field.value;
            }
        }
        return std::nullopt;
    }

    /// The script or URL as the dialplan gave it.
    [[nodiscard]] std::string_view request() const noexcept { return text("agi_request"); }
    [[nodiscard]] std::string_view channel() const noexcept { return text("agi_channel"); }
    [[nodiscard]] std::string_view language() const noexcept { return text("agi_language"); }
    /// The channel's driver: `PJSIP`, `Local`, `DAHDI`...
    [[nodiscard]] std::string_view type() const noexcept { return text("agi_type"); }
    /// Text such as `host-1700000000.12`, not a number.
    [[nodiscard]] std::string_view uniqueid() const noexcept { return text("agi_uniqueid"); }
    [[nodiscard]] ServerVersion version() const noexcept {
        return ServerVersion{text("agi_version")};
    }

    /// The caller's number. Nothing when Asterisk says `unknown`, which a caller's name may really
    /// be: `get("callerid")` tells what was sent.
    [[nodiscard]] std::optional<std::string_view> callerid() const noexcept {
        return known("agi_callerid");
    }
    [[nodiscard]] std::optional<std::string_view> calleridname() const noexcept {
        return known("agi_calleridname");
    }
    [[nodiscard]] std::optional<int> callingpres() const noexcept {
        return number<int>("agi_callingpres");
    }
    [[nodiscard]] std::optional<int> callingani2() const noexcept {
        return number<int>("agi_callingani2");
    }
    /// The caller's number plan.
    [[nodiscard]] std::optional<int> callington() const noexcept {
        return number<int>("agi_callington");
    }
    [[nodiscard]] std::optional<int> callingtns() const noexcept {
        return number<int>("agi_callingtns");
    }
    /// The number that was dialled.
    [[nodiscard]] std::optional<std::string_view> dnid() const noexcept {
        return known("agi_dnid");
    }
    /// The number that redirected the call.
    [[nodiscard]] std::optional<std::string_view> rdnis() const noexcept {
        return known("agi_rdnis");
    }

    [[nodiscard]] std::string_view context() const noexcept { return text("agi_context"); }
    [[nodiscard]] std::string_view extension() const noexcept { return text("agi_extension"); }
    [[nodiscard]] std::optional<int> priority() const noexcept {
        return number<int>("agi_priority");
    }
    /// Whether this is EAGI: the caller's audio comes on descriptor 3.
    [[nodiscard]] bool enhanced() const noexcept { return text("agi_enhanced") == "1.0"; }
    [[nodiscard]] std::string_view accountcode() const noexcept { return text("agi_accountcode"); }
    /// May be negative.
    [[nodiscard]] std::optional<long long> threadid() const noexcept {
        return number<long long>("agi_threadid");
    }

    /// Whether this is FastAGI.
    [[nodiscard]] bool network() const noexcept { return text("agi_network") == "yes"; }
    /// The FastAGI URL's part after the host, as sent: `pin?account=42`.
    [[nodiscard]] std::string_view network_script() const noexcept {
        return text("agi_network_script");
    }
    /// The same, taken apart.
    [[nodiscard]] ScriptUrl script() const noexcept { return ScriptUrl{network_script()}; }

    /// Argument `n` of AGI(), counted from 1; may be empty. Nothing when there are fewer.
    [[nodiscard]] std::optional<std::string_view> argument(int n) const noexcept {
        if (n < 1 || n > argument_count()) return std::nullopt;
        std::string_view rest = text_.kept();
        rest.remove_prefix(arguments_[static_cast<std::size_t>(n - 1)]);
        return wire::EnvironmentText::next(rest).value;
    }
    [[nodiscard]] int argument_count() const noexcept {
        return static_cast<int>(arguments_.size());
    }

    /// Calls `visit(name, value)` for every field, in the order sent, repeated names too.
    template <class Visitor>
    void for_each(Visitor&& visit) const {
        for (std::string_view rest = text_.kept(); !rest.empty();) {
            const auto field = wire::EnvironmentText::next(rest);
            if (!field.name.empty()) visit(field.name, field.value);
        }
    }

    /// The block as it came, each line with its LF, without the empty line at its end.
    [[nodiscard]] std::string raw() const { return text_.raw(); }
    /// Whether not even one line came.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  private:
    friend class wire::EnvironmentReader;

    [[nodiscard]] std::string_view text(std::string_view name) const noexcept {
        return get(name).value_or(std::string_view{});
    }
    [[nodiscard]] std::optional<std::string_view> known(std::string_view name) const noexcept {
        const auto value = get(name);
        return value && *value != "unknown" ? value : std::nullopt;
    }
    template <class Integer>
    [[nodiscard]] std::optional<Integer> number(std::string_view name) const noexcept {
        return wire::to_number<Integer>(text(name));
    }

    /// Notes where each argument is, in one pass: whoever asks for all of them does a linear work.
    /// The first line of a number counts, and a number that is missing ends the list.
    void find_arguments() {
        constexpr std::string_view prefix = "agi_arg_";
        std::size_t lines = 1;
        for (const char c : text_.kept()) lines += c == '\n' ? 1U : 0U;
        wire::Offsets found{lines};  // with a number above that, others are missing
        for (std::string_view rest = text_.kept(); !rest.empty();) {
            const std::size_t at = text_.kept().size() - rest.size();
            const auto name = wire::EnvironmentText::next(rest).name;
            if (name.substr(0, prefix.size()) != prefix) continue;
            const std::string_view digits = name.substr(prefix.size());
            const auto number = wire::to_number<int>(digits).value_or(0);
            if (number < 1 || digits.front() == '0') continue;
            const auto index = static_cast<std::size_t>(number - 1);
            if (index < lines && found[index] == wire::Offsets::nowhere) found.set(index, at);
        }
        found.end_at_gap();
        arguments_ = std::move(found);
    }

    wire::EnvironmentText text_{};
    wire::Offsets arguments_{};  ///< Where the line of each argument begins.
};

namespace wire {

/// What an environment may hold. Asterisk sends about 23 lines and up to 127 arguments.
struct EnvironmentLimits {
    unsigned line = 64U << 10U;  ///< Bytes of one line.
    unsigned lines = 512;
    unsigned total = 256U << 10U;   ///< Bytes of all lines.
    std::string_view first_line{};  ///< What the first one must be; empty: any.
};

/// Push parser of the block: lines in, without their LF, until the empty one.
class EnvironmentReader {
  public:
    explicit EnvironmentReader(EnvironmentLimits limits = {}) noexcept : limits_{limits} {}

    /// Takes the next line. True when the block is complete.
    ///
    /// @throws AGIError  a limit is passed, or it begins otherwise; the message says which
    bool push(std::string_view line) {
        if (lines_ == 0 && !limits_.first_line.empty()) check_first(line);
        if (line.empty() || line == "\r") {
            if (!line.empty()) environment_.text_.drop_carriage_returns();
            environment_.text_.shrink_to_fit();  // it stays as long as the call
            environment_.find_arguments();
            return true;
        }
        if (line.size() > limits_.line) refuse("a line is longer than", limits_.line, line);
        if (++lines_ > limits_.lines) refuse("the number of lines is over", limits_.lines, line);
        if (line.size() >= limits_.total - size_) {
            refuse("the total size is over", limits_.total, line);
        }
        environment_.text_.append(line, next_name_);
        size_ += static_cast<unsigned>(line.size()) + 1;
        return false;
    }

    /// The input ends here, although its empty line did not come.
    void end() { environment_.find_arguments(); }

    [[nodiscard]] const Environment& environment() const noexcept { return environment_; }

  private:
    [[noreturn]] static void refuse(const char* what, unsigned limit, std::string_view line) {
        throw AGIError(joined({"environment: ", what, " ", std::to_string(limit), ", at ",
                               shown(line.substr(0, 60))}));
    }
    /// What connects to a port may speak another protocol.
    void check_first(std::string_view line) const {
        const std::string_view text = line.substr(0, line.find('\r'));
        if (text == limits_.first_line) return;
        throw AGIError(joined({"environment: the first line is not ", shown(limits_.first_line),
                               " but ", shown(line.substr(0, 60))}));
    }

    EnvironmentLimits limits_;
    unsigned lines_ = 0;
    unsigned size_ = 0;  ///< Bytes of all lines so far.
    unsigned next_name_ = 0;
    Environment environment_{};
};

/// Reads an environment from text that holds the whole block.
inline Environment parse_environment(std::string_view text, EnvironmentLimits limits = {}) {
    EnvironmentReader reader{limits};
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (reader.push(text.substr(0, end))) return reader.environment();
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    reader.end();
    return reader.environment();
}

}  // namespace wire
}}  // namespace agi::v0
