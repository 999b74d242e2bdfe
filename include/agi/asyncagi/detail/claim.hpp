// SPDX-License-Identifier: MIT
#pragma once
// Whose call it is: a channel variable that is set, and read, in the channel's own thread.

#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/version.hpp>
#include <agi/wire/request.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Of several programs that claim a call, all read the same winner.
///
/// A session ends with a release, and the command behind that ends AsyncAGI; the dialplan may begin
/// it again. A claim that comes late may run between the two, or in front of all others after that:
/// so the value that a release sets names the command that has set it, and who reads it knows
/// whether that has run since AsyncAGI began.
///
/// Who wins has set the dead man's switch with that, where the call had no limit, and in AGI_LIMIT is
/// the limit that it had: who loses has changed nothing.
class Claim {
  public:
    /// The channel variable.
    static constexpr std::string_view variable = "AGI_OWNER";
    /// How the reply of any claim begins.
    static constexpr std::string_view reply_head = "200 result=1 (agi-claim:";

    enum class Answer : unsigned char {
        ours,
        foreign,   ///< Another program has it, or had it until now.
        free,      ///< It was released before: `line` claims it now.
        released,  ///< Either of these two: AsyncAGI has begun before we have seen anything of it.
    };

    /// `from`: who has lost the call; empty: nobody has it. `dead_man`: the switch, in seconds.
    Claim(std::string owner, std::string from, std::string dead_man)
        : owner_{std::move(owner)}, from_{std::move(from)}, dead_man_{std::move(dead_man)} {}

    /// The line to send. `nonce` marks its reply.
    [[nodiscard]] std::string line(const std::string& nonce) {
        nonce_ = nonce;
        const std::string limit_name{ChannelActions::limit_name};
        const std::string has_one =
            from_.empty() ? "${LEN(${AGI_OWNER})}" : R"("${AGI_OWNER}"!=")" + from_ + '"';
        const std::string limit = "${" + limit_name + '}';
        const std::string unlimited = "\"${AGI_OWNER}/" + limit + "\"=\"" + owner_ + "/0\"";
        // One after the other. In place of the limit that is left alone, the owner stays what it is.
        const std::string text =
            "agi-claim:" + nonce_ + ':' + set("AGI_LIMIT", either(has_one, "${AGI_LIMIT}", limit)) +
            ':' + limit + ':' + set("AGI_OWNER", either(has_one, "${AGI_OWNER}", owner_)) + ':' +
            set(either(unlimited, limit_name, "AGI_OWNER"),
                either(unlimited, dead_man_, "${AGI_OWNER}"));
        return std::string{wire::Request{"GET FULL VARIABLE", text}.view()};
    }
    [[nodiscard]] Answer take(const std::string& reply) {
        const std::string head = std::string{reply_head} + nonce_ + ':';
        const std::size_t at = reply.rfind(head);
        if (at == std::string::npos) return Answer::foreign;
        std::string_view rest = std::string_view{reply}.substr(at + head.size());
        const std::string_view limit = part_of(rest);
        const std::string_view now = part_of(rest);
        std::string winner{part_of(rest)};
        // What is there now may be the switch of a claim of ours whose reply was never seen.
        const bool may_have_won = std::exchange(unseen_, false) || !began_;
        limit_ = limit == "0" && may_have_won ? limit : now;
        if (winner == owner_) return Answer::ours;
        if (winner.empty() && !from_.empty()) {
            from_.clear();  // the dialplan has taken it back
            return Answer::free;
        }
        if (!is_free(winner)) return Answer::foreign;
        from_ = std::move(winner);
        return began_ ? now_free() : Answer::released;
    }

    [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
    /// When the call is ours: the limit that it has had, in seconds; 0: none.
    [[nodiscard]] const std::string& limit() const noexcept { return limit_; }

    /// AsyncAGI begins: what is released from now on, is so at the end of this session.
    void began() noexcept {
        began_ = true;
        last_release_.clear();
    }
    /// What happens is not seen any more.
    void out_of_sight() noexcept {
        began_ = false;
        unseen_ = true;
    }
    /// A command has run, of any program.
    void ran(std::string_view id) {
        if (is_release(id)) last_release_ = id;
    }

    /// The line that releases a call, under that id.
    static std::string release(const std::string& id) {
        return "SET VARIABLE " + std::string{variable} + ' ' + released_by(id);
    }
    /// What it sets.
    static std::string released_by(const std::string& id) { return std::string{released} + id; }
    /// The id for it. `id` is one that nothing had yet.
    static std::string release_id(std::string id) { return id.append(release_end); }
    /// Whether that is the value of AGI_OWNER of a call that nobody has any more.
    static bool is_free(std::string_view owner) noexcept {
        return owner.substr(0, released.size()) == released;
    }

  private:
    static constexpr std::string_view released = "released/";  // no owner has a slash
    static constexpr std::string_view release_end = "-release";

    static std::string set(const std::string& name, const std::string& value) {
        return "${SET(" + name + '=' + value + ")}";
    }
    static std::string either(const std::string& condition, const std::string& yes,
                              const std::string& no) {
        return "${IF($[" + condition + "]?" + yes + ':' + no + ")}";
    }
    /// Up to the next colon, which is taken, too.
    static std::string_view part_of(std::string_view& rest) noexcept {
        const std::string_view part = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        return part;
    }

    static bool is_release(std::string_view id) noexcept {
        return id.size() > release_end.size() &&
               id.substr(id.size() - release_end.size()) == release_end;
    }
    [[nodiscard]] Answer now_free() const noexcept {
        const bool just_now = std::string_view{from_}.substr(released.size()) == last_release_;
        return just_now ? Answer::foreign : Answer::free;
    }

    std::string owner_;
    std::string from_;
    std::string dead_man_;
    std::string nonce_;
    std::string limit_;
    std::string last_release_;  ///< The id of the last release since AsyncAGI has begun.
    bool began_ = false;        ///< Seen.
    bool unseen_ = false;       ///< Something may have happened since the last answer.
};

}}}  // namespace agi::v0::asyncagi
