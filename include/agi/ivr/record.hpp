// SPDX-License-Identifier: MIT
#pragma once
// Records a message, and lets the caller listen, record it again, keep it or drop it.

#include <agi/command/record.hpp>
#include <agi/ivr/asking.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/ivr/player.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// What became of a recording.
enum class Kept : unsigned char {
    nothing,  ///< Nothing was recorded.
    kept,     ///< By the caller's key, or because the review had no answer.
    dropped,  ///< By the caller's key. The file is there: a program may remove it.
    hung_up,  ///< The caller hung up after it, or in it. The file is there, whole.
};

/// What came of a Record.
struct Recording {
    Kept kept = Kept::nothing;
    End end = End::unfinished;  ///< Of the review; End::entered where there is none.
    std::string file{};         ///< As Asterisk knows it, without extension.
    std::chrono::milliseconds length{0};
    int takes = 0;          ///< How often it was recorded.
    std::string missing{};  ///< The first sound that could not be played.

    /// Whether there is a message.
    [[nodiscard]] explicit operator bool() const noexcept {
        return kept == Kept::kept || kept == Kept::hung_up;
    }
};

class RecordingMachine;

/// Records a message.
///
///     const Record message{"/tmp/message"};
///     if (const Recording recording = message(call)) send(recording.file);
///
/// A key in `end_keys` ends it; so does silence. A key during the beep means that nothing was recorded: it is
/// recorded again. **A hang-up is a result here**: the recording is there, and what is asked of the
/// call after that throws. Each take overwrites the one before.
struct Record {
    Text file;                   ///< Without extension, as Asterisk's machine has it.
    Prompt prompt = "vm-intro";  ///< Any key skips it.
    std::string format = "wav";
    DigitSet end_keys = "#";
    std::chrono::milliseconds longest{120000};
    std::chrono::seconds silence{5};  ///< That ends it; 0: none does.
    /// What is shorter counts as nothing. Of a silence that ends a recording, a second stays in it.
    std::chrono::milliseconds shortest{2000};
    bool beep = true;
    bool review = true;      ///< Asks what to do with it.
    int takes = 5;           ///< How often it may be recorded.
    Prompt review_prompt{};  ///< The review; empty: Manners::review.
    std::string keep_key = "1";
    std::string listen_key = "2";
    std::string again_key = "3";
    std::string drop_key = "*";  ///< Empty: it cannot be dropped.

    using Runs = RecordingMachine;
    [[nodiscard]] static Recording result(const RecordingMachine& machine);

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, *this, manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, *this, manners);
    }
};

/// The machine of Record.
class RecordingMachine : public Machine {
  public:
    /// Both must outlive it.
    explicit RecordingMachine(const Record& spec, const Manners& manners = Manners::usual())
        : spec_{spec}, manners_{manners}, player_{manners} {
        made_.file = spec.file;
        player_.add(spec.prompt);
    }

    void language(std::string_view of_the_call) override {
        language_ = of_the_call;
        player_.language(language_);
        if (made_.takes == 0 && !begun_) {
            player_.clear();
            player_.add(spec_.prompt);
        }
    }

    const Step* next(Time now) override {
        begun_ = true;
        for (;;) {
            if (player_.playing()) {
                step_ = player_.next(DigitSet::all());
                if (step_) return &step_;
            }
            if (ended_) return nullptr;
            if (!review_) return record();
            step_ = {};  // one that failed
            if (const Step* step = review_->next(now)) return step;
            judge();
        }
    }

    void take(Came came) override {
        if (step_) {
            const bool recorded = step_.kind() == Step::Kind::record;
            step_ = {};
            if (recorded) return took(came.record);
            if (!came.keys.empty()) player_.stop();
        } else if (review_) {
            review_->take(std::move(came));
        }
    }
    bool fail() override {
        if (step_) return step_.kind() != Step::Kind::record && player_.fail();
        return review_ && review_->fail();
    }
    /// The message is kept as it is.
    bool hang_up() override {
        if (made_.length < spec_.shortest || made_.takes == 0) return false;
        if (!ended_) made_.kept = Kept::hung_up;
        ended_ = true;
        player_.stop();
        return true;
    }

    [[nodiscard]] Recording recording() const {
        Recording made = made_;
        if (made.missing.empty()) made.missing = player_.missing();
        if (made.missing.empty() && review_) made.missing = review_->entry().missing;
        return made;
    }

  private:
    enum class What : unsigned char { keep, listen, again, drop };  // in the order of the options
    static constexpr int free_beeps = 3;

    static Came read(const Step& /*step*/, const Reply& reply) {
        Came came;
        came.record = RecordFile{"-"}.parse(reply);
        return came;
    }

    const Step* record() {
        RecordFile command{spec_.file, spec_.format, spec_.end_keys, spec_.longest};
        command.beep = spec_.beep;
        if (spec_.silence.count() > 0) command.silence = spec_.silence;
        step_ = Step{Step::Kind::record, command, {}, &read};
        return &step_;
    }

    void took(const RecordFile::Result& result) {
        if (result.ended_by == RecordEnd::beep_interrupted && beeps_++ < free_beeps) return;
        constexpr long long samples_of_8_khz = 8;
        made_.length = std::chrono::milliseconds{result.endpos.samples / samples_of_8_khz};
        ++made_.takes;
        const bool nothing = made_.length < spec_.shortest;
        if (result.ended_by == RecordEnd::hangup)
            return end(nothing ? Kept::nothing : Kept::hung_up);
        if (nothing) {
            if (made_.takes >= spec_.takes) return end(Kept::nothing);
            player_.clear();
            player_.add(manners_.too_short);
            return;
        }
        made_.end = End::entered;
        if (!spec_.review) return end(Kept::kept);
        begin_review();
    }

    void begin_review() {
        const Prompt& own = spec_.review_prompt;
        Question asked = menu_question(own.empty() ? manners_.review : own, manners_);
        for (const std::string* key : {&spec_.keep_key, &spec_.listen_key, &spec_.again_key})
            asked.add_option(*key);
        if (!spec_.drop_key.empty()) asked.add_option(spec_.drop_key);
        review_.emplace(std::move(asked), manners_);
        review_->language(language_);
    }

    void judge() {
        made_ = recording();
        made_.end = review_->entry().end;
        const bool chosen = made_.end == End::entered;
        const auto what = chosen ? static_cast<What>(review_->chosen()) : What::keep;
        review_.reset();
        player_.clear();
        switch (what) {
            case What::keep:
                if (chosen) player_.add(manners_.kept);
                return end(Kept::kept);
            case What::listen: player_.add(spec_.file); return begin_review();
            case What::again:
                if (made_.takes >= spec_.takes) return begin_review();
                return;
            case What::drop: player_.add(manners_.dropped); return end(Kept::dropped);
        }
    }

    void end(Kept kept) {
        made_.kept = kept;
        ended_ = true;
    }

    const Record& spec_;
    const Manners& manners_;
    std::string language_{};
    Player player_;
    std::optional<Asking> review_{};
    Step step_{};
    Recording made_{};
    int beeps_ = 0;
    bool begun_ = false;
    bool ended_ = false;
};

inline Recording Record::result(const RecordingMachine& machine) { return machine.recording(); }

}}}  // namespace agi::v0::ivr
