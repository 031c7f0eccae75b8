// SPDX-License-Identifier: Apache-2.0
#include "cli/render.h"

#include <sys/prctl.h>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <csignal>
#include <iterator>
#include <vector>

namespace polreach::cli {
namespace {

namespace bp = boost::process;

source::Result<std::string> output_of(const boost::filesystem::path& program,
                                      const std::vector<std::string>& arguments,
                                      const std::string& shown) {
  try {
    bp::ipstream out;
    // A renderer does not outlive a run that ends at a limit.
    const auto with_us = [](auto& /*executor*/) { prctl(PR_SET_PDEATHSIG, SIGTERM); };
    bp::child child(program, bp::args(arguments), bp::std_out > out, bp::std_in < bp::null,
                    bp::extend::on_exec_setup = with_us);
    std::string text{std::istreambuf_iterator<char>(out), std::istreambuf_iterator<char>()};
    child.wait();
    if (child.exit_code() == 0) return text;
    return source::failure(shown + " failed with exit status " + std::to_string(child.exit_code()));
  } catch (const std::exception& error) {
    return source::failure(shown + ": " + error.what());
  }
}

}  // namespace

source::Result<std::string> kustomize(const std::string& folder) {
  const auto kubectl = bp::search_path("kubectl");
  if (!kubectl.empty()) {
    return output_of(kubectl, {"kustomize", folder}, "kubectl kustomize " + folder);
  }
  const auto standalone = bp::search_path("kustomize");
  if (!standalone.empty()) {
    return output_of(standalone, {"build", folder}, "kustomize build " + folder);
  }
  return source::failure("--kustomize needs kubectl or kustomize, and neither is on the PATH");
}

source::Result<std::string> helm_template(const std::string& chart) {
  const auto helm = bp::search_path("helm");
  if (helm.empty()) return source::failure("--helm needs helm, which is not on the PATH");
  return output_of(helm, {"template", chart}, "helm template " + chart);
}

}  // namespace polreach::cli
