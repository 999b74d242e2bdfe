// SPDX-License-Identifier: MIT
#pragma once
// What a program does in which the caller hangs up: the same over a pipe and over a socket.

#include "report.hpp"
#include <agi/agi.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace live {

inline const char* source_name(agi::HangupSource source) {
    switch (source) {
        case agi::HangupSource::none: return "none";
        case agi::HangupSource::hangup_line: return "hangup_line";
        case agi::HangupSource::dead_channel: return "dead_channel";
        case agi::HangupSource::reply: return "reply";
        case agi::HangupSource::closed_stream: return "closed_stream";
        default: return "signal";
    }
}

/// Runs the command of that name, in which the caller will hang up.
template <class Session>
void run_command(Session& session, const std::string& name, const std::string& file) {
    using namespace std::chrono_literals;
    if (name == "control-stream") {
        agi::ControlStreamFile{"tt-weasels"}(session);
    } else if (name == "exec-playback") {
        agi::Exec{"Playback", "tt-weasels"}(session);
    } else if (name == "exec-wait") {
        agi::Exec{"Wait", "10"}(session);
    } else if (name == "get-data") {
        agi::GetData{"tt-weasels", 10s, 4}(session);
    } else if (name == "get-option") {
        agi::GetOption{"tt-weasels", "1", 10s}(session);
    } else if (name == "receive-char") {
        agi::ReceiveChar{10s}(session);
    } else if (name == "receive-text") {
        agi::ReceiveText{10s}(session);
    } else if (name == "record-file") {
        agi::RecordFile{file, "wav", "#", 10s}(session);
    } else if (name == "stream-file") {
        agi::StreamFile{"tt-weasels"}(session);
    } else if (name == "wait-for-digit") {
        agi::WaitForDigit{10s}(session);
    } else if (name == "writing") {
        const std::string long_value(1500, 'x');
        for (int i = 0; i < 100000 && !session.hung_up(); ++i) {
            agi::SetVariable{"LONG", long_value}(session);
            if (i % 8 == 0) agi::ChannelStatus{}(session);
            std::this_thread::sleep_for(2ms);  // each of them is an event for the test
        }
    } else {
        agi::Noop{"idle"}(session);
    }
}

/// The request by which Asterisk sees that the command runs.
inline std::string request_of(const std::string& name) {
    if (name == "control-stream") return "CONTROL STREAM FILE";
    if (name == "exec-playback") return "EXEC \"Playback\"";
    if (name == "exec-wait") return "EXEC \"Wait\"";
    if (name == "get-data") return "GET DATA";
    if (name == "get-option") return "GET OPTION";
    if (name == "receive-char") return "RECEIVE CHAR";
    if (name == "receive-text") return "RECEIVE TEXT";
    if (name == "record-file") return "RECORD FILE";
    if (name == "stream-file") return "STREAM FILE";
    if (name == "wait-for-digit") return "WAIT FOR DIGIT";
    if (name == "writing") return "SET VARIABLE";
    return "NOOP";
}

/// The whole program. Its clean-up is an entry in the database, `end_of_call/<key>`.
template <class Session>
void end_of_call(Session& session, ReportWriter& report, const std::string& name,
                 const std::string& key, const std::string& file) {
    using namespace std::chrono_literals;
    try {
        run_command(session, name, file);
        report("command", "done");
    } catch (const agi::AGIHangup&) {
        report("command", "AGIHangup");
    }
    // Where nothing tells of the hang-up (AGISIGHUP=no), only a command can.
    try {
        for (int i = 0; i < 500 && !session.hung_up(); ++i) {
            std::this_thread::sleep_for(20ms);
            agi::ChannelStatus{}(session);
        }
    } catch (const agi::AGIHangup&) {
        report("refused", true);
    }
    report("source", source_name(session.hangup_source()));
    session.after_hangup([&](auto& call) { agi::DatabasePut{"end_of_call", key, name}(call); });
    report("cleaned_up", true);
}

}  // namespace live
