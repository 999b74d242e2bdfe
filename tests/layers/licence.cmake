# Fails unless every source begins with its licence.

file(GLOB_RECURSE sources ${SOURCE_DIR}/include/*.hpp ${SOURCE_DIR}/examples/*.[ch]pp ${SOURCE_DIR}/tests/*.[ch]pp)
list(LENGTH sources count)
set(without "")
foreach(source IN LISTS sources)
    file(READ ${source} text LIMIT 40)
    if(NOT text MATCHES "^// SPDX-License-Identifier: MIT")
        list(APPEND without ${source})
    endif()
endforeach()
if(without OR count LESS 300)
    message(FATAL_ERROR "Of ${count} sources, these do not say their licence: ${without}")
endif()
