// SPDX-License-Identifier: MIT
#pragma once
// SPEECH RECOGNIZE, and what the engine may have heard.

#include <agi/command/parse.hpp>
#include <agi/wire/offsets.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// One thing that the engine may have heard. Views the SpeechResults that it came from.
struct SpeechResult {
    int score = 0;             ///< How sure the engine is; larger is surer.
    std::string_view text;     ///< As the engine sent it; may hold quotes.
    std::string_view grammar;  ///< The grammar that it belongs to; may be empty.
};

/// What the engine may have heard, in the engine's order.
class SpeechResults {
  public:
    SpeechResults() = default;

    /// `text`: `score0=987 text0="yes" grammar0=main score1=...`. What is cut off at its end, as
    /// Asterisk does after 4 KB, does not count.
    explicit SpeechResults(std::string_view text) : text_{text} {
        std::size_t at = 0;
        while (take(at)) {
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return offsets_.size() / offsets; }
    [[nodiscard]] bool empty() const noexcept { return offsets_.size() == 0; }

    /// `index` is below `size()`; an empty result if not.
    [[nodiscard]] SpeechResult operator[](std::size_t index) const {
        if (index >= size()) return {};
        const std::size_t first = index * offsets;
        return {wire::to_number<int>(part(first)).value_or(0), part(first + 2), part(first + 4)};
    }

  private:
    /// Finds the next result from `at` on, and moves `at` behind it: what is behind is not read again.
    bool take(std::size_t& at) {
        const std::string_view text = text_;
        const std::size_t index = size();
        const std::string number = std::to_string(index);
        const std::size_t score =
            after(at, wire::joined({index == 0 ? "score" : " score", number, "="}));
        if (score == std::string_view::npos) return false;
        // The text is not escaped: the last mark of its end in front of the next result is the one.
        const std::string mark = wire::joined({"\" grammar", number, "="});
        const std::size_t words = after(score, wire::joined({" text", number, "=\""}));
        if (words == std::string_view::npos) return false;
        const std::size_t first = text.find(mark, words);
        if (first == std::string_view::npos) return false;
        const std::string next = wire::joined({" score", std::to_string(index + 1), "="});
        std::size_t end = text.find(next, first);
        if (end == std::string_view::npos) end = text.size();
        const std::size_t words_end = text.substr(0, end).rfind(mark);
        const std::size_t score_end = text.find(' ', score);
        if (!wire::to_number<int>(text.substr(score, score_end - score))) return false;
        offsets_.add(score, score_end);
        offsets_.add(words, words_end);
        offsets_.add(words_end + mark.size(), end);
        at = end;
        return true;
    }
    /// From one offset to the next.
    [[nodiscard]] std::string_view part(std::size_t begin) const noexcept {
        const std::string_view text = text_;
        return text.substr(offsets_[begin], offsets_[begin + 1] - offsets_[begin]);
    }
    [[nodiscard]] std::size_t after(std::size_t at, const std::string& mark) const {
        const std::size_t found = text_.find(mark, at);
        return found == std::string::npos ? found : found + mark.size();
    }

    static constexpr std::size_t offsets = 6;  ///< Begin and end of score, text and grammar.

    std::string text_{};
    wire::Offsets offsets_{};
};

/// Why recognition ended.
enum class SpeechEnd : unsigned char { speech, digit, timeout, hangup };

/// Plays a prompt and listens to the caller.
///
///     SPEECH RECOGNIZE <prompt> <timeout> [sample offset]
///
/// Speech stops the prompt, and so does any key, which is then the result. A hang-up is a result
/// too, not an exception. After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechRecognize {
    Text prompt;  ///< Sound file, without extension.
    Seconds timeout =
        std::chrono::seconds{10};     ///< Silence after the prompt; 0 or less: without end.
    Optional<SampleOffset> offset{};  ///< Where in the prompt to begin.

    struct Result {
        SpeechEnd ended_by = SpeechEnd::timeout;
        std::optional<char> digit;  ///< The key that was pressed.
        SampleOffset endpos;        ///< Where the prompt stopped.
        SpeechResults results;  ///< May be empty with SpeechEnd::speech too: heard, not understood.
    };

    static constexpr bool works_after_hangup = false;

    /// How long Asterisk may take, not counting the prompt and what is said; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() <= 0) return std::nullopt;
        constexpr std::chrono::seconds most{2147483647};  // longer is refused when it is sent
        return timeout < most ? timeout : most;
    }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SPEECH RECOGNIZE", prompt, timeout, offset};
    }

    /// @throws AGIAppError  there is no speech object, or the channel has no audio for it
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == 0) wire::fail(*this, reply, "no speech object, or no audio for it");
        const auto endpos = reply.endpos();
        if (number != 1 || !reply.data() || !endpos) wire::unexpected(*this, reply);
        const SampleOffset stopped{*endpos};
        const std::string_view tag = *reply.data();
        if (tag == "timeout") return {SpeechEnd::timeout, {}, stopped, {}};
        if (tag == "hangup") return {SpeechEnd::hangup, {}, stopped, {}};
        if (tag == "digit") {
            const auto key = reply.attribute("digit");
            if (!key || key->size() != 1 || !is_dtmf(key->front())) wire::unexpected(*this, reply);
            return {SpeechEnd::digit, key->front(), stopped, {}};
        }
        const std::size_t begin = reply.text().find("results=");
        if (tag != "speech" || begin == std::string_view::npos) wire::unexpected(*this, reply);
        return {SpeechEnd::speech, {}, stopped, SpeechResults{reply.text().substr(begin)}};
    }

    /// Whether the reply says that the call is over.
    static bool says_hangup(const Reply& reply) noexcept { return reply.data() == "hangup"; }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
