# SPDX-License-Identifier: MIT
# Not tried here: written after the manual of Conan 2.
#
#     conan create packaging/conan

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class Agi(ConanFile):
    name = "agi"
    version = "0.1.0"
    description = "Asterisk Gateway Interface for C++17, header-only"
    license = "MIT"
    topics = ("asterisk", "agi", "fastagi", "telephony", "ivr", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"fmt": [True, False], "fastagi": [True, False], "tls": [True, False]}
    default_options = {"fmt": False, "fastagi": False, "tls": False}
    no_copy_source = True

    def layout(self):
        basic_layout(self)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        copy(self, "LICENSE", root, self.export_sources_folder)
        copy(self, "include/*.hpp", root, self.export_sources_folder)

    def requirements(self):
        if self.options.fmt:
            self.requires("fmt/[>=8]")
        if self.options.fastagi or self.options.tls:
            self.requires("asio/[>=1.22]")
        if self.options.tls:
            self.requires("openssl/[>=1.1]")

    def validate(self):
        check_min_cppstd(self, 17)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        include = os.path.join(self.source_folder, "include")
        copy(self, "*.hpp", include, os.path.join(self.package_folder, "include"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "agi")
        self.part("agi", [])
        if self.options.fmt:
            self.part("fmt", ["agi", "fmt::fmt"])
        if self.options.fastagi or self.options.tls:
            self.part("fastagi", ["agi", "asio::asio"], threads=True)
            self.part("asyncagi", ["fastagi"])
        if self.options.tls:
            self.part("tls", ["asyncagi", "openssl::ssl"])

    def part(self, name, needs, threads=False):
        part = self.cpp_info.components[name]
        part.set_property("cmake_target_name", f"agi::{name}")
        part.set_property("pkg_config_name", "agi" if name == "agi" else f"agi-{name}")
        part.bindirs = part.libdirs = []
        part.requires = needs
        if threads and self.settings.os in ("Linux", "FreeBSD"):
            part.system_libs = ["pthread"]
