// SPDX-License-Identifier: MIT
#pragma once
// Variables and functions of the dialplan, read and written.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/channel_functions.hpp>
#include <agi/testing/simulator/database_functions.hpp>
#include <agi/testing/simulator/expression.hpp>
#include <agi/testing/simulator/hash_functions.hpp>
#include <agi/testing/simulator/list_functions.hpp>
#include <agi/testing/simulator/math_function.hpp>
#include <agi/testing/simulator/party.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <cstdlib>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

std::string evaluated(Call& call, std::string_view text);

/// What Asterisk takes for no or yes in a variable.
inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        if (wire::is_command(text, word)) return true;
    }
    return false;
}
inline bool means_no(std::string_view text) {
    return is_one_of(text, {"no", "false", "n", "f", "0", "off"});
}
inline bool means_yes(std::string_view text) {
    return is_one_of(text, {"yes", "true", "y", "t", "1", "on"});
}

inline std::optional<std::string> find_variable(Call& call, const std::string& name) {
    if (auto value = stored(call.channel.variables, name)) return value;
    if (auto value = built_in_variable(call, name)) return value;
    return stored(call.globals, name);
}

inline MaybeText set_function(Call& call, const std::string& argument) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) return std::nullopt;
    std::string value{trimmed(std::string_view{argument}.substr(equals + 1))};
    set_value(call, trimmed(std::string_view{argument}.substr(0, equals)), value);
    return value;
}

inline MaybeText caller_id(Call& call, const std::string& part) {
    if (part.empty()) return std::nullopt;
    // Behind a comma is another caller ID, which is none.
    return part.find(',') == std::string::npos ? PartyPart{"CALLERID", part}.read(call) : "";
}

inline MaybeText channel_exists(Call& call, const std::string& name) {
    if (name.empty()) return std::nullopt;
    const bool there = name == call.entry("agi_channel") || call.other_channels.count(name) == 1;
    return there ? "1" : "0";
}

inline MaybeText imported(Call& call, const std::string& argument) {
    const auto all = arguments_of(argument, 2);
    const auto other = call.other_channels.find(all[0]);
    if (other == call.other_channels.end()) return "";
    return stored(other->second.variables, all[1]).value_or("");
}

inline MaybeText peeked(Call& call, const std::string& argument) {
    const std::size_t comma = argument.find(',');
    if (comma == std::string::npos) return std::nullopt;
    if (argument.compare(0, comma, "0") != 0) return "";
    return find_variable(call, argument.substr(comma + 1)).value_or("");
}

/// Functions that know the call. Nothing: no such function.
struct CallFunction {
    std::string_view name;
    MaybeText (*value)(Call&, const std::string&);
};
inline const CallFunction* find_call_function(std::string_view function) {
    using In = const std::string&;
    static constexpr CallFunction known[] = {
        {"ABS", [](Call&, In of) { return absolute(of); }},
        {"CALLERID", caller_id},
        {"CALLERPRES",
         [](Call& c, In) -> MaybeText {
             return PartyPart{"CALLERID", "num-pres"}.read(c);
         }},
        {"CHANNEL", [](Call& c, In of) { return channel_item(c, of); }},
        {"CHANNEL_EXISTS", channel_exists},
        {"CONNECTEDLINE",
         [](Call& c, In of) -> MaybeText {
             return PartyPart{"CONNECTEDLINE", of}.read(c);
         }},
        {"CUT", [](Call& c, In of) { return cut_function(c, of); }},
        {"DB", [](Call& c, In of) { return read_database_function(c, "DB", of); }},
        {"DB_DELETE", [](Call& c, In of) { return read_database_function(c, "DB_DELETE", of); }},
        {"DB_EXISTS", [](Call& c, In of) { return read_database_function(c, "DB_EXISTS", of); }},
        {"DB_KEYCOUNT", [](Call& c, In of) -> MaybeText { return database_keys(c, of, true); }},
        {"DB_KEYS", [](Call& c, In of) -> MaybeText { return database_keys(c, of, false); }},
        {"DEC", [](Call& c, In of) { return counted(c, of, -1); }},
        {"DIALPLAN_EXISTS", [](Call& c, In of) { return dialplan_exists(c, of); }},
        {"DIGIT_SUM", [](Call&, In of) { return digit_sum(of); }},
        {"ENV",
         [](Call& c, In of) -> MaybeText {
             return stored(c.process_environment, of).value_or("");
         }},
        {"EVAL", [](Call& c, In of) { return of.empty() ? MaybeText{} : evaluated(c, of); }},
        {"FIELDNUM", [](Call& c, In of) { return field_number(c, of); }},
        {"FIELDQTY", [](Call& c, In of) -> MaybeText { return field_count(c, of); }},
        {"GLOBAL", [](Call& c, In of) -> MaybeText { return stored(c.globals, of).value_or(""); }},
        {"GLOBAL_EXISTS",
         [](Call& c, In of) -> MaybeText { return c.globals.count(of) == 1 ? "1" : "0"; }},
        {"HANGUPCAUSE_KEYS", [](Call&, In) -> MaybeText { return ""; }},
        {"HASH", [](Call& c, In of) -> MaybeText { return hash_value(c, of); }},
        {"HASHKEYS", [](Call& c, In of) -> MaybeText { return hash_list(c, of, true); }},
        {"IMPORT", imported},
        {"INC", [](Call& c, In of) { return counted(c, of, 1); }},
        {"LISTFILTER", [](Call& c, In of) { return list_filter(c, of); }},
        // Nothing but what GOSUB runs has some.
        {"LOCAL", [](Call&, In) { return MaybeText{}; }},
        {"LOCAL_PEEK", peeked},
        {"LTRIM", [](Call&, In of) -> MaybeText { return trimmed_text(of, true, false); }},
        {"MASTER_CHANNEL",
         [](Call& c, In of) -> MaybeText { return find_variable(c, of).value_or(""); }},
        {"MATH", [](Call&, In of) { return math_function(of); }},
        {"MAX", [](Call&, In of) { return smallest_or_largest(of, true); }},
        {"MIN", [](Call&, In of) { return smallest_or_largest(of, false); }},
        {"POP", [](Call& c, In of) { return take_from_list(c, of, false); }},
        {"REDIRECTING",
         [](Call& c, In of) -> MaybeText {
             return PartyPart{"REDIRECTING", of}.read(c);
         }},
        {"REPLACE", [](Call& c, In of) { return replace_function(c, of); }},
        {"RTRIM", [](Call&, In of) -> MaybeText { return trimmed_text(of, false, true); }},
        {"SET", [](Call& c, In of) { return set_function(c, of); }},
        {"SHARED",
         [](Call& c, In of) {
             return c.shared.empty() ? std::nullopt : MaybeText{stored(c.shared, of).value_or("")};
         }},
        {"SHIFT", [](Call& c, In of) { return take_from_list(c, of, true); }},
        // What SPEECH CREATE makes belongs to the session, not to the channel.
        {"SPEECH",
         [](Call&, In of) -> MaybeText { return of == "status" ? MaybeText{"0"} : std::nullopt; }},
        {"STRFTIME", [](Call& c, In of) { return time_function(c, of); }},
        {"STACK_PEEK", [](Call&, In) { return MaybeText{}; }},
        {"STRBETWEEN", [](Call& c, In of) { return text_between(c, of); }},
        {"STRREPLACE", [](Call& c, In of) { return text_replace_function(c, of); }},
        {"TIMEOUT", [](Call& c, In of) { return timeout_function(c, of); }},
        {"TRIM", [](Call&, In of) -> MaybeText { return trimmed_text(of, true, true); }},
        {"VALID_EXTEN",
         [](Call& c, In of) {
             return of.find(',') == Text::npos ? MaybeText{} : dialplan_exists(c, of);
         }},
        {"VARIABLE_EXISTS",
         [](Call& c, In of) -> MaybeText { return find_variable(c, of) ? "1" : "0"; }},
        {"VERSION", [](Call& c, In of) -> MaybeText { return version_function(c, of); }},
    };
    for (const CallFunction& one : known) {
        if (function == one.name) return &one;
    }
    return nullptr;
}

inline std::optional<std::string> read_function(Call& call, std::string_view function,
                                                const std::string& argument) {
    const auto own = call.functions.find(std::string{function});
    if (own != call.functions.end()) return own->second(call, argument);
    if (const TextFunction* const known = find_text_function(function)) {
        return known->value(argument);
    }
    const CallFunction* const known = find_call_function(function);
    if (known != nullptr && has_function(call.version, function)) {
        return known->value(call, argument);
    }
    if (is_in(unsimulated_functions, function)) {
        say_not_simulated(call, "function " + std::string{function} + "()");
    }
    return std::nullopt;
}

inline std::optional<std::string> find_value(Call& call, std::string_view name) {
    if (name.empty() || name.back() != ')') return find_variable(call, std::string{name});
    const Reference reference{name};
    return read_function(call, reference.function, std::string{reference.argument});
}

/// A function as part of a text. Asterisk takes no more than so many bytes of some, although
/// GET VARIABLE has all of them.
inline std::string function_in_text(Call& call, std::string_view function,
                                    const std::string& argument) {
    constexpr std::size_t longest = 11;
    std::string value = read_function(call, function, argument).value_or(std::string{});
    const bool is_cut = value.size() > longest &&
                        is_one_of(function, {"ABS", "BASENAME", "DIRNAME", "MAX", "MIN"}) &&
                        call.functions.count(std::string{function}) == 0;
    if (is_cut) value.resize(longest);
    return value;
}

/// Replaces every `${...}` by its value.
inline std::string evaluated(Call& call, std::string_view text) {
    const auto value_of = [&](const Reference& reference) {
        return reference.name.find('(') == std::string_view::npos
                   ? find_variable(call, std::string{reference.name}).value_or(std::string{})
                   : function_in_text(call, reference.function, std::string{reference.argument});
    };
    const std::size_t noted = call.not_simulated.size();
    try {
        return evaluate(text, value_of);
    } catch (const NotSimulated& error) {
        // A calculation knows no call that could note it.
        if (call.not_simulated.size() == noted) note_not_simulated(call, error.what());
        throw;
    }
}

inline void set_value(Call& call, std::string_view name, const std::string& value) {
    const Reference reference{name};
    const std::string argument{reference.argument};
    if (reference.function == "DB") {
        call.database['/' + argument] = value;
    } else if (is_one_of(reference.function, {"CALLERID", "CONNECTEDLINE", "REDIRECTING"})) {
        PartyPart{reference.function, argument}.write(call, std::string{trimmed(value)});
    } else if (reference.function == "GLOBAL") {
        call.globals[argument] = value;
    } else if (reference.function == "HASH") {
        set_hash_value(call, argument, value);
    } else if (reference.function == "GLOBAL_DELETE" &&
               has_function(call.version, "GLOBAL_EXISTS")) {
        call.globals.erase(argument);
    } else if (reference.function == "CHANNEL") {
        set_channel_item(call, argument, value);
    } else if (reference.function == "ENV") {
        call.process_environment[argument] = value;
    } else if (reference.function == "SHARED") {
        call.shared[argument] = value;
    } else if (reference.function == "PUSH" || reference.function == "UNSHIFT") {
        put_into_list(call, argument, value, reference.function == "UNSHIFT");
    } else if (reference.function == "ARRAY") {
        set_array(call, argument, value);
    } else if (reference.function == "TIMEOUT") {
        if (argument == "absolute") call.hang_up_after(std::strtod(value.c_str(), nullptr));
        call.channel_items["TIMEOUT " + argument] = value;
    } else if (!reference.function.empty()) {
        const auto own = call.written_functions.find(std::string{reference.function});
        if (own != call.written_functions.end()) {
            own->second(call, argument, value);
        } else if (is_in(unsimulated_functions, reference.function)) {
            say_not_simulated(call, "function " + std::string{reference.function} + "()");
        }
    } else {
        while (name.size() > 1 && name.front() == '_') name.remove_prefix(1);  // inheritance
        call.channel.variables[std::string{name}] = value;
    }
}

}}}  // namespace agi::v0::testing::simulator
