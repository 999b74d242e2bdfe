// SPDX-License-Identifier: MIT
// AstDB, looked at from Asterisk's command line too.

#include "catch.hpp"
#include "odd_values.hpp"
#include "scenario.hpp"

#include <string>

using namespace live;

namespace {

constexpr const char* family = "live tests";

std::string shown(const std::string& key) {
    return Asterisk::get().ami().cli("database get \"" + std::string{family} + "\" \"" + key + '"');
}

LIVE_PROGRAM(database) {
    const auto get = [&](const std::string& name, const std::string& key) {
        attempt(report, name, [&] {
            report(name + ".value", agi::DatabaseGet{family, key}(session));
        });
    };
    agi::DatabaseDeltree{family}(session);
    get("missing", "one");
    agi::DatabasePut{family, "one", "first"}(session);
    get("put", "one");
    agi::DatabasePut{family, "one", 2}(session);
    get("put again", "one");
    agi::DatabasePut{family, "tree/a", "x"}(session);
    agi::DatabasePut{family, "tree/b", ""}(session);
    get("empty", "tree/b");
    wait_for_test(session);

    agi::DatabaseDel{family, "one"}(session);
    get("deleted", "one");
    agi::DatabaseDel{family, "one"}(session);
    report("tree", agi::DatabaseDeltree{family, "tree"}(session));
    get("after tree", "tree/a");
    report("tree again", agi::DatabaseDeltree{family, "tree"}(session));
    report("no family", agi::DatabaseDeltree{"no such family"}(session));
    agi::DatabasePut{family, "last", "x"}(session);
    attempt(report, "refused", [&] { agi::DatabaseDeltree{""}(session); });
    get("survivor", "last");
    report("all", agi::DatabaseDeltree{"", {}, true}(session));
    get("after all", "last");
}

LIVE_PROGRAM(odd_database) {
    const auto values = odd_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto key = "key " + std::to_string(i);
        agi::DatabasePut{family, key, values[i]}(session);
        report(key, agi::DatabaseGet{family, key}(session));
        agi::DatabasePut{"f " + values[i].substr(0, 50), "k " + values[i].substr(0, 50),
                         i}(session);
        report("named " + key, agi::DatabaseGet{"f " + values[i].substr(0, 50),
                                                "k " + values[i].substr(0, 50)}(session));
    }
    const agi::DatabasePut empty{family, "long", ""};
    const std::string longest(session.line_limit() - empty.request().view().size(), 'x');
    attempt(report, "longest", [&] { agi::DatabasePut{family, "long", longest}(session); });
    report("read back", agi::DatabaseGet{family, "long"}(session) == longest);
    attempt(report, "longer", [&] { agi::DatabasePut{family, "long", longest + 'x'}(session); });
    report("still", agi::DatabaseGet{family, "long"}(session) == longest);
}

LIVE_PROGRAM(exact_database) {
    const auto values = exact_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto key = "exact " + std::to_string(i);
        agi::DatabasePutExact{family, key, values[i]}(session);
        report(key, agi::DatabaseGetExact{family, key}(session));
        report(key + " base64", agi::GetFullVariable{"${BASE64_ENCODE(${DB(" + std::string{family} +
                                                     '/' + key + ")}end)}"}(session));
    }
    attempt(report, "missing", [&] { agi::DatabaseGetExact{family, "no such key"}(session); });
    attempt(report, "code", [&] { agi::DatabaseGetExact{family, "${EXTEN}"}(session); });
}

}  // namespace

TEST_CASE(
    "DatabasePut, DatabaseGet, DatabaseDel, DatabaseDeltree: what Asterisk's database holds") {
    Scenario call{database};
    call.meanwhile([&] {
        CHECK(shown("one") == "Value: 2\n");
        CHECK(shown("tree/a") == "Value: x\n");
    });
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["missing"] == "AGIDBError");
    CHECK(report["put.value"] == "first");
    CHECK(report["put again.value"] == "2");
    CHECK(report["empty"] == "done");
    CHECK(report["empty.value"].empty());
    CHECK(report["deleted"] == "AGIDBError");
    CHECK(report["tree"] == "true");
    CHECK(report["after tree"] == "AGIDBError");
    CHECK(report["tree again"] == "false");
    CHECK(report["no family"] == "false");
    CHECK(report["refused"] == "AGIArgumentError");
    CHECK(report["survivor.value"] == "x");
    CHECK(report["all"] == "true");
    CHECK(report["after all"] == "AGIDBError");
    CHECK(shown("last") == "Database entry not found.\n");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("DatabasePut, DatabaseGet: odd values and names, the longest line") {
    Scenario call{odd_database};
    const auto report = call.report();
    INFO(report["error"]);

    const auto values = odd_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto key = "key " + std::to_string(i);
        INFO(values[i]);
        CHECK(report[key] == values[i]);
        CHECK(report["named " + key] == std::to_string(i));
        // The command line leaves control characters out, and that of 16 cuts long values.
        if (values[i].find('\x1b') == std::string::npos && values[i].size() < 250) {
            CHECK(shown(key) == "Value: " + values[i] + '\n');
        }
    }
    CHECK(report["longest"] == "done");
    CHECK(report["read back"] == "true");
    CHECK(report["longer"] == "AGIArgumentError");
    CHECK(report["still"] == "true");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("DatabasePutExact, DatabaseGetExact: any bytes but NUL") {
    Scenario call{exact_database};
    const auto report = call.report();
    INFO(report["error"]);

    const auto values = exact_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto key = "exact " + std::to_string(i);
        CHECK(report[key] == values[i]);
        // Asterisk 16 may leave out the last bytes.
        CHECK_THAT(from_base64(report[key + " base64"]),
                   Catch::Matchers::StartsWith(values[i] + "e"));
    }
    CHECK(report["missing"] == "AGIDBError");
    CHECK(report["code"] == "AGIArgumentError");
    CHECK(call.status() == "SUCCESS");
}
