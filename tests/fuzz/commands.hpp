// SPDX-License-Identifier: MIT
#pragma once
// One of every command.

#include <agi/agi.hpp>

#include <chrono>

namespace fuzz {

/// Calls `visit(command)` for each.
template <class Visitor>
void for_each_command(const Visitor& visit) {
    using namespace agi;
    using namespace std::chrono_literals;
    const std::chrono::system_clock::time_point time{1'700'000'000s};
    visit(Answer{});
    visit(Hangup{});
    visit(ChannelStatus{});
    visit(SetCallerid{"5550100", "Alice"});
    visit(SetAutohangup{5s});
    visit(SetMusic{true});
    visit(GetVariable{"X"});
    visit(SetVariable{"X", "value"});
    visit(GetFullVariable{"${X}"});
    visit(GetVariableExact{"X"});
    visit(SetVariableExact{"X", "value"});
    visit(DatabaseGet{"family", "key"});
    visit(DatabasePut{"family", "key", "value"});
    visit(DatabaseDel{"family", "key"});
    visit(DatabaseDeltree{"family"});
    visit(DatabaseGetExact{"family", "key"});
    visit(DatabasePutExact{"family", "key", "value"});
    visit(Exec{"Playback", "a,b"});
    visit(Gosub{"context", "extension", 1});
    visit(SetContext{"context"});
    visit(SetExtension{"extension"});
    visit(SetPriority{1});
    visit(GetData{"menu", 2s, 4});
    visit(GetOption{"menu", "12"});
    visit(WaitForDigit{5s});
    visit(StreamFile{"welcome", "#"});
    visit(ControlStreamFile{"welcome", "0"});
    visit(RecordFile{"message"});
    visit(SayAlpha{"abc"});
    visit(SayDate{time});
    visit(SayDatetime{time});
    visit(SayDigits{"123"});
    visit(SayNumber{42});
    visit(SayPhonetic{"abc"});
    visit(SayTime{time});
    visit(SendImage{"image"});
    visit(SendText{"text"});
    visit(ReceiveChar{1s});
    visit(ReceiveText{1s});
    visit(TDDMode{TddMode::on});
    visit(SpeechCreate{});
    visit(SpeechSet{"name", "value"});
    visit(SpeechLoadGrammar{"name", "path"});
    visit(SpeechActivateGrammar{"name"});
    visit(SpeechRecognize{"prompt"});
    visit(SpeechDeactivateGrammar{"name"});
    visit(SpeechUnloadGrammar{"name"});
    visit(SpeechDestroy{});
    visit(Noop{"text"});
    visit(Verbose{"text", 1});
    visit(AsyncAGIBreak{});
    visit(RawCommand{"GET VARIABLE X"});
}

/// Calls `visit(command)` for one of them.
template <class Visitor>
void with_command(std::size_t index, const Visitor& visit) {
    std::size_t count = 0;
    for_each_command([&count](const auto& /*command*/) { ++count; });
    index %= count;
    for_each_command([&](const auto& command) {
        if (index-- == 0) visit(command);
    });
}

}  // namespace fuzz
