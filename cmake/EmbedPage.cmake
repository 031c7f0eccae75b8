# cmake -DFOLDER=cli/report/html -DOUTPUT=FILE.cpp -P cmake/EmbedPage.cmake
#
# Puts page.html, its style and its scripts into one file, with the hashes of both in the
# Content-Security-Policy of the page, and writes it as C++ that cli/report/html/template.h declares.

cmake_policy(VERSION 3.22)

set(scripts data.js state.js layout.js graph.js matrix.js table.js details.js page.js)

# base64 of a string of hexadecimal digits: CMake has hashes as these only.
function(to_base64 hex result)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(LENGTH "${hex}" length)
  set(text "")
  set(at 0)
  while(at LESS length)
    math(EXPR left "${length} - ${at}")
    if(left GREATER 6)
      set(left 6)
    endif()
    string(SUBSTRING "${hex}" ${at} ${left} part)
    string(SUBSTRING "${part}000000" 0 6 part)
    set(shift 18)
    foreach(i RANGE 3)
      math(EXPR digit "(0x${part} >> ${shift}) & 63")
      math(EXPR needed "${i} * 6 / 8 * 2 + 1")
      if(i EQUAL 0 OR left GREATER_EQUAL needed)
        string(SUBSTRING "${digits}" ${digit} 1 digit)
        string(APPEND text "${digit}")
      endif()
      math(EXPR shift "${shift} - 6")
    endforeach()
    math(EXPR at "${at} + 6")
  endwhile()
  string(LENGTH "${text}" length)
  math(EXPR padding "(4 - ${length} % 4) % 4")
  string(REPEAT "=" ${padding} padding)
  set(${result} "${text}${padding}" PARENT_SCOPE)
endfunction()

file(READ ${FOLDER}/page.html page)
file(READ ${FOLDER}/page.css style)
set(script "'use strict';\n(() => {\n")
foreach(name ${scripts})
  file(READ ${FOLDER}/${name} part)
  string(APPEND script "${part}")
endforeach()
string(APPEND script "})();\n")

foreach(part style script)
  string(FIND "${${part}}" "</" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "the ${part} of the page could end its element: </")
  endif()
  string(SHA256 hash "${${part}}")
  to_base64("${hash}" hash)
  string(REPLACE "@${part}-hash@" "sha256-${hash}" page "${page}")
endforeach()
string(REPLACE "@style@" "${style}" page "${page}")
string(REPLACE "@script@" "${script}" page "${page}")

set(mark "@data@")
string(FIND "${page}" "${mark}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "page.html has no ${mark}")
endif()
string(SUBSTRING "${page}" 0 ${at} before)
string(LENGTH "${mark}" length)
math(EXPR at "${at} + ${length}")
string(SUBSTRING "${page}" ${at} -1 after)
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
// Written by cmake/EmbedPage.cmake.
#include \"cli/report/html/template.h\"

namespace polreach::cli::html {

std::string_view before_data() { return R\"polreach(${before})polreach\"; }
std::string_view after_data() { return R\"polreach(${after})polreach\"; }

}  // namespace polreach::cli::html
")
