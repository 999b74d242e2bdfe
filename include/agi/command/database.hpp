// SPDX-License-Identifier: MIT
#pragma once
// Commands for AstDB, the database inside Asterisk. All of them work after a hang-up.

#include <agi/command/expression.hpp>
#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

/// 1 when it is done, 0 when AstDB said no.
inline void expect_stored(AnyCommand command, const Reply& reply, std::string_view why) {
    const int number = number_of(command, reply);
    if (number == 0) fail<AGIDBError>(command, reply, why);
    if (number != 1) unexpected(command, reply);
}

/// `family/key` as the argument of a dialplan function.
inline std::string database_path(const char* verb, const std::string& family,
                                 const std::string& key) {
    for (const std::string_view name : {std::string_view{family}, std::string_view{key}}) {
        refuse_expression(verb, name, "${}=,()[]\"\\");
    }
    return joined({family, "/", key});
}

}  // namespace wire

/// Reads a value.
///
///     DATABASE GET <family> <key>
///
/// A value with line feeds is read whole, unless one of its lines but the last ends in `)`:
/// DatabaseGetExact always is. Since Asterisk 1.0.
struct [[nodiscard]] DatabaseGet {
    Text family;
    Text key;

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"DATABASE GET", family, key};
    }

    /// @throws AGIDBError  there is no such key
    template <class Reply>
    [[nodiscard]] std::string parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == 0) wire::fail<AGIDBError>(*this, reply, "no such key");
        if (number == -1) wire::fail<AGIDBError>(*this, reply, "Asterisk is out of memory");
        if (number != 1 || !reply.data()) wire::unexpected(*this, reply);
        return std::string{*reply.data()};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Stores a value.
///
///     DATABASE PUT <family> <key> <value>
///
/// Before October 2024 Asterisk takes 255 bytes of family and key together. A value cannot hold a
/// line feed or a NUL: DatabasePutExact can send the former. Since Asterisk 1.0.
struct [[nodiscard]] DatabasePut {
    Text family;
    Text key;
    Formatted value;  ///< Text; see Formatted.
    CarriageReturn carriage_return =
        CarriageReturn::refuse;  ///< Whether a CR in the value is meant.

    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"DATABASE PUT", family, key,
                       wire::WithCarriageReturn{value.text(), carriage_return}};
    }

    /// @throws AGIDBError  not stored
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_stored(*this, reply, "not stored");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Deletes a key.
///
///     DATABASE DEL <family> <key>
///
/// Asterisk from 10 on says 1 also when there was no such key. Since Asterisk 1.0.
struct [[nodiscard]] DatabaseDel {
    Text family;
    Text key;

    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"DATABASE DEL", family, key};
    }

    /// @throws AGIDBError  not deleted; before Asterisk 10: there was no such key
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_stored(*this, reply, "not deleted");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Deletes a family, or the part of it under `keytree`.
///
///     DATABASE DELTREE <family> [keytree]
///
/// `%` and `_` in the names match any text and any character (Asterisk from 10 on). An empty family
/// is the whole database. Since Asterisk 1.0.
struct [[nodiscard]] DatabaseDeltree {
    Text family;
    OptionalText keytree{};
    Flag whole_database = false;  ///< Whether an empty family is meant.

    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  family is empty, and whole_database does not say so
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        if (family.empty() && !whole_database) {
            throw AGIArgumentError("DATABASE DELTREE",
                                   "an empty family is the whole database: set whole_database");
        }
        return Request{"DATABASE DELTREE", family, keytree};
    }

    /// Whether anything was deleted. Asterisk says 0 when something was, against its own manual,
    /// and 1 when nothing was, or an error. (Up to 1.4: 1 for done.)
    template <class Reply>
    bool parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number != 0 && number != 1) wire::unexpected(*this, reply);
        return number == 0;
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Reads a value exactly, whatever it holds.
///
///     GET FULL VARIABLE ${DB_EXISTS(<family>/<key>)}${URIENCODE(${DB(<family>/<key>)})}
///
/// A value with line feeds cannot always be told from the lines behind it: this way it travels
/// percent-encoded. Needs func_db and func_uri in Asterisk.
struct [[nodiscard]] DatabaseGetExact {
    Text family;
    Text key;

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  a byte in the names that means something in an expression
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        const std::string path = wire::database_path("GET FULL VARIABLE", family, key);
        return Request{"GET FULL VARIABLE", wire::joined({wire::uri_probe, "${DB_EXISTS(", path,
                                                          ")}${URIENCODE(${DB(", path, ")})}"})};
    }

    /// @throws AGIDBError   there is no such key
    /// @throws AGIAppError  Asterisk has no URIENCODE or DB_EXISTS
    template <class Reply>
    [[nodiscard]] std::string parse(const Reply& reply) const {
        const std::string_view value = wire::uri_probed(*this, reply);
        if (value.substr(0, 1) == "0") wire::fail<AGIDBError>(*this, reply, "no such key");
        if (value.substr(0, 1) != "1") wire::fail(*this, reply, "Asterisk has no DB_EXISTS");
        return wire::percent_decoded(value.substr(1));
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Stores a value that may hold line feeds.
///
///     EXEC Exec Set(DB(<family>/<key>)=${URIDECODE(<percent-encoded value>)})
///
/// Needs app_exec, func_db and func_uri in Asterisk; without the latter the value becomes empty.
/// The value takes up to three bytes of the line for each of its own.
struct [[nodiscard]] DatabasePutExact {
    Text family;
    Text key;
    Formatted value;  ///< Text; see Formatted. No NUL.

    static constexpr ReplyForm reply_form = ReplyForm::application;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  a byte in the names that means something in an expression, or a
    ///                           NUL in the value
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return wire::set_by_expression(
            wire::joined({"DB(", wire::database_path("EXEC", family, key), ")"}), value.text());
    }

    /// @throws AGIAppError  Asterisk has no application Exec
    template <class Reply>
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 0) wire::fail(*this, reply, "not stored");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
