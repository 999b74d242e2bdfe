// SPDX-License-Identifier: MIT
#pragma once
// One command of a dialogue, and what came of it: all that passes between a machine and a session.

#include <agi/command/digits.hpp>
#include <agi/command/record.hpp>
#include <agi/version.hpp>
#include <agi/wire/redact.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ivr {

using Time = std::chrono::milliseconds;

/// What came of a Step.
struct Came {
    std::string keys{};      ///< What was pressed, without a final `#` of GET DATA.
    bool timed_out = false;  ///< Silence ended it.
    std::string text{};      ///< The value of a variable; what was heard.
    int number = 0;          ///< What an application returned.
    RecordFile::Result record{};
};

/// A command of a dialogue: any session runs it, as it runs every command. Made by machines.
///
/// What is secret is in no trace, and in no error that it makes.
class Step {
  public:
    enum class Kind : unsigned char {
        none,         ///< Nothing is to be run.
        play,         ///< STREAM FILE, SAY: a key or none.
        digit,        ///< WAIT FOR DIGIT.
        data,         ///< GET DATA.
        record,       ///< RECORD FILE.
        recognize,    ///< SPEECH RECOGNIZE.
        application,  ///< EXEC.
        variable,     ///< GET VARIABLE.
    };

    static constexpr bool works_after_hangup = false;

    /// What came of it, from its reply.
    using Reader = Came (*)(const Step& step, const Reply& reply);

    Step() : request_{"NOOP"} {}
    /// RECORD FILE and SPEECH RECOGNIZE have readers of their own.
    template <class Command>
    Step(Kind kind, const Command& command, wire::Redaction secret = {}, Reader reader = &read)
        : request_{command.request()}, kind_{kind}, secret_{secret}, reader_{reader} {}

    [[nodiscard]] explicit operator bool() const noexcept { return kind_ != Kind::none; }

    [[nodiscard]] wire::Request request() const { return request_; }
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] wire::Redaction redaction() const noexcept { return secret_; }
    [[nodiscard]] ReplyForm reply_form() const noexcept {
        if (kind_ == Kind::variable) return ReplyForm::value;
        return kind_ == Kind::application ? ReplyForm::application : ReplyForm::tags;
    }

    /// @throws AGIAppError      it failed: a sound is missing, say
    /// @throws AGIResultHangup  SPEECH RECOGNIZE says that the caller hung up
    [[nodiscard]] Came parse(const Reply& reply) const {
        try {
            return reader_(*this, reply);
        } catch (const AGIAppError&) {
            if (secret_.reply) throw AGIAppError(shown(), "failed");
            if (kind_ == Kind::application) throw;
            throw AGIAppError(shown(), reply, why_failed());
        } catch (const AGIUnknownError&) {
            if (secret_.reply) throw AGIUnknownError(shown(), "not a reply to this command");
            throw AGIUnknownError(shown(), reply, "not a reply to this command");
        }
    }

    /// Whether the reply says that the call is over.
    static bool says_hangup(const Reply& reply) noexcept { return reply.data() == "hangup"; }

  private:
    [[nodiscard]] const char* why_failed() const noexcept {
        if (kind_ == Kind::record) return "failed: the file cannot be written, say";
        if (kind_ == Kind::recognize) return "failed: there is no speech object, say";
        return "failed: a sound is missing, say";
    }
    [[nodiscard]] std::string shown() const {
        return secret_.request ? wire::redacted_request(request_) : std::string{request_.view()};
    }

    static Came read(const Step& step, const Reply& reply) {
        Came came;
        switch (step.kind_) {
            case Kind::data: {
                GetData::Result entry = GetData{"-"}.parse(reply);
                came.keys.swap(entry.digits);
                came.timed_out = entry.timed_out;
                break;
            }
            case Kind::variable:
                if (const auto value = reply.data()) came.text = *value;
                break;
            case Kind::application:
                came.number = wire::number_of(step, reply);
                if (came.number == -2) wire::fail(step, reply, "no such application");
                break;
            case Kind::none:
            case Kind::play:
            case Kind::digit:
            case Kind::record:
            case Kind::recognize: step.read_key(came, reply);
        }
        return came;
    }

    void read_key(Came& came, const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        const bool wait = kind_ == Kind::digit;
        // 1 and 1000 to 1004 end a wait from outside: as good as silence.
        if (!wait || (number != 1 && (number < 1000 || number > 1004))) {
            const auto key = wire::key_of(*this, reply, "a sound is missing, or a hang-up");
            if (key) came.keys.assign(1, *key);
        }
        came.timed_out = wait && came.keys.empty();
    }

    wire::Request request_;
    Kind kind_ = Kind::none;
    wire::Redaction secret_{};
    Reader reader_ = &read;
};

/// Something that says which command comes next, and is told what came of it. No I/O, no session,
/// no clock: ivr/drive.hpp runs one on a blocking session, ivr/coroutine.hpp on the others.
class Machine {
  public:
    Machine() = default;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    virtual ~Machine() = default;

    /// The command that is to be run now, at that time of any clock; nothing: it has ended.
    virtual const Step* next(Time now) = 0;

    /// What came of it.
    virtual void take(Came came) = 0;

    /// The command failed, with the caller still there. False: this machine does not know better
    /// than to let the error out.
    virtual bool fail() { return false; }

    /// The caller has hung up. False: the hang-up is to end the handler, as an exception.
    virtual bool hang_up() { return false; }

    /// The call's language, before the first step.
    virtual void language(std::string_view /*of_the_call*/) {}
};

}}}  // namespace agi::v0::ivr
