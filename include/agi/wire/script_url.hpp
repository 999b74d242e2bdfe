// SPDX-License-Identifier: MIT
#pragma once
// The script part of a FastAGI URL: path and query.

#include <agi/version.hpp>
#include <agi/wire/percent.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// `pin?account=42` of `agi://host/pin?account=42`. Views the text it was made from.
class ScriptUrl {
  public:
    explicit ScriptUrl(std::string_view text) noexcept : path_{text.substr(0, text.find('?'))} {
        if (path_.size() < text.size()) query_ = text.substr(path_.size() + 1);
    }

    /// Up to the `?`, as sent: not decoded, without the `/` after the host.
    [[nodiscard]] std::string_view path() const noexcept { return path_; }

    /// After the `?`, as sent.
    [[nodiscard]] std::string_view raw_query() const noexcept { return query_; }

    /// The first value of a name, both percent-decoded. Empty when the name stands without a `=`,
    /// nothing when it is not there.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const {
        std::optional<std::string> found;
        for_each_query([&](std::string&& key, std::string&& value) {
            if (!found && key == name) found = std::move(value);
        });
        return found;
    }

    /// Calls `visit(name, value)` for every part of the query, in order, percent-decoded.
    template <class Visitor>
    void for_each_query(Visitor&& visit) const {
        for (std::string_view rest = query_; !rest.empty();) {
            const std::string_view item = rest.substr(0, rest.find('&'));
            rest.remove_prefix(item.size() < rest.size() ? item.size() + 1 : item.size());
            if (item.empty()) continue;
            const std::size_t equals = item.find('=');
            const std::string_view value =
                equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
            visit(wire::percent_decoded(item.substr(0, equals)), wire::percent_decoded(value));
        }
    }

  private:
    std::string_view path_;
    std::string_view query_{};
};

}}  // namespace agi::v0
