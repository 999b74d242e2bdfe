// SPDX-License-Identifier: MIT
#pragma once
// Looks for sounds where Asterisk would, on the machine that it runs on.

#include <agi/version.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// Whether a sound is there, for Manners::has_sound and flow_problems:
///
///     manners.has_sound = SoundFolder{"/usr/share/asterisk/sounds"};
///
/// A folder for each language is in it. As Asterisk does, it looks in the language, then in that without
/// its region, then in English, then in the folder itself. Reads the disk each time; each file with that
/// name counts, whatever its format.
class SoundFolder {
  public:
    explicit SoundFolder(std::filesystem::path folder) : folder_{std::move(folder)} {}

    bool operator()(std::string_view sound, std::string_view language) const {
        const std::filesystem::path name{sound};
        if (name.is_absolute()) return exists(name);
        const std::string parent{language.substr(0, language.find('_'))};
        for (const std::string& place :
             {std::string{language}, parent, std::string{"en"}, std::string{}}) {
            if (exists(folder_ / place / name)) return true;
        }
        return false;
    }

  private:
    static bool exists(const std::filesystem::path& name) {
        std::error_code none;
        const std::string stem = name.filename().string() + '.';
        for (const auto& entry : std::filesystem::directory_iterator{name.parent_path(), none}) {
            const std::string file = entry.path().filename().string();
            if (file.compare(0, stem.size(), stem) == 0 &&
                file.find('.', stem.size()) == std::string::npos) {
                return true;
            }
        }
        return false;
    }

    std::filesystem::path folder_;
};

}}}  // namespace agi::v0::ivr
