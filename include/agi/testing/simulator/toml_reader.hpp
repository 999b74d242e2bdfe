// SPDX-License-Identifier: MIT
#pragma once
// Values of a TOML file; what is wrong there is refused with its line.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/number.hpp>

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// A refusal that names its line already.
class RefusedLine : public AGIArgumentError {
    using AGIArgumentError::AGIArgumentError;
};

/// Everything throws AGIArgumentError.
class TomlReader {
  public:
    explicit TomlReader(std::filesystem::path file) : file_{std::move(file)} {}

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

    [[noreturn]] void refuse(const toml::node& node, const std::string& why) const {
        const auto& at = node.source().begin;
        throw RefusedLine(file_.string() + ':' + std::to_string(at.line) + ": " + why);
    }

    /// A key that is not one of these is refused.
    void only(const toml::table& table, std::initializer_list<std::string_view> known) const {
        for (const auto& [key, node] : table) {
            bool is_known = false;
            std::string all;
            for (const std::string_view one : known) {
                is_known = is_known || one == key.str();
                ((all += all.empty() ? "" : ", ") += one);
            }
            if (!is_known) refuse(node, "no \"" + std::string{key.str()} + "\" here, only " + all);
        }
    }

    /// Nothing where there is none.
    const toml::table* section(const toml::table& table, std::string_view key) const {
        const toml::node* const node = table.get(key);
        if (node == nullptr) return nullptr;
        if (!node->is_table()) refuse(*node, std::string{key} + " is a table");
        return node->as_table();
    }
    [[nodiscard]] std::string text_of(const toml::node& node) const {
        if (const auto value = node.value_exact<std::string>()) return *value;
        if (const auto value = node.value_exact<std::int64_t>()) return std::to_string(*value);
        refuse(node, "this is a text in quotes");
    }
    std::string text(const toml::table& table, std::string_view key, std::string otherwise) const {
        const toml::node* const node = table.get(key);
        return node == nullptr ? std::move(otherwise) : text_of(*node);
    }
    /// A whole number, in quotes or not.
    [[nodiscard]] int number_of(const toml::node& node, int least, int most) const {
        const std::string text = text_of(node);
        const auto number = wire::to_number<int>(text);
        if (number && *number >= least && *number <= most) return *number;
        refuse(node, "this is a number from " + std::to_string(least) + " to " +
                         std::to_string(most) + ": not \"" + text + '"');
    }
    /// One text, or a list of them.
    std::vector<std::string> texts(const toml::table& table, std::string_view key) const {
        std::vector<std::string> all;
        const toml::node* const node = table.get(key);
        if (node == nullptr) return all;
        if (!node->is_array()) return {text_of(*node)};
        for (const toml::node& one : *node->as_array()) all.push_back(text_of(one));
        return all;
    }
    std::map<std::string, std::string> pairs(const toml::table& table, std::string_view key) const {
        std::map<std::string, std::string> all;
        const auto* const inner = section(table, key);
        if (inner == nullptr) return all;
        for (const auto& [name, value] : *inner) all[std::string{name.str()}] = text_of(value);
        return all;
    }
    bool flag(const toml::table& table, std::string_view key, bool otherwise) const {
        const toml::node* const node = table.get(key);
        if (node == nullptr) return otherwise;
        if (!node->is_boolean()) refuse(*node, std::string{key} + " is true or false");
        return *node->value<bool>();
    }
    /// What the reader of a value says, with the line of the file.
    template <class Read>
    auto checked(const toml::node& node, const Read& read_it) const {
        return checked(node, text_of(node), read_it);
    }
    /// The same for a text that is there, such as the key.
    template <class Read>
    auto checked(const toml::node& node, std::string_view text, const Read& read_it) const {
        try {
            return read_it(std::string{text});
        } catch (const RefusedLine&) {
            throw;
        } catch (const AGIArgumentError& error) {
            refuse(node, error.what());
        }
    }

  private:
    std::filesystem::path file_;
};

}}}  // namespace agi::v0::testing::simulator
