# One folder, one static library, its dependencies spelt out: an include that goes upward fails to
# link.

# polreach_compile_options(target [UNSANITIZED])
# UNSANITIZED: the code of the target itself is compiled without sanitizers, and can be linked with
# code that has them.
function(polreach_compile_options target)
  cmake_parse_arguments(ARG "UNSANITIZED" "" "" ${ARGN})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  # g++ 12 sees uninitialised parts in moved variants and optionals, and overlapping copies in
  # "text" + std::string (its bug 105651), where there are none.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>)
  if(POLREACH_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(POLREACH_SANITIZE STREQUAL "thread")
    # Everything: what is not compiled with it is not seen.
    target_compile_options(${target} PRIVATE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=thread)
  elseif(POLREACH_SANITIZE)
    if(NOT ARG_UNSANITIZED)
      # -O1 takes half as long again to compile with what is added to look at each access.
      target_compile_options(${target} PRIVATE -Og -fsanitize=address,undefined
                                               -fno-omit-frame-pointer -fno-sanitize-recover=all)
    endif()
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  if(POLREACH_FUZZ)
    # RapidJSON adds to a null pointer in an empty stack, harmlessly, which clang alone looks for.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link,address,undefined
                                             -fno-sanitize=pointer-overflow
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  if(POLREACH_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PRIVATE --coverage)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()

# polreach_allocator(target), before any other library, so that Z3 and the others take their memory
# from it, too: that of the C library takes twice the time where small values come and go. Sanitizers
# bring their own.
function(polreach_allocator target)
  if(NOT POLREACH_SANITIZE AND NOT POLREACH_FUZZ)
    target_link_options(${target} PRIVATE -Wl,--no-as-needed)
    target_link_libraries(${target} PRIVATE mimalloc)
  endif()
endfunction()

# polreach_layer(folder [DEPENDS folder...] [LIBRARIES target...] [PRIVATE_LIBRARIES target...])
function(polreach_layer folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" name "polreach_${folder}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name} STATIC ${sources})
  polreach_compile_options(${name})
  # In batches most headers are read once for all of them. Names in unnamed namespaces are therefore
  # unique within a layer. Other presets compile each file alone, so that each includes what it uses.
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${POLREACH_BATCHES} UNITY_BUILD_BATCH_SIZE 8)
  foreach(dependency ${ARG_DEPENDS})
    string(REPLACE "/" "_" other "polreach_${dependency}")
    target_link_libraries(${name} PUBLIC ${other})
  endforeach()
  target_link_libraries(${name} PUBLIC ${ARG_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
endfunction()
