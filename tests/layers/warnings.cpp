// SPDX-License-Identifier: MIT
// Our headers in a program that asks its compiler for more warnings than we do: see CMakeLists.txt.

#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/ivr/flow.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/process/eagi_audio.hpp>
#include <agi/process/run.hpp>
#include <agi/session/after_hangup.hpp>
#include <agi/session/byte_exchange.hpp>
#include <agi/session/session.hpp>
#include <agi/session/transcript.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/iostream_stream.hpp>
#include <agi/stream/stdio_stream.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/line_buffer.hpp>
#include <agi/wire/reply_reader.hpp>
#include <agi/wire/unescape.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace {

template <class Command>
std::size_t use(const Command& command, const agi::Reply& reply) {
    static_cast<void>(command.parse(reply));
    return command.request().view().size();
}

template <class Session>
void ask(Session& session) {
    using namespace std::chrono_literals;
    const agi::ivr::Ask pin{"enter-pin"};
    const agi::ivr::Menu<std::string> menu{"main-menu", {{"1", "sales"}}};
    const agi::ivr::Record message{"/tmp/message"};
    static_cast<void>(pin(session));
    static_cast<void>(menu(session));
    static_cast<void>(message(session));
    const agi::ivr::Confirm<agi::ivr::Ask> sure{pin};
    const agi::ivr::Flow flow{{"pin", pin, {{"entered", "bye"}, {"else", "bye"}}},
                              {"bye", agi::ivr::Say{{"vm-goodbye"}}}};
    static_cast<void>(sure(session));
    static_cast<void>(flow(session, [](auto&, const std::string&, const agi::ivr::Visits&) {
        return std::string{"else"};
    }));
    bool (*stop)() = [] { return true; };
    static_cast<void>(session.execute_within(agi::GetData{"pin", 5s, 4}, 1s));
    static_cast<void>(session.execute_until(agi::StreamFile{"beep"}, stop));
    agi::Answer{}(session);
}

}  // namespace

/// Compiled, never called.
void run_all(int fd);
void run_all(int fd) {
    agi::Session session{agi::FdStream{fd}};
    ask(session);
    agi::AnySession& any = session;
    ask(any);
    agi::ByteExchange bytes;
    bytes.start();
    const agi::EagiAudio audio{session};
    agi::run([](auto& call) { ask(call); });
}

/// Compiled, never called.
std::size_t use_all(const agi::Reply& reply);
std::size_t use_all(const agi::Reply& reply) {
    using namespace agi;
    using namespace std::chrono_literals;
    return use(StreamFile{"beep", "#"}, reply) + use(ControlStreamFile{"beep", '#', 3s}, reply) +
           use(GetData{"pin", 5s, 4}, reply) + use(GetOption{"menu", "12", 5s}, reply) +
           use(WaitForDigit{5s}, reply) + use(RecordFile{"msg", "wav", "#", 60s}, reply) +
           use(SayAlpha{"a"}, reply) + use(SayNumber{5}, reply) + use(SayDate{}, reply) +
           use(SayDatetime{}, reply) + use(SetVariable{"X", 5}, reply) +
           use(GetVariable{"X"}, reply) + use(GetFullVariable{"${X}"}, reply) +
           use(GetVariableExact{"X"}, reply) + use(SetVariableExact{"X", ""}, reply) +
           use(DatabaseGet{"f", "k"}, reply) + use(DatabasePut{"f", "k", "v"}, reply) +
           use(DatabaseGetExact{"f", "k"}, reply) + use(DatabasePutExact{"f", "k", ""}, reply) +
           use(DatabaseDeltree{"f"}, reply) + use(Exec{"Dial", dialplan_options("a", 5)}, reply) +
           use(Gosub{"c", "s", 1}, reply) + use(SetPriority{1}, reply) + use(Hangup{}, reply) +
           use(ChannelStatus{}, reply) + use(SetCallerid{"100", "Bob"}, reply) +
           use(SetAutohangup{5s}, reply) + use(SetMusic{true, "jazz"}, reply) +
           use(ReceiveChar{5s}, reply) + use(ReceiveText{5s}, reply) + use(SendText{"x"}, reply) +
           use(TDDMode{}, reply) + use(SpeechRecognize{"prompt"}, reply) +
           use(SpeechSet{"n", 5}, reply) + use(RawCommand{"NOOP"}, reply) + use(Noop{}, reply) +
           use(Verbose{"x"}, reply) + use(Secret<GetData>{GetData{"pin"}, true}, reply);
}
