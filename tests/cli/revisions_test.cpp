// SPDX-License-Identifier: Apache-2.0
// Manifests of a git revision: which are read, and that nothing else happens.
#include "cli/revisions.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/files.h"
#include "tests/support/git_scratch.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using cli::RevisionFiles;
using git::Repository;
using support::GitScratch;
using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

source::Result<RevisionFiles> read(const fs::path& folder, const std::string& expression,
                                   const Words& paths = {},
                                   const cli::RevisionLimits& limits = {}) {
  const auto repository = Repository::find(folder.string());
  REQUIRE_MESSAGE(repository.has_value(), repository.error().message);
  const auto revision = repository->resolve(expression);
  REQUIRE_MESSAGE(revision.has_value(), revision.error().message);
  return cli::read_revision(*repository, *revision, paths, limits);
}

Words paths_of(const source::Result<RevisionFiles>& found) {
  REQUIRE_MESSAGE(found.has_value(), found.error().message);
  Words paths;
  for (const auto& file : found->files) paths.push_back(file.path);
  return paths;
}

std::string failure_of(const source::Result<RevisionFiles>& found) {
  REQUIRE_FALSE(found.has_value());
  return found.error().message;
}

/// One of everything that the selection is about.
const std::map<std::string, std::string> kFiles = {{"a.yaml", "A"},
                                                   {"b.yml", "B"},
                                                   {"c.json", "C"},
                                                   {"Kustomization", "K"},
                                                   {".yaml", "no extension"},
                                                   {"d.yaml.bak", "no"},
                                                   {"README.md", "no"},
                                                   {".hidden.yaml", "no"},
                                                   {".hidden.txt", "no"},
                                                   {".github/workflow.yml", "no"},
                                                   {"k8s/base/deep/e.yaml", "E"},
                                                   {"k8s/templates/f.yaml", "no chart here"},
                                                   {"chart/Chart.yaml", "name: c"},
                                                   {"chart/values.yaml", "no"},
                                                   {"chart/other.yaml", "O"},
                                                   {"chart/templates/g.yaml", "no"},
                                                   {"chart/charts/sub/h.yaml", "no"},
                                                   {"chart/crds/i.yaml", "no"},
                                                   {"chart/deep/templates/j.yaml", "J"}};

}  // namespace

TEST_CASE("a revision holds the manifests that a folder with the same files holds") {
  GitScratch scratch;
  scratch.commit({kFiles, {}, {}, {}});
  for (const auto& [path, text] : kFiles) scratch.write(path, text);
  const auto found = read(scratch.path(), "HEAD");
  CHECK(paths_of(found) == Words{"Kustomization", "a.yaml", "b.yml", "c.json", "chart/Chart.yaml",
                                 "chart/deep/templates/j.yaml", "chart/other.yaml",
                                 "k8s/base/deep/e.yaml", "k8s/templates/f.yaml"});
  CHECK(found->skipped == Words{".github", ".hidden.yaml"});
  for (const auto& file : found->files) {
    CHECK(file.bytes == kFiles.at(file.path));
    CHECK(file.is_chart == (file.path == "chart/Chart.yaml"));
  }

  const auto folder = cli::find_files(scratch.path().string());
  REQUIRE(folder.has_value());
  const auto below = [&](const std::string& path) {
    return fs::path(path).lexically_relative(scratch.path()).string();
  };
  Words paths;
  for (const auto& file : folder->files) paths.push_back(below(file.path));
  CHECK(paths == paths_of(found));
  Words skipped;
  for (const std::string& path : folder->skipped) skipped.push_back(below(path));
  CHECK(skipped == found->skipped);
}

TEST_CASE("what is read is the revision, whatever the work tree holds; and nothing is written") {
  GitScratch scratch;
  scratch.commit(
      {{{"a.yaml", "old a"}, {"gone.yaml", "gone"}, {"old/name.yaml", "moved"}}, {}, {}, {}});
  scratch.commit(
      {{{"a.yaml", "new a"}, {"new/name.yaml", "moved"}}, {}, {}, {"gone.yaml", "old/name.yaml"}});
  scratch.write("a.yaml", "work in progress");
  scratch.write("untracked.yaml", "x");
  const auto before = scratch.snapshot();
  const auto old = read(scratch.path(), "HEAD~1");
  CHECK(paths_of(old) == Words{"a.yaml", "gone.yaml", "old/name.yaml"});
  CHECK(old->files[0].bytes == "old a");
  const auto now = read(scratch.path(), "HEAD");
  CHECK(paths_of(now) == Words{"a.yaml", "new/name.yaml"});
  CHECK(now->files[0].bytes == "new a");
  CHECK(now->files[1].bytes == "moved");
  CHECK(scratch.snapshot() == before);
}

TEST_CASE("paths limit what is read, from the folder that one is in, each file once") {
  GitScratch scratch;
  scratch.commit({kFiles, {}, {}, {}});
  scratch.write("k8s/base/here.txt", "");
  CHECK(paths_of(read(scratch.path(), "HEAD", {"k8s"})) ==
        Words{"k8s/base/deep/e.yaml", "k8s/templates/f.yaml"});
  const fs::path below = scratch.path() / "k8s" / "base";
  CHECK(paths_of(read(below, "HEAD", {"."})) == Words{"k8s/base/deep/e.yaml"});
  CHECK(paths_of(read(below, "HEAD", {"deep/e.yaml", "../base", "../../a.yaml"})) ==
        Words{"a.yaml", "k8s/base/deep/e.yaml"});
  CHECK(paths_of(read(below, "HEAD")).size() == 9);  // none: the whole tree
  // What is named is read, whatever it is called.
  CHECK(paths_of(read(scratch.path(), "HEAD", {"README.md", ".github", "chart/templates"})) ==
        Words{".github/workflow.yml", "README.md", "chart/templates/g.yaml"});
  CHECK(has(failure_of(read(scratch.path(), "HEAD", {"../x"})), "outside of the repository"));
}

TEST_CASE("a path that the revision does not have is named, with the nearest names") {
  GitScratch scratch;
  scratch.commit({kFiles, {}, {}, {}});
  const auto found = read(scratch.path(), "main", {"k8s/bsae", "a.yaml/b", "zzzzzz", "chart"});
  CHECK(paths_of(found).size() == 3);
  REQUIRE(found->absent.size() == 3);
  CHECK(found->absent[0].path == "k8s/bsae");
  CHECK(found->absent[0].message == "k8s/bsae: is not in main; did you mean k8s/base?");
  CHECK(found->absent[1].message == "a.yaml/b: is not in main");
  CHECK(found->absent[2].message == "zzzzzz: is not in main");
}

TEST_CASE("links are not followed, and are skipped unless what they lead to is read anyway") {
  GitScratch scratch;
  scratch.commit({{{"k8s/a.yaml", "A"}, {"k8s/text", "T"}, {"run.sh", "x"}},
                  {{"k8s/again.yaml", "a.yaml"},
                   {"k8s/round.yaml", "../k8s/./a.yaml"},
                   {"k8s/text.yaml", "text"},
                   {"k8s/dangling.yaml", "nothing.yaml"},
                   {"k8s/dangling", "nothing"},
                   {"k8s/tool", "../run.sh"},
                   {"k8s/out.yaml", "../../../etc/passwd"},
                   {"k8s/out", "/etc"},
                   {"folder", "k8s"},
                   {"self", "."},
                   {"loop.yaml", "loop.yaml"},
                   {"through.yaml", "folder/a.yaml"},
                   {"long.yaml", std::string(5000, 'x')}},
                  {},
                  {}});
  const auto found = read(scratch.path(), "HEAD");
  CHECK(paths_of(found) == Words{"k8s/a.yaml"});
  CHECK(found->skipped == Words{"folder", "k8s/dangling.yaml", "k8s/out", "k8s/out.yaml",
                                "k8s/text.yaml", "long.yaml", "loop.yaml", "self", "through.yaml"});
  CHECK(has(failure_of(read(scratch.path(), "HEAD", {"folder"})), "is a link"));
  CHECK(has(failure_of(read(scratch.path(), "HEAD", {"folder/a.yaml"})), "is a link"));
}

TEST_CASE("submodules are skipped and said") {
  GitScratch scratch;
  scratch.commit({{{"a.yaml", "A"}}, {}, {{"vendor/lib", std::string(40, '1')}}, {}});
  const auto found = read(scratch.path(), "HEAD");
  CHECK(paths_of(found) == Words{"a.yaml"});
  CHECK(found->skipped == Words{"vendor/lib (submodule)"});
  for (const char* path : {"vendor/lib", "vendor/lib/k8s"}) {
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {path})), "is in a submodule"));
  }
}

TEST_CASE("a bare repository is read") {
  GitScratch scratch(GitScratch::Kind::Bare);
  scratch.commit({{{"k8s/a.yaml", "A"}, {"b.yaml", "B"}}, {}, {}, {}});
  CHECK(paths_of(read(scratch.path(), "main")) == Words{"b.yaml", "k8s/a.yaml"});
  CHECK(paths_of(read(scratch.path(), "main", {"k8s"})) == Words{"k8s/a.yaml"});
}

TEST_CASE("a file that was never fetched is a failure that names the file and the object") {
  GitScratch scratch;
  scratch.commit({{{"k8s/a.yaml", "A"}}, {}, {}, {}});
  const std::string blob = scratch.write_blob("A");
  scratch.forget(blob);
  const std::string message = failure_of(read(scratch.path(), "main"));
  CHECK(has(message, "main:k8s/a.yaml: the object " + blob));
  CHECK(has(message, "git fetch"));
}

TEST_CASE("limits end the reading of a hostile tree") {
  GitScratch scratch;
  const auto entry = GitScratch::tree_entry;
  SUBCASE("one folder, many times in itself") {
    const auto nested = [&](std::string tree) {
      for (int level = 0; level < 30; ++level) {
        std::string bytes;
        for (const char* name : {"a", "b", "c", "d"}) bytes += entry("40000", name, tree);
        tree = scratch.write_tree(bytes);
      }
      scratch.commit_tree(tree);
      return failure_of(read(scratch.path(), "HEAD"));
    };
    CHECK(has(nested(scratch.write_tree("")), "too many"));
    const std::string one = entry("100644", "a.yaml", scratch.write_blob("A"));
    CHECK(has(nested(scratch.write_tree(one)), "more than 100000 manifests"));
  }
  SUBCASE("deep") {
    std::string tree = scratch.write_tree(entry("100644", "a.yaml", scratch.write_blob("A")));
    for (int level = 0; level < 64; ++level) tree = scratch.write_tree(entry("40000", "d", tree));
    scratch.commit_tree(tree);
    CHECK(paths_of(read(scratch.path(), "HEAD")).size() == 1);
    scratch.commit_tree(scratch.write_tree(entry("40000", "d", tree)));
    CHECK(has(failure_of(read(scratch.path(), "HEAD")), "nested too deeply"));
  }
  SUBCASE("long names") {
    std::string tree = scratch.write_tree(entry("100644", "a.yaml", scratch.write_blob("A")));
    cli::RevisionLimits limits;
    limits.name_bytes = 10'000;
    for (int level = 0; level < 20; ++level) {
      tree = scratch.write_tree(entry("40000", std::string(100, 'd'), tree));
    }
    scratch.commit_tree(tree);
    CHECK(paths_of(read(scratch.path(), "HEAD")).size() == 1);
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {}, limits)), "too many long paths"));
  }
  SUBCASE("files, and their bytes") {
    scratch.commit({{{"a.yaml", "12345"}, {"b.yaml", "12345"}, {"c.yaml", "12345"}}, {}, {}, {}});
    cli::RevisionLimits limits;
    limits.files = 3;
    limits.file_bytes = 5;
    limits.all_bytes = 15;
    limits.entries = 4;
    CHECK(paths_of(read(scratch.path(), "HEAD", {}, limits)).size() == 3);
    cli::RevisionLimits fewer = limits;
    fewer.files = 2;
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {}, fewer)), "more than 2 manifests"));
    fewer = limits;
    fewer.file_bytes = 4;
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {}, fewer)), "HEAD:a.yaml: has 5 bytes"));
    fewer = limits;
    fewer.all_bytes = 14;
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {}, fewer)), "more than 14 bytes"));
    fewer = limits;
    fewer.entries = 3;
    CHECK(has(failure_of(read(scratch.path(), "HEAD", {}, fewer)), "too many files"));
  }
}

TEST_CASE("names of entries mean nothing to the file system") {
  GitScratch scratch;
  const auto entry = GitScratch::tree_entry;
  const std::string blob = scratch.write_blob("A");
  const std::string inner = scratch.write_tree(entry("100644", "a.yaml", blob));
  scratch.commit_tree(scratch.write_tree(entry("40000", "..", inner) +
                                         entry("40000", ".git", inner) +
                                         entry("100644", "\x1b[31m.yaml", blob)));
  const auto before = scratch.snapshot();
  const auto found = read(scratch.path(), "HEAD");
  CHECK(paths_of(found) == Words{"\x1b[31m.yaml", "../a.yaml"});
  CHECK(found->skipped == Words{".git"});
  CHECK(scratch.snapshot() == before);
}

TEST_CASE("an argument is a path where it exists, otherwise a revision") {
  GitScratch scratch;
  scratch.commit({{{"k8s/a.yaml", "A"}}, {}, {}, {}});
  scratch.branch("k8s", *Repository::find(scratch.path().string())
                             ->resolve("HEAD")
                             .map([](const git::Revision& each) { return each.id; }));
  scratch.write("other/a.yaml", "A");
  scratch.write("k8s/a.yaml", "A");
  const std::string folder = scratch.path().string();
  const auto argument = [&](const std::string& text) {
    const auto what = cli::path_or_revision(text, folder);
    REQUIRE_MESSAGE(what.has_value(), what.error().message);
    return *what;
  };
  for (const char* path : {"other", "other/a.yaml", ".", "-", "./k8s", "/"}) {
    CHECK(argument(path).is_path);
    CHECK(argument(path).note == "");
  }
  for (const char* revision : {"main", "HEAD", "main~0", "k8s^0", "refs/heads/k8s"}) {
    CHECK_FALSE(argument(revision).is_path);
    CHECK(argument(revision).note == "");
  }
  CHECK(argument("k8s").is_path);
  CHECK(argument("k8s").note ==
        "k8s is a path and a revision, and is read as the path: write k8s^0 for the revision");
  const auto neither = cli::path_or_revision("mian", folder);
  REQUIRE_FALSE(neither.has_value());
  CHECK(neither.error().message ==
        "no such file or folder, and no revision: mian: no such revision; did you mean main?");
  const auto nowhere = cli::path_or_revision("main", "/proc");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().message ==
        "main: no such file or folder, and no revision, since /proc: is not in a git repository");
}

}  // namespace polreach
