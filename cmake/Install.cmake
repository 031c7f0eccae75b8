# The manual page and the completions are written by the program itself, from the tables of options
# that it also parses with.

include(GNUInstallDirs)

set(polreach_share)

# polreach_generated(what file folder): `polreach generate what` > file, installed into folder.
function(polreach_generated what file folder)
  set(output ${CMAKE_BINARY_DIR}/share/${file})
  get_filename_component(output_folder ${output} DIRECTORY)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${output_folder}
    COMMAND $<TARGET_FILE:polreach> generate ${what} > ${output}
    DEPENDS polreach
    COMMENT "Writing share/${file}")
  install(FILES ${output} DESTINATION ${folder})
  set(polreach_share ${polreach_share} ${output} PARENT_SCOPE)
endfunction()

polreach_generated(man man/man1/polreach.1 ${CMAKE_INSTALL_MANDIR}/man1)
polreach_generated(bash bash-completion/completions/polreach
                   ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
polreach_generated(zsh zsh/site-functions/_polreach
                   ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
polreach_generated(fish fish/vendor_completions.d/polreach.fish
                   ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

add_custom_target(share ALL DEPENDS ${polreach_share})

install(TARGETS polreach RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# `kubectl polreach ...`: kubectl runs what is called so.
set(polreach_plugin "${CMAKE_BINARY_DIR}/kubectl-polreach")
file(CREATE_LINK polreach "${polreach_plugin}" SYMBOLIC)
install(FILES "${polreach_plugin}" DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
