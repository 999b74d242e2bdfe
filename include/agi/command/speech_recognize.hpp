// SPDX-License-Identifier: MIT
#pragma once
// SPEECH RECOGNIZE, and what the engine may have heard.

#include <agi/command/parse.hpp>

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
        SpeechResult any;
        while (find(size_, any)) ++size_;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// `index` is below `size()`.
    [[nodiscard]] SpeechResult operator[](std::size_t index) const {
        SpeechResult result;
        find(index, result);
        return result;
    }

  private:
    bool find(std::size_t index, SpeechResult& result) const {
        std::string_view rest = text_;
        for (std::size_t i = 0;; ++i) {
            const std::string number = std::to_string(i);
            const std::size_t score =
                after(rest, wire::joined({i == 0 ? "score" : " score", number, "="}));
            if (score == std::string_view::npos) return false;
            rest.remove_prefix(score);
            // The text is not escaped: the last mark of its end in front of the next result is the
            // one.
            const std::string mark = wire::joined({"\" grammar", number, "="});
            const std::size_t words = after(rest, wire::joined({" text", number, "=\""}));
            const std::size_t first =
                words == std::string_view::npos ? words : rest.find(mark, words);
            if (first == std::string_view::npos) return false;
            const std::size_t next =
                rest.find(wire::joined({" score", std::to_string(i + 1), "="}), first);
            const std::string_view one = rest.substr(0, next);
            if (i == index) {
                const auto value = wire::to_number<int>(one.substr(0, one.find(' ')));
                if (!value) return false;
                const std::size_t end = one.rfind(mark);
                result = {*value, one.substr(words, end - words), one.substr(end + mark.size())};
                return true;
            }
            rest.remove_prefix(one.size());
        }
    }
    static std::size_t after(std::string_view text, const std::string& mark) {
        const std::size_t at = text.find(mark);
        return at == std::string_view::npos ? at : at + mark.size();
    }

    std::string text_;
    std::size_t size_ = 0;
};

/// Why recognition ended.
enum class SpeechEnd : unsigned char { speech, digit, timeout, hangup };

/// Plays a prompt and listens to the caller.
///
///     SPEECH RECOGNIZE <prompt> <timeout> [sample offset]
///
/// Speech stops the prompt, and so does any key, which is then the result. A hang-up is a result
/// too, not an exception. After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct SpeechRecognize {
    std::string prompt;                    ///< Sound file, without extension.
    std::chrono::seconds timeout{10};      ///< Silence after the prompt; 0 or less: without end.
    std::optional<SampleOffset> offset{};  ///< Where in the prompt to begin.

    struct Result {
        SpeechEnd ended_by = SpeechEnd::timeout;
        std::optional<char> digit;  ///< The key that was pressed.
        SampleOffset endpos;        ///< Where the prompt stopped.
        SpeechResults results;  ///< May be empty with SpeechEnd::speech too: heard, not understood.
    };

    static constexpr bool works_after_hangup = false;

    /// How long Asterisk may take, not counting the prompt and what is said; nothing: without end.
    [[nodiscard]] std::optional<std::chrono::milliseconds> longest() const {
        if (timeout.count() <= 0) return std::nullopt;
        return std::chrono::milliseconds{timeout};
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
