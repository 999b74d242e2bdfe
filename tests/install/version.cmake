# Every file that names the version names this one.

function(expect file pattern)
    file(READ ${SOURCE_DIR}/${file} text)
    if(NOT text MATCHES "${pattern}")
        message(FATAL_ERROR "${file} does not have the version ${VERSION}: no \"${pattern}\" in it")
    endif()
endfunction()

string(REPLACE "." "\\." version ${VERSION})
expect(include/agi/version.hpp "AGI_VERSION_STRING \"${version}\"")
expect(CHANGELOG.md "\n## ${version} - 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]\n")
expect(meson.build "version: '${version}'")
