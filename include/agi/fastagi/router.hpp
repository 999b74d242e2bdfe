// SPDX-License-Identifier: MIT
#pragma once
// Which handler a path has.

#include <agi/version.hpp>
#include <agi/wire/escape.hpp>
#include <agi/wire/percent.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// The parts of a path that a pattern names, percent-decoded.
class Parameters {
  public:
    /// The first of that name.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
        for (const auto& [key, value] : values_) {
            if (key == name) return value;
        }
        return std::nullopt;
    }
    void add(std::string name, std::string value) {
        values_.emplace_back(std::move(name), std::move(value));
    }
    void clear() noexcept { values_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  private:
    std::vector<std::pair<std::string, std::string>> values_;
};

/// A path with named parts: `account/{id}` takes one part, `files/{path...}` all that follows.
class Pattern {
  public:
    /// @throws std::invalid_argument  a `{` that does not begin a whole part, or an empty name
    explicit Pattern(std::string_view text) {
        for (std::string_view rest = text;; rest.remove_prefix(1)) {
            const std::string_view part = rest.substr(0, rest.find('/'));
            rest.remove_prefix(part.size());
            parts_.push_back(parsed(part, text));
            if (parts_.back().kind == Kind::rest && !rest.empty()) {
                refuse(text, "nothing can follow a part with ...");
            }
            if (rest.empty()) break;
        }
    }

    /// Whether there are names in it.
    [[nodiscard]] bool is_plain() const noexcept {
        for (const Part& part : parts_) {
            if (part.kind != Kind::text) return false;
        }
        return true;
    }

    /// Whether the path fits. If so, its named parts are added to `found`.
    bool matches(std::string_view path, Parameters& found) const {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const Part& part = parts_[i];
            if (part.kind == Kind::rest) {
                found.add(part.text, wire::percent_decoded(path));
                return true;
            }
            const std::string_view given = path.substr(0, path.find('/'));
            path.remove_prefix(given.size());
            const bool last = i + 1 == parts_.size();
            if (last != path.empty()) return false;
            if (!last) path.remove_prefix(1);
            if (part.kind == Kind::text ? given != part.text : given.empty()) return false;
            if (part.kind == Kind::name) found.add(part.text, wire::percent_decoded(given));
        }
        return true;
    }

  private:
    enum class Kind : unsigned char { text, name, rest };
    struct Part {
        Kind kind;
        std::string text;
    };

    static Part parsed(std::string_view part, std::string_view all) {
        if (part.find_first_of("{}") == std::string_view::npos) {
            return {Kind::text, std::string{part}};
        }
        if (part.front() != '{' || part.back() != '}') refuse(all, "{name} is a whole part");
        part = part.substr(1, part.size() - 2);
        constexpr std::string_view dots = "...";
        const bool rest =
            part.size() > dots.size() && part.substr(part.size() - dots.size()) == dots;
        if (rest) part.remove_suffix(dots.size());
        if (part.empty() || part.find_first_of("{}.") != std::string_view::npos) {
            refuse(all, "a name has letters");
        }
        return {rest ? Kind::rest : Kind::name, std::string{part}};
    }
    [[noreturn]] static void refuse(std::string_view text, const char* why) {
        throw std::invalid_argument{"route " + wire::shown(text) + ": " + why};
    }

    std::vector<Part> parts_;
};

/// Whether a path is that of a route; may add parameters.
using Matcher = std::function<bool(std::string_view path, Parameters& found)>;

/// Paths and what they lead to. An exact path comes first, then the patterns in the order in which
/// they were added. A `/` at the begin of a path or a pattern does not count.
template <class Target>
class Router {
  public:
    /// @throws std::invalid_argument  the path has a route already, or the pattern is none
    void add(std::string_view text, Target target) {
        text = without_slash(text);
        Pattern pattern{text};
        if (!pattern.is_plain()) {
            return add(
                [pattern = std::move(pattern)](std::string_view path, Parameters& found) {
                    return pattern.matches(path, found);
                },
                std::move(target));
        }
        if (!exact_.emplace(text, std::move(target)).second) {
            throw std::invalid_argument{"route " + wire::shown(text) + ": is there already"};
        }
    }
    void add(Matcher matcher, Target target) {
        patterns_.emplace_back(std::move(matcher), std::move(target));
    }

    /// Nothing when the path has no route.
    const Target* find(std::string_view path, Parameters& found) const {
        path = without_slash(path);
        const auto exact = exact_.find(std::string{path});
        if (exact != exact_.end()) return &exact->second;
        for (const auto& [matches, target] : patterns_) {
            found.clear();
            if (matches(path, found)) return &target;
        }
        found.clear();
        return nullptr;
    }

  private:
    static std::string_view without_slash(std::string_view path) noexcept {
        return path.substr(!path.empty() && path.front() == '/' ? 1 : 0);
    }

    std::unordered_map<std::string, Target> exact_;
    std::vector<std::pair<Matcher, Target>> patterns_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
