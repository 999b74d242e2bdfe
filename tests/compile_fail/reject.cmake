# Compiles SOURCE with REJECT defined, which must fail, and say MESSAGE in the first LINES lines of
# what the compiler prints. What follows it is not looked at, but no second error may.

cmake_minimum_required(VERSION 3.16)

set(flags "")
foreach(directory IN LISTS INCLUDES)
    list(APPEND flags -I${directory})
endforeach()
foreach(definition IN LISTS DEFINITIONS)
    list(APPEND flags -D${definition})
endforeach()
separate_arguments(own_flags UNIX_COMMAND "${FLAGS}")

execute_process(
    COMMAND ${CXX} ${own_flags} ${STANDARD} ${flags} ${OPTIONS} -DREJECT=${REJECT} -fsyntax-only ${SOURCE}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
message("${output}")
if(result EQUAL 0)
    message(FATAL_ERROR "It compiles")
endif()

string(REPLACE ";" "," output "${output}")
string(REGEX REPLACE "[][]" "|" output "${output}")
string(REGEX REPLACE "[][]" "|" message "${MESSAGE}")
string(REPLACE "\n" ";" lines "${output}")
set(errors 0)
set(number 0)
set(place 0)
foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "error: ")
        math(EXPR errors "${errors} + 1")
    endif()
    string(FIND "${line}" "${message}" at)
    if(place EQUAL 0 AND NOT at EQUAL -1 AND line MATCHES "error: ")
        set(place ${number})
    endif()
endforeach()
if(place EQUAL 0)
    message(FATAL_ERROR "It does not say `${MESSAGE}`")
elseif(place GREATER LINES)
    message(FATAL_ERROR "`${MESSAGE}` stands in line ${place} only, not in the first ${LINES}")
elseif(errors GREATER ERRORS)
    message(FATAL_ERROR "There are ${errors} errors, not ${ERRORS}")
endif()
