// SPDX-License-Identifier: MIT
#pragma once
// Prompts: parts that are said one after the other.

#include <agi/ivr/part.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

struct Manners;

/// What is said.
///
///     const Prompt balance{"you-have", Number(3), Pause(300ms), Spoken("credits")};
///     balance(call);
///
/// As a call of its own it is said to its end: keys that are pressed meanwhile are lost. Say is one that
/// can be interrupted; in a question it can be, and the key is kept.
struct Prompt {
    Prompt() = default;
    Prompt(std::initializer_list<Part> made_of) : parts{made_of} {}
    // What reads as a prompt is one.
    Prompt(std::vector<Part> made_of) : parts{std::move(made_of)} {}
    Prompt(Part part) { parts.push_back(std::move(part)); }
    Prompt(const char* sound) : Prompt{Part{sound}} {}
    Prompt(const std::string& sound) : Prompt{Part{sound}} {}

    std::vector<Part> parts{};

    [[nodiscard]] bool empty() const noexcept { return parts.empty(); }

    template <class Session>
    auto operator()(Session& session) const;
    template <class Session>
    auto operator()(Session& session, const Manners& manners) const;
};

/// Calls `visit(part)` for all that is said in a language, groups and phrases resolved.
template <class Visit>
void each_part(const std::vector<Part>& parts, std::string_view language, const Visit& visit) {
    for (const Part& part : parts) {
        if (part.kind == Part::Kind::group) {
            each_part(part.parts, language, visit);
        } else if (part.kind == Part::Kind::phrase) {
            const Part* said = in_language(part, language);
            if (said != nullptr) each_part(said->parts, language, visit);
        } else {
            visit(part);
        }
    }
}

}}}  // namespace agi::v0::ivr
