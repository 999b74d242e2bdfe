// SPDX-License-Identifier: MIT
#pragma once
// The applications of the dialplan, for EXEC.

#include <agi/testing/call.hpp>
#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/astdb.hpp>
#include <agi/testing/simulator/flow_applications.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/testing/simulator/hash_functions.hpp>
#include <agi/testing/simulator/listening_applications.hpp>
#include <agi/testing/simulator/media_applications.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline int nothing(Call& /*call*/, const std::string& /*options*/) { return 0; }

inline int answer_application(Call& call, const std::string& /*options*/) {
    call.channel.answered = true;
    return 0;
}

inline int hangup_application(Call& call, const std::string& /*options*/) {
    call.channel.hang_up();
    return -1;
}

inline int user_event(Call& /*call*/, const std::string& options) {
    return options.empty() ? -1 : 0;
}

/// Verbose([level,]text).
inline int verbose_application(Call& call, const std::string& options) {
    const bool level =
        options.size() > 1 && options[0] >= '0' && options[0] <= '9' && options[1] == ',';
    call.console.push_back(level ? options.substr(2) : options);
    return 0;
}

/// Nobody can be dialled here: the same as on an Asterisk on which no telephone is registered.
inline int dial_application(Call& call, const std::string& options) {
    call.channel.variables["DIALSTATUS"] = options.empty() ? "INVALIDARGS" : "CHANUNAVAIL";
    call.channel.note(Happening::Kind::remark, "Dial: nobody is there, CHANUNAVAIL");
    return 0;
}

/// No command of a shell is run.
inline int system_application(Call& call, const std::string& options) {
    call.channel.variables["SYSTEMSTATUS"] = options.empty() ? "FAILURE" : "SUCCESS";
    call.channel.note(Happening::Kind::remark, "System: nothing is run, SUCCESS");
    return options.empty() ? -1 : 0;
}

inline int send_text_application(Call& call, const std::string& text) {
    call.channel.variables["SENDTEXTSTATUS"] = call.takes_text ? "SUCCESS" : "UNSUPPORTED";
    if (call.takes_text && !text.empty()) {
        call.sent_texts.push_back(text);
        call.channel.note(Happening::Kind::sent_text, text);
    }
    return 0;
}

/// DBdeltree(family[/keytree]).
inline int delete_tree_application(Call& call, const std::string& options) {
    const std::size_t slash = options.find('/');
    delete_tree(call, options.substr(0, slash),
                slash == std::string::npos ? std::string{} : options.substr(slash + 1));
    return 0;
}

/// The application of that name, in any case.
inline Application find_application(const Call& call, std::string_view name) {
    for (const auto& [own, application] : call.applications) {
        if (is_one_of(name, {own})) return application;
    }
    struct Known {
        std::string_view name;
        int (*run)(Call&, const std::string&);
    };
    static constexpr Known known[] = {
        {"Answer", answer_application},
        {"Background", background},
        {"CELGenUserEvent", nothing},
        {"ClearHash", [](Call& on, const std::string& hash) { return clear_hash(on, hash), 0; }},
        {"ControlPlayback", control_playback_application},
        {"DBdeltree", delete_tree_application},
        {"Dial", dial_application},
        {"DumpChan", nothing},
        {"Exec", exec_application},
        {"ExecIf", exec_if_application},
        {"ForkCDR", nothing},
        {"Gosub", gosub_application},
        {"GosubIf", gosub_if_application},
        {"Goto", goto_application},
        {"GotoIf", goto_if_application},
        {"Hangup", hangup_application},
        {"HangupCauseClear", nothing},
        {"Log", nothing},
        {"MSet", mset_application},
        {"MixMonitor", nothing},
        {"MusicOnHold", music_application},
        {"NoOp", nothing},
        {"PlayTones", nothing},
        {"Playback", playback},
        {"Proceeding", nothing},
        {"Progress", nothing},
        {"Read", read_application},
        {"Record", record_application},
        {"ResetCDR", nothing},
        {"Return", [](Call&, const std::string&) { return -1; }},  // nothing was called
        {"Ringing", nothing},
        {"SayAlpha", say_alpha_application},
        {"SayDigits", say_digits_application},
        {"SayNumber", say_number_application},
        {"SayPhonetic", say_phonetic_application},
        {"SendDTMF", nothing},
        {"SendText", send_text_application},
        {"Set", set_application},
        {"StackPop", nothing},
        {"StartMusicOnHold", start_music_application},
        {"StopMixMonitor", nothing},
        {"StopMusicOnHold", stop_music_application},
        {"StopPlayTones", nothing},
        {"System", system_application},
        {"TryExec", try_exec_application},
        {"TrySystem", system_application},
        {"UserEvent", user_event},
        {"Verbose", verbose_application},
        {"Wait", wait_application},
        {"WaitDigit", wait_digit_application},
        {"WaitForNoise", wait_for_noise_application},
        {"WaitForSilence", wait_for_silence_application},
    };
    for (const Known& one : known) {
        if (is_one_of(name, {one.name})) return one.run;
    }
    return nullptr;
}

/// The same; one that Asterisk has and the simulator does not is said.
inline Application find_application_or_say(Call& call, std::string_view name) {
    auto application = find_application(call, name);
    if (!application && is_in(unsimulated_applications, name)) {
        say_not_simulated(call, "application " + std::string{name});
    }
    return application;
}

}}}  // namespace agi::v0::testing::simulator
