// SPDX-License-Identifier: MIT
#pragma once
// Which Asterisk is at the other end, and what it takes.

#include <agi/version.hpp>

#include <string_view>

namespace agi { inline namespace v0 {

/// The version that agi_version names: `22.10.1+dfsg`, `16.28.0~dfsg-0+deb11u4`, `20.7-cert3`,
/// `1.8.32.3`. Text without a number in front (`GIT-master-1a2b3c4`) is an unknown version.
class ServerVersion {
  public:
    constexpr ServerVersion() noexcept = default;
    constexpr explicit ServerVersion(int major, int minor = 0, int patch = 0) noexcept
        : parts_{major, minor, patch}, known_{true} {}

    constexpr explicit ServerVersion(std::string_view text) noexcept {
        constexpr std::string_view prefix = "certified/";
        if (text.substr(0, prefix.size()) == prefix) {
            text.remove_prefix(prefix.size());
            certified_ = true;
        }
        for (int& part : parts_) {
            std::size_t digits = 0;
            while (digits < text.size() && digits < 9 && text[digits] >= '0' &&
                   text[digits] <= '9') {
                part = part * 10 + (text[digits] - '0');
                ++digits;
            }
            if (digits == 0) break;
            known_ = true;
            text.remove_prefix(digits);
            if (text.empty() || text.front() != '.') break;
            text.remove_prefix(1);
        }
        if (text.find("-cert") != std::string_view::npos) certified_ = true;
    }

    [[nodiscard]] constexpr int major_number() const noexcept { return parts_[0]; }
    [[nodiscard]] constexpr int minor_number() const noexcept { return parts_[1]; }
    [[nodiscard]] constexpr int patch_number() const noexcept { return parts_[2]; }
    [[nodiscard]] constexpr bool known() const noexcept { return known_; }
    /// A certified release, which is older inside than its number says.
    [[nodiscard]] constexpr bool certified() const noexcept { return certified_; }

    /// Whether this is that version or a later one. An unknown version is not.
    [[nodiscard]] constexpr bool at_least(int major, int minor = 0, int patch = 0) const noexcept {
        if (!known_) return false;
        if (parts_[0] != major) return parts_[0] > major;
        if (parts_[1] != minor) return parts_[1] > minor;
        return parts_[2] >= patch;
    }

    /// The longest request line, without its LF. Asterisk runs what is longer as two commands.
    [[nodiscard]] constexpr std::size_t line_limit() const noexcept {
        constexpr std::size_t old_limit = 2046;
        constexpr std::size_t new_limit = 8190;
        if (!known_ || certified_) return old_limit;
        switch (parts_[0]) {
            case 20: return at_least(20, 16) ? new_limit : old_limit;
            case 21: return at_least(21, 11) ? new_limit : old_limit;
            case 22: return at_least(22, 6) ? new_limit : old_limit;
            default: return at_least(23) ? new_limit : old_limit;
        }
    }

    /// Whether CONTROL STREAM FILE takes a start offset, and says where it stopped.
    [[nodiscard]] constexpr bool has_control_stream_file_offset() const noexcept {
        return at_least(12);
    }

    /// Whether SAY ALPHA takes a case.
    [[nodiscard]] constexpr bool has_say_alpha_case() const noexcept { return at_least(12); }

    /// Whether SEND TEXT says -1 for a channel that cannot send text; others say 0.
    [[nodiscard]] constexpr bool send_text_reports_failure() const noexcept {
        switch (parts_[0]) {
            case 13: return at_least(13, 22);
            case 15: return at_least(15, 5);
            default: return at_least(16);
        }
    }

    /// Whether the end of a 520 block is glued to the last line of the usage text.
    [[nodiscard]] constexpr bool glues_end_of_usage() const noexcept {
        switch (known_ ? parts_[0] : 0) {
            case 0: return false;
            case 1: return at_least(1, 6, 2);
            case 13: return !at_least(13, 17);
            case 14: return !at_least(14, 6);
            default: return !at_least(13);
        }
    }

  private:
    int parts_[3] = {0, 0, 0};
    bool known_ = false;
    bool certified_ = false;
};

}}  // namespace agi::v0
