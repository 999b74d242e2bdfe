// SPDX-License-Identifier: MIT
#pragma once
// The text of a message from the manager interface, and its headers about a channel.

#include <agi/testing/asterisk.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

class Packet {
  public:
    Packet(std::string_view name, std::string_view value) { add(name, value); }

    Packet& add(std::string_view name, std::string_view value) {
        text_.append(name).append(": ").append(value).append("\r\n");
        return *this;
    }
    [[nodiscard]] std::string text() const { return text_ + "\r\n"; }

  private:
    std::string text_;
};

/// `privilege`: the class that a client must have asked for.
inline Packet event(std::string_view name, std::string_view privilege) {
    return Packet{"Event", name}.add("Privilege", std::string{privilege} + ",all");
}

/// What every event says of its channel.
inline Packet& add_channel(Packet& packet, const Asterisk& asterisk) {
    const auto known = [](const std::string& text) {
        return text.empty() ? std::string{"<unknown>"} : text;
    };
    const Place place = asterisk.place();
    const bool up = asterisk.channel.answered;
    return packet.add("Channel", asterisk.entry("agi_channel"))
        .add("ChannelState", up ? "6" : "4")
        .add("ChannelStateDesc", up ? "Up" : "Ring")
        .add("CallerIDNum", known(asterisk.entry("agi_callerid")))
        .add("CallerIDName", known(asterisk.entry("agi_calleridname")))
        .add("ConnectedLineNum", known({}))
        .add("ConnectedLineName", known({}))
        .add("Language", asterisk.entry("agi_language"))
        .add("AccountCode", asterisk.entry("agi_accountcode"))
        .add("Context", place.context)
        .add("Exten", place.extension)
        .add("Priority", std::to_string(place.priority))
        .add("Uniqueid", asterisk.entry("agi_uniqueid"))
        .add("Linkedid", asterisk.entry("agi_uniqueid"));
}

}}}  // namespace agi::v0::testing::simulator
