// SPDX-License-Identifier: Apache-2.0
// Revisions and objects of repositories, good and bad.
#include "policies/git/repository.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/git_scratch.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using git::Repository;
using support::GitScratch;
using Change = GitScratch::Change;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Repository opened(const fs::path& folder) {
  auto repository = Repository::find(folder.string());
  REQUIRE_MESSAGE(repository.has_value(), repository.error().message);
  return std::move(*repository);
}

std::string failure_of(const Repository& repository, const std::string& expression) {
  const auto revision = repository.resolve(expression);
  REQUIRE_FALSE(revision.has_value());
  return revision.error().message;
}

Change file(const std::string& path, const std::string& text) {
  return {{{path, text}}, {}, {}, {}};
}

}  // namespace

TEST_CASE("branches, tags, hashes, ancestors and branches of remotes are revisions") {
  GitScratch scratch;
  const std::string first = scratch.commit(file("a.yaml", "1"));
  const std::string second = scratch.commit(file("a.yaml", "2"));
  const std::string third = scratch.commit(file("a.yaml", "3"));
  scratch.branch("feature/web", second);
  scratch.tag("v1", first, false);
  scratch.tag("v2", second, true);
  scratch.reference("refs/remotes/origin/main", second);
  const Repository repository = opened(scratch.path());
  const auto tree = [&](const std::string& expression) {
    const auto revision = repository.resolve(expression);
    REQUIRE_MESSAGE(revision.has_value(), revision.error().message);
    CHECK(revision->name == expression);
    return to_string(revision->tree);
  };
  const std::string tree_of_second = tree(second);
  CHECK(tree(first) != tree_of_second);
  CHECK(tree("HEAD") == tree(third));
  CHECK(tree("main") == tree(third));
  CHECK(tree("HEAD~2") == tree(first));
  CHECK(tree("main^^") == tree(first));
  CHECK(tree("v1") == tree(first));
  CHECK(tree("refs/tags/v1") == tree(first));
  CHECK(tree(second.substr(0, 10)) == tree_of_second);
  for (const char* name :
       {"feature/web", "v2", "v2^{commit}", "origin/main", "HEAD~1", "main^0^"}) {
    CHECK(tree(name) == tree_of_second);
    CHECK(repository.is_revision(name));
  }
  CHECK(repository.resolve("v1")->id == first);
}

TEST_CASE("a revision that does not exist is refused with the nearest names") {
  GitScratch scratch;
  const std::string first = scratch.commit(file("a.yaml", "1"));
  scratch.branch("release-1.2", first);
  scratch.tag("v1.0.0", first, false);
  scratch.reference("refs/remotes/origin/main", first);
  const Repository repository = opened(scratch.path());
  CHECK(failure_of(repository, "orgin/main") ==
        "orgin/main: no such revision; did you mean origin/main?");
  CHECK(has(failure_of(repository, "relase-1.2"), "did you mean release-1.2?"));
  CHECK(has(failure_of(repository, "v1.0.1"), "did you mean v1.0.0?"));
  CHECK(failure_of(repository, "qqqqqqqq") == "qqqqqqqq: no such revision");
  CHECK(has(failure_of(repository, "HEAD~7"), "HEAD exists, but ~7 leads nowhere"));
  CHECK(has(failure_of(repository, "mian~7"), "no such revision; did you mean main"));
  CHECK(has(failure_of(repository, std::string(40, 'a')), "no such revision"));
  CHECK_FALSE(repository.is_revision("orgin/main"));
}

TEST_CASE("what is no single commit is refused") {
  GitScratch scratch;
  scratch.commit(file("a.yaml", "1"));
  const std::string blob = scratch.write_blob("x");
  const Repository repository = opened(scratch.path());
  for (const char* range : {"main..HEAD", "main...HEAD", ".."}) {
    CHECK(has(failure_of(repository, range), "it is a range"));
  }
  for (const char* form : {"HEAD:a.yaml", ":/change", "HEAD^{/change}", ":a.yaml"}) {
    CHECK(has(failure_of(repository, form), "name a commit"));
  }
  CHECK(has(failure_of(repository, blob), "names a file"));
  CHECK(failure_of(repository, "") == "the revision is empty");
  CHECK(has(failure_of(repository, std::string("HEAD\0x", 6)), "NUL"));
  for (const char* odd : {"HEAD~99999999999999", "^HEAD", "HEAD^{", "@{", "-", "~", "HEAD^9"}) {
    CHECK_FALSE(repository.is_revision(odd));
  }
}

TEST_CASE("a folder that is in no repository is refused, and one without commits") {
  GitScratch empty;
  CHECK(has(failure_of(opened(empty.path()), "HEAD"), "the repository has no commits"));
  const auto none = Repository::find("/proc");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "/proc: is not in a git repository");
  const auto missing = Repository::find((empty.path() / "nothing").string());
  REQUIRE_FALSE(missing.has_value());
  CHECK(has(missing.error().message, "No such file"));
}

TEST_CASE("paths are relative to the folder, and stay in the repository") {
  GitScratch scratch;
  scratch.write("k8s/base/a.yaml", "");
  using Names = std::vector<std::string>;
  const Repository root = opened(scratch.path());
  const Repository below = opened(scratch.path() / "k8s" / "base");
  CHECK(*root.names_of("k8s/base") == Names{"k8s", "base"});
  CHECK(root.names_of(".")->empty());
  CHECK(*below.names_of("a.yaml") == Names{"k8s", "base", "a.yaml"});
  CHECK(*below.names_of("../x//y/.") == Names{"k8s", "x", "y"});
  CHECK(below.names_of("../..")->empty());
  CHECK(*root.names_of((scratch.path() / "k8s/gone").string()) == Names{"k8s", "gone"});
  CHECK(root.names_of(scratch.path().string())->empty());
  for (const char* outside : {"../../..", "/", "/etc/passwd"}) {
    const auto names = below.names_of(outside);
    REQUIRE_FALSE(names.has_value());
    CHECK(has(names.error().message, "is outside of the repository"));
  }
  CHECK(opened(scratch.path() / ".git" / "refs").names_of(".")->empty());
}

TEST_CASE("a bare repository has revisions, and paths from its root") {
  GitScratch scratch(GitScratch::Kind::Bare);
  scratch.commit(file("k8s/a.yaml", "1"));
  const Repository repository = opened(scratch.path());
  CHECK(repository.is_revision("main"));
  CHECK(*opened(scratch.path() / "refs").names_of("k8s") == std::vector<std::string>{"k8s"});
  CHECK_FALSE(repository.names_of("/k8s").has_value());
}

TEST_CASE("an object that is not there is named, with how to get it") {
  GitScratch scratch;
  scratch.commit(file("a.yaml", "first"));
  const std::string commit = scratch.commit(file("a.yaml", "second"));
  scratch.forget(scratch.write_blob("second"));
  const std::string blob = "2147e418895119ab132ef3a44c8b16a4a6ce1b77";  // of "second"
  const auto message = [&] {
    const Repository repository = opened(scratch.path());
    const auto revision = repository.resolve("HEAD");
    REQUIRE(revision.has_value());
    const auto entries = repository.entries(revision->tree, "HEAD:");
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 1);
    const auto bytes = repository.read(entries->front().id, 1000, "HEAD:a.yaml");
    REQUIRE_FALSE(bytes.has_value());
    return bytes.error().message;
  };
  CHECK(message() == "HEAD:a.yaml: the object " + blob +
                         " is not in the repository; the repository is incomplete: try git fetch, "
                         "and git fsck");
  scratch.configure("core.repositoryformatversion", "1");
  scratch.configure("extensions.partialclone", "origin");
  CHECK(has(message(), "partial clone: git fetch --refetch --no-filter"));
}

TEST_CASE("a shallow clone says how to get the commits that it left out") {
  GitScratch scratch;
  const std::string first = scratch.commit(file("a.yaml", "1"));
  const std::string second = scratch.commit(file("a.yaml", "2"));
  scratch.forget(first);
  std::ofstream(scratch.git_folder() / "shallow") << second << "\n";
  const Repository repository = opened(scratch.path());
  CHECK(repository.is_revision("HEAD"));
  const std::string message = failure_of(repository, "HEAD~1");
  CHECK(has(message, first));
  CHECK(has(message, "git fetch --unshallow"));
  CHECK(has(failure_of(repository, "origin/other"), "fetch-depth: 0"));
}

TEST_CASE("contents are measured before they are read, and are what is stored") {
  GitScratch scratch;
  const std::string stored = "a\r\nb\0c\n" + std::string(100, 'x');
  scratch.configure("core.autocrlf", "true");
  scratch.commit(
      {{{"a.yaml", stored}, {".gitattributes", "* text=auto filter=evil ident\n"}}, {}, {}, {}});
  scratch.configure("filter.evil.smudge", "touch " + (scratch.path() / "smudged").string());
  const Repository repository = opened(scratch.path());
  const auto entries = repository.entries(repository.resolve("HEAD")->tree, "HEAD:");
  REQUIRE(entries->size() == 2);
  const auto& entry = entries->back();
  CHECK(entry.name == "a.yaml");
  CHECK(*repository.read(entry.id, stored.size(), "a") == stored);
  const auto large = repository.read(entry.id, stored.size() - 1, "HEAD:a.yaml");
  REQUIRE_FALSE(large.has_value());
  CHECK(has(large.error().message, "at most " + std::to_string(stored.size() - 1)));
  CHECK_FALSE(fs::exists(scratch.path() / "smudged"));
  const auto wrong = repository.entries(entry.id, "HEAD:a.yaml");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(has(wrong.error().message, "wrong type"));
}

TEST_CASE("formats that cannot be read are named") {
  GitScratch scratch;
  scratch.commit(file("a.yaml", "1"));
  scratch.configure("core.repositoryformatversion", "1");
  scratch.configure("extensions.worktreeconfig", "true");
  CHECK(opened(scratch.path()).is_revision("HEAD"));
  scratch.configure("extensions.objectformat", "sha256");
  const auto sha256 = Repository::find(scratch.path().string());
  REQUIRE_FALSE(sha256.has_value());
  CHECK(has(sha256.error().message, "SHA-256 object names"));
  scratch.configure("extensions.objectformat", "sha1");
}

TEST_CASE("a repository of another user is refused, with what to do") {
  GitScratch scratch;
  scratch.commit(file("a.yaml", "1"));
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can give a folder to another user");
    return;
  }
  for (const auto& folder : {scratch.path(), scratch.git_folder()}) {
    REQUIRE(chown(folder.c_str(), 12345, 12345) == 0);
  }
  const auto repository = Repository::find(scratch.path().string());
  REQUIRE_FALSE(repository.has_value());
  CHECK_MESSAGE(has(repository.error().message, "safe.directory"), repository.error().message);
}

}  // namespace polreach
