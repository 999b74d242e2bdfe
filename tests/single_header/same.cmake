# Fails unless the compiler sees the same text in the header ONE as in the headers that TREE includes.

function(preprocess file result)
    execute_process(
        COMMAND ${CXX} -std=c++17 -E -P -x c++ -I ${INCLUDE_DIR} ${file}
        OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${file} cannot be read:\n${errors}")
    endif()
    string(REGEX REPLACE "[ \t\r\n]+" " " text "${text}")
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

preprocess(${TREE} tree)
preprocess(${ONE} one)
if(NOT one STREQUAL tree)
    message(FATAL_ERROR "${ONE} is not what include/ has")
endif()
