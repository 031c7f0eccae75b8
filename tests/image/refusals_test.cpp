// SPDX-License-Identifier: Apache-2.0
// What is no compiled file of this program, or does not fit what is asked, is refused by name; and
// nothing that bytes say makes the program fail.
#include <doctest/doctest.h>

#include <string>

#include "policies/image/image.h"
#include "policies/image/load.h"
#include "tests/image/scratch.h"
#include "tests/image/spoil.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::image {
namespace {

namespace fs = std::filesystem;

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

/// The bytes of a compiled fixture.
std::string compiled(const std::string& name) {
  const auto made = support::run({"compile", fixture(name), "-o", "-", "--no-config"});
  REQUIRE(made.status == 0);
  return made.out;
}

/// Opens and loads. Nothing: refused.
std::optional<Loaded> loaded(const std::string& bytes,
                             const std::optional<Wanted>& wanted = std::nullopt) {
  if (!Image::starts(bytes)) return std::nullopt;
  const auto image = Image::open(source::Text::own(bytes));
  if (!image || !load_settings(**image)) return std::nullopt;
  return load(*image, wanted);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a byte that is not as it was written is noticed, wherever it is") {
  const std::string bytes = compiled("quickstart");
  REQUIRE(loaded(bytes));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string spoilt = bytes;
    spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << (i % 8)));
    if (loaded(spoilt)) FAIL_CHECK("byte " << i);
  }
}

TEST_CASE("a file that is cut off is noticed, wherever it ends") {
  const std::string bytes = compiled("quickstart");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (loaded(bytes.substr(0, size))) FAIL_CHECK("length " << size);
  }
  CHECK_FALSE(loaded(bytes + '\0'));
}

TEST_CASE("bytes that were changed with their hashes do no harm") {
  for (const char* name : {"quickstart", "azure", "host-network"}) {
    CAPTURE(name);
    const std::string bytes =
        support::run({"compile", fixture(name), "-o", "-", "--no-config", "--keep-going"}).out;
    REQUIRE(loaded(bytes));
    std::size_t accepted = 0;
    // Small changes everywhere, and the largest numbers.
    const std::size_t step = 1 + bytes.size() / support::cases(6'000);
    for (std::size_t i = kHeaderSize; i < bytes.size(); i += step) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        std::string spoilt = bytes;
        spoilt[i] = static_cast<char>(spoilt[i] ^ change);
        fit_hashes(spoilt);
        for (const auto& wanted :
             {std::optional<Wanted>{}, std::optional<Wanted>{{{1}, {0}, {0}}}}) {
          const auto read = loaded(spoilt, wanted);
          if (!read) continue;
          ++accepted;
          for (const model::Policy& policy : read->model.policies) {
            (void)read->sources.place(policy.where);
          }
        }
      }
    }
    CHECK(accepted > 100);
  }
}

TEST_CASE("questions about bytes that were changed with their hashes end") {
  const Scratch scratch;
  const std::string bytes = compiled("quickstart");
  std::size_t answered = 0;
  const std::size_t step = 1 + bytes.size() / support::cases(650);
  for (std::size_t i = kHeaderSize; i < bytes.size(); i += step) {
    std::string spoilt = bytes;
    spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << (i % 8)));
    fit_hashes(spoilt);
    const std::string path = scratch.write("spoilt", spoilt);
    const auto run = support::run({"can", "shop/web", "shop/api", path, "--no-config"});
    CAPTURE(i);
    CHECK(run.status >= 0);
    CHECK(run.status <= 2);
    CHECK_FALSE(has(run.err, "error[internal]"));
    if (run.status < 2) ++answered;
  }
  CHECK(answered > 50);
}

TEST_CASE("why a compiled file cannot be used is said") {
  const Scratch scratch;
  const std::string bytes = compiled("quickstart");
  const auto map = [&](const std::string& path) {
    return support::run({"map", path, "--no-config"});
  };
  std::string spoilt = bytes;
  spoilt[bytes.size() - 1] ^= 1;
  const auto damaged = map(scratch.write("damaged", spoilt));
  CHECK(damaged.status == 2);
  CHECK(damaged.out.empty());
  CHECK(has(damaged.err, "error[compiled-damaged]: " + scratch.path("damaged") + " is damaged"));
  CHECK(has(damaged.err, "compile it again"));

  spoilt = bytes;
  spoilt[8] ^= 1;
  const auto other = map(scratch.write("other", spoilt));
  CHECK(other.status == 2);
  CHECK(has(other.err, "error[compiled-version]"));

  // The name does not count, and nothing stands beside it.
  const std::string path = scratch.write("good.yaml", bytes);
  CHECK(map(path).status == 0);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"map", path, fixture("quickstart")},
        {"map", fixture("quickstart"), path},
        {"map", path, path},
        {"map", scratch.path("")},
        {"compile", path, "-o", scratch.path("again")},
        {"relate", path, fixture("quickstart")}}) {
    const auto mixed = support::run(words);
    CHECK(mixed.status == 2);
    CHECK(has(mixed.err, "error[compiled-mixed]"));
  }
  const auto piped = support::run({"map", "-", "--no-config"}, bytes);
  CHECK(piped.status == 2);
  CHECK(has(piped.err, "error[compiled-mixed]: <stdin>"));
}

TEST_CASE("options that were settled when a file was written must be the same") {
  const Scratch scratch;
  const std::string nameless =
      scratch.write("nameless.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n");
  const std::string file = scratch.path("file");
  REQUIRE(support::run({"compile", nameless, "-o", file}).status == 0);
  CHECK(support::run({"map", file}).status == 0);
  const auto elsewhere = support::run({"map", file, "--default-namespace", "shop"});
  CHECK(elsewhere.status == 2);
  CHECK(has(elsewhere.err, "error[compiled-options]"));
  CHECK(has(elsewhere.err, "in default, not in shop"));
  REQUIRE(support::run({"compile", nameless, "-o", file, "--default-namespace", "shop"}).status ==
          0);
  CHECK(support::run({"can", "web", "internet", "-n", "shop", file}).status != 2);

  // Where all objects name one it does not matter.
  REQUIRE(support::run({"compile", fixture("quickstart"), "-o", file}).status == 0);
  CHECK(support::run({"can", "web", "internet", "-n", "shop", file}).status != 2);

  const std::string broken = scratch.write(
      "broken.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: []}\n"
      "---\nkind: [\n");
  CHECK(support::run({"compile", broken, "-o", scratch.path("none")}).status == 2);
  CHECK_FALSE(fs::exists(scratch.path("none")));
  REQUIRE(support::run({"compile", broken, "-o", file, "--keep-going"}).status == 0);
  const auto strict = support::run({"map", file});
  CHECK(strict.status == 2);
  CHECK(has(strict.err, "was compiled with --keep-going"));
  CHECK(support::run({"map", file, "--keep-going"}).status == 0);

  const std::string tags = scratch.write("tags.json", R"({"changeNumber":1,"values":[]})");
  const auto tagged = support::run({"map", file, "--keep-going", "--service-tags", tags});
  CHECK(tagged.status == 2);
  CHECK(has(tagged.err, "other files of --service-tags"));
}

TEST_CASE("compile says what is missing, and writes over nothing that it reads") {
  const Scratch scratch;
  const auto nowhere = support::run({"compile", fixture("quickstart")});
  CHECK(nowhere.status == 2);
  CHECK(has(nowhere.err, "say which: -o FILE"));
  const std::string text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
  const std::string path = scratch.write("shop.yaml", text);
  const auto over = support::run({"compile", path, "-o", path});
  CHECK(over.status == 2);
  CHECK(has(over.err, "is one of the files that were read"));
  CHECK(support::content_of(path) == text);
}

TEST_CASE("the shell asks about a compiled file, and does not change it") {
  const Scratch scratch;
  const std::string file = scratch.path("file");
  REQUIRE(support::run({"compile", fixture("quickstart"), "-o", file}).status == 0);
  const auto asked =
      support::run({"shell", file}, "can shop/web shop/api\nwhat if delete netpol shop/api\n");
  const auto texts = support::run({"shell", fixture("quickstart")}, "can shop/web shop/api\n");
  CHECK(asked.out.starts_with(texts.out.substr(0, texts.out.find("DENIED") + 6)));
  CHECK(has(asked.out + asked.err, "nothing can be added to it or taken out"));
}

}  // namespace polreach::image
