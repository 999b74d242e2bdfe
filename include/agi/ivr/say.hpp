// SPDX-License-Identifier: MIT
#pragma once
// Says a prompt, without a question.

#include <agi/ivr/drive.hpp>
#include <agi/ivr/manners.hpp>
#include <agi/ivr/player.hpp>
#include <agi/ivr/step.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

struct Say;

/// The machine of Say.
class Saying : public Machine {
  public:
    /// Both must outlive it.
    explicit Saying(const Say& say, const Manners& manners = Manners::usual());

    void language(std::string_view of_the_call) override { player_.language(of_the_call); }
    const Step* next(Time /*now*/) override {
        if (!std::exchange(begun_, true)) player_.add(prompt_);
        step_ = player_.next(stops_, {secret_, secret_});
        return step_ ? &step_ : nullptr;
    }
    void take(Came came) override {
        if (came.keys.empty() || !stops_.contains(came.keys[0])) return;
        key_ = came.keys[0];
        player_.stop();
    }
    bool fail() override { return player_.fail(); }

    /// The key that stopped it, if any.
    [[nodiscard]] std::optional<char> key() const noexcept { return key_; }
    /// The first sound that was missing; empty: none was.
    [[nodiscard]] const std::string& missing() const noexcept { return player_.missing(); }

  private:
    const Prompt& prompt_;
    DigitSet stops_;
    bool secret_;
    Player player_;
    bool begun_ = false;
    Step step_{};
    std::optional<char> key_{};
};

/// Says a prompt, until a key stops it: that key is the result. Other keys are lost.
///
///     Say{{"welcome", Number(3)}, "#"}(call);
struct Say {
    Prompt prompt{};
    DigitSet keys{};      ///< Those that stop it; none by default.
    bool secret = false;  ///< What is said is in no trace: the read-back of a PIN.

    using Runs = Saying;
    [[nodiscard]] static std::optional<char> result(const Saying& machine) { return machine.key(); }

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, *this, manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, *this, manners);
    }
};

inline Saying::Saying(const Say& say, const Manners& manners)
    : prompt_{say.prompt}, stops_{say.keys}, secret_{say.secret}, player_{manners} {}

template <class Session>
auto Prompt::operator()(Session& session, const Manners& manners) const {
    const Say say{*this};
    return drive_question(session, say, manners);
}
template <class Session>
auto Prompt::operator()(Session& session) const {
    return (*this)(session, Manners::usual());
}

}}}  // namespace agi::v0::ivr
