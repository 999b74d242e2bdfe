// SPDX-License-Identifier: MIT
#pragma once
// Calls that clients of a simulated manager interface begin, and the names of channels.

#include <agi/testing/manager_options.hpp>
#include <agi/testing/simulator/packet.hpp>
#include <agi/version.hpp>

#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// No two channels have one name, nor one unique id.
class ChannelNames {
  public:
    /// Makes them others where they were given out already.
    void give(Asterisk& asterisk) {
        std::string& id = asterisk.entry("agi_uniqueid");
        while (!ids_.insert(id).second) id = "1700000000." + std::to_string(++last_);
        std::string& name = asterisk.entry("agi_channel");
        const std::string head = name.substr(0, name.rfind('-'));
        for (int number = 1; !names_.insert(name).second; ++number) {
            std::string digits = std::to_string(number);
            digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
            name = head;
            name.append(1, '-').append(digits);
        }
    }

  private:
    std::set<std::string> ids_;
    std::set<std::string> names_;
    int last_ = 1;
};

/// `Name <number>`, either of which may be missing.
inline std::pair<std::string, std::string> caller_id_of(std::string_view text) {
    const std::size_t begin = text.rfind('<');
    if (begin == std::string_view::npos) return {{}, std::string{text}};
    std::string_view name = text.substr(0, begin);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
        name = name.substr(1, name.size() - 2);
    }
    return {std::string{name}, std::string{text.substr(begin + 1, text.rfind('>') - begin - 1)}};
}

/// A variable of the header Variable, of which a comma begins the next one.
inline void set_variables(Asterisk& asterisk, std::string_view text) {
    std::string one;
    const auto set = [&] {
        const std::size_t equals = one.find('=');
        if (equals != std::string::npos)
            asterisk.set(one.substr(0, equals), one.substr(equals + 1));
        one.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            one += text[++i];
        } else if (text[i] == ',') {
            set();
        } else {
            one += text[i];
        }
    }
    set();
}

/// Makes the call the one that the action asks for.
inline void answer_originate(const ami::Message& action, Asterisk& asterisk) {
    const std::string channel{action["Channel"]};
    asterisk.entry("agi_channel") = channel + "-00000001";
    asterisk.entry("agi_type") = channel.substr(0, channel.find('/'));
    if (!action["ChannelId"].empty()) asterisk.entry("agi_uniqueid") = action["ChannelId"];
    if (!action["Account"].empty()) asterisk.entry("agi_accountcode") = action["Account"];
    const auto [name, number] = caller_id_of(action["CallerID"]);
    asterisk.entry("agi_callerid") = number;
    asterisk.entry("agi_calleridname") = name;
    asterisk.entry("agi_context") = action["Context"];
    asterisk.entry("agi_extension") = action["Exten"];
    asterisk.entry("agi_priority") = action["Priority"];
    asterisk.channel.answered = true;
    for (const std::string_view variable : action.all("Variable")) {
        set_variables(asterisk, variable);
    }
}

/// OriginateResponse. Its reason is the number of a control frame.
inline Packet originate_response(const ami::Message& action, const Origination& what) {
    using asyncagi::Attempt;
    const bool answered = what.attempt == Attempt::answered || what.attempt == Attempt::abandoned;
    const char* reason = "0";
    if (answered) reason = "4";
    if (what.attempt == Attempt::busy) reason = "5";
    if (what.attempt == Attempt::no_answer) reason = "3";
    if (what.attempt == Attempt::congestion) reason = "8";
    Packet packet = event("OriginateResponse", "call");
    if (!action.action_id().empty()) packet.add("ActionID", action.action_id());
    return packet.add("Response", answered ? "Success" : "Failure")
        .add("Channel",
             answered ? what.asterisk.entry("agi_channel") : std::string{action["Channel"]})
        .add("Context", action["Context"])
        .add("Exten", action["Exten"])
        .add("Reason", reason)
        .add("Uniqueid", what.asterisk.entry("agi_uniqueid"))
        .add("CallerIDNum", what.asterisk.entry("agi_callerid"))
        .add("CallerIDName", what.asterisk.entry("agi_calleridname"));
}

/// The end of a channel that has not come into AGI().
inline Packet never_there(const Asterisk& asterisk) {
    Packet packet = event("Hangup", "call");
    return add_channel(packet, asterisk).add("Cause", "0").add("Cause-txt", "Unknown");
}

}}}  // namespace agi::v0::testing::simulator
