// SPDX-License-Identifier: MIT
// A directory: the first three letters of a name by the keypad, and the dialplan rings that telephone.
// Dialplan: [directory] in extensions.conf, which sets PEOPLE to `Smith=PJSIP/101,Miller=PJSIP/102` and reads FOUND.

#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/process/run.hpp>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace ivr = agi::ivr;

std::vector<std::pair<std::string, std::string>> people_of(const std::string& list) {
    std::vector<std::pair<std::string, std::string>> people;
    std::istringstream text{list};
    for (std::string one; std::getline(text, one, ',');) {
        const auto equals = one.find('=');
        if (equals != std::string::npos)
            people.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    }
    return people;
}

/// The telephone of the person that the caller has chosen; empty: nobody.
template <class Session>
std::string directory(Session& call) {
    const auto people = people_of(agi::GetVariable{"PEOPLE"}(call).value_or(""));
    ivr::Letters name;
    name.prompt = {"dir-intro-fn"};
    name.digits = ivr::exactly(3);
    name.wrong = {"dir-nomatch"};
    // Letters that nobody's name begins with are asked for again.
    name.check = [&people](std::string_view keys) {
        ivr::LettersEntry entry;
        entry.digits = keys;
        for (const auto& person : people) {
            if (entry.begins(person.first)) return true;
        }
        return false;
    };
    const auto entry = name(call);
    if (!entry) return {};
    for (const auto& [person, telephone] : people) {
        if (!entry.begins(person)) continue;
        if (ivr::YesNo{{ivr::Spelled(person), "if-correct-press", ivr::Number(1)}}(call))
            return telephone;
    }
    ivr::Prompt{"dir-nomore"}(call);
    return {};
}

int main() {
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        agi::SetVariable{"FOUND", directory(call)}(call);
    });
}
