// SPDX-License-Identifier: MIT
#pragma once
// Connects the caller with somebody, and says what came of it.

#include <agi/command/dialplan.hpp>
#include <agi/command/variable.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/ivr/manners.hpp>
#include <agi/ivr/step.hpp>
#include <agi/version.hpp>
#include <agi/wire/number.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// How dialling ended.
enum class DialEnd : unsigned char {
    answered,
    busy,
    no_answer,
    congestion,   ///< The way there is jammed, or the number is wrong.
    unavailable,  ///< There is no such telephone, or it is not there.
    cancelled,    ///< The caller hung up before anybody answered, or pressed the key of option `H`.
    other,        ///< See `status`.
};

inline const char* to_string(DialEnd end) noexcept {
    switch (end) {
        case DialEnd::answered: return "answered";
        case DialEnd::busy: return "busy";
        case DialEnd::no_answer: return "no_answer";
        case DialEnd::congestion: return "congestion";
        case DialEnd::unavailable: return "unavailable";
        case DialEnd::cancelled: return "cancelled";
        case DialEnd::other: break;
    }
    return "other";
}

/// What came of a Dial.
struct Dialled {
    DialEnd end = DialEnd::other;
    std::string status{};            ///< DIALSTATUS.
    std::chrono::seconds talked{0};  ///< ANSWEREDTIME.
    bool caller_left = false;        ///< The caller has hung up, as far as that is known.

    [[nodiscard]] explicit operator bool() const noexcept { return end == DialEnd::answered; }
};

class Dialling;

/// Dials, and returns when that is over: they have talked, or nobody has answered.
///
///     const Dialled desk = Dial{"PJSIP/desk"}(call);
///     if (desk.end == DialEnd::busy) { ... }
///
/// When the other side hangs up the caller is there still. **A caller who hangs up is a result here**, so
/// that how long they talked can be stored; what is asked of the call after that throws.
struct Dial {
    std::string target;             ///< Such as `PJSIP/alice&PJSIP/bob`.
    std::chrono::seconds ring{30};  ///< How long it rings.
    std::string options = "g";  ///< Of Dial(). `g`: when the other side hangs up, the caller stays.

    using Runs = Dialling;
    [[nodiscard]] static Dialled result(const Dialling& machine);

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, *this, manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, *this, manners);
    }
};

/// The machine of Dial.
class Dialling : public Machine {
  public:
    explicit Dialling(const Dial& spec, const Manners& /*manners*/ = Manners::usual())
        : spec_{spec} {}

    const Step* next(Time /*now*/) override {
        switch (at_) {
            case At::dial:
                step_ = Step{Step::Kind::application,
                             Exec{"Dial", dialplan_options(spec_.target, spec_.ring.count(),
                                                           spec_.options)}};
                break;
            case At::status: step_ = Step{Step::Kind::variable, GetVariable{"DIALSTATUS"}}; break;
            case At::time: step_ = Step{Step::Kind::variable, GetVariable{"ANSWEREDTIME"}}; break;
            case At::end: return nullptr;
        }
        return &step_;
    }

    void take(Came came) override {
        switch (at_) {
            case At::dial:
                // -1, without the option g, also means that the other side hung up first: where it was
                // the caller, the session knows.
                at_ = At::status;
                break;
            case At::status:
                made_.status = std::move(came.text);
                made_.end = end_of(made_.status);
                at_ = made_.end == DialEnd::answered ? At::time : At::end;
                break;
            case At::time:
            case At::end:
                made_.talked = std::chrono::seconds{wire::to_number<int>(came.text).value_or(0)};
                at_ = At::end;
        }
    }

    /// What came of it can be read still, unless the connection is gone too.
    bool hang_up() override {
        at_ = at_ == At::dial ? At::status : At::end;
        made_.caller_left = true;
        return true;
    }

    [[nodiscard]] const Dialled& dialled() const noexcept { return made_; }

  private:
    enum class At : unsigned char { dial, status, time, end };

    static DialEnd end_of(std::string_view status) {
        if (status == "ANSWER") return DialEnd::answered;
        if (status == "BUSY") return DialEnd::busy;
        if (status == "NOANSWER") return DialEnd::no_answer;
        if (status == "CONGESTION") return DialEnd::congestion;
        if (status == "CHANUNAVAIL") return DialEnd::unavailable;
        return status == "CANCEL" ? DialEnd::cancelled : DialEnd::other;
    }

    const Dial& spec_;
    Step step_{};
    Dialled made_{};
    At at_ = At::dial;
};

inline Dialled Dial::result(const Dialling& machine) { return machine.dialled(); }

}}}  // namespace agi::v0::ivr
