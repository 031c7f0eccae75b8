// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

Run ask(std::vector<std::string> words) {
  words.insert(words.begin(), "effective");
  words.push_back((support::source_folder() / "fixtures" / "nsg-effective").string());
  return support::run(words);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The rest of the line on which that stands.
std::string after(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return "(not found)";
  const std::size_t start = at + part.size();
  return text.substr(start, text.find('\n', start) - start);
}

}  // namespace

TEST_CASE("effective: as CSV, one line for each rule") {
  const Run run = ask({"--format=csv", "subnet", "shop/web"});
  CHECK(run.status == 0);
  const std::string start = "inbound,subnet shop/web,shop,web-nsg,";
  CHECK(run.out.starts_with(
      "direction,places,resource_group,group,priority,name,default,access,protocol,source,"
      "destination,decides,finding,proven,covered_by,source_cidrs,destination_cidrs,place\n" +
      start + "100,AllowShop,no,allow,TCP,VirtualNetwork,10.1.1.0/24 ports 1-1023,all of it,"));
  CHECK(contains(
      run.out, start + "110,AllowWeb,no,allow,TCP,any,\"10.1.1.0/24 ports 80,443\",\"TCP "
                       "80,443 from any but 10.1.0.0/16, 168.63.129.16/32 to 10.1.1.0/24\",,,,,,"));
  CHECK(contains(run.out, start + "120,DenyOffice,no,deny,TCP,10.1.7.0/24,10.1.1.0/24 port 22,"
                                  "nothing,never-decides,yes,AllowShop,,,"));
  CHECK(contains(run.out, start + "130,AllowAdmin,no,allow,TCP,198.51.100.0/24,\"10.1.1.0/24 "
                                  "ports 22,443\",TCP 22 from 198.51.100.0/24 to 10.1.1.0/24,"
                                  ",,,,,"));
  CHECK(contains(run.out, start + "140,DenyTelnet,no,deny,TCP,198.51.100.0/24,any port 23,"
                                  "all of it,redundant,yes,,,,"));
}

TEST_CASE("effective: what is not documented is named, and expanded it stands with each box") {
  const Run brief = ask({"subnet", "shop/web"});
  CHECK(brief.status == 0);
  CHECK(contains(brief.out, "what it matches depends: A-nsg-star-port\n"));
  CHECK(
      contains(brief.out, "\n13 rules, 1 never decides, 1 could be left out\n  A-nsg-star-port: "));
  const Run full = ask({"--expand", "subnet", "shop/web"});
  CHECK(contains(full.out, "TCP, UDP, SCTP 25 to the internet"));
  CHECK(contains(full.out,
                 "perhaps ICMP, ESP, AH, other protocols to the internet if "
                 "A-nsg-star-port\n"));
  CHECK(contains(full.out, "source: 10.1.0.0/16, 168.63.129.16/32\n"));
}

TEST_CASE("effective: an interface has the groups of its subnet and its own") {
  const Run run = ask({"--quiet", "nic", "web-0"});
  CHECK(run.status == 0);
  const std::size_t outer = run.out.find("inbound at subnet shop/web: security group shop/web-nsg");
  const std::size_t inner =
      run.out.find("inbound at network interface web-0: security group shop/web-nic-nsg");
  REQUIRE(outer != std::string::npos);
  REQUIRE(inner != std::string::npos);
  CHECK(outer < inner);
  CHECK(run.out.find("outbound at network interface web-0") <
        run.out.find("outbound at subnet shop/web"));
  CHECK_FALSE(contains(run.out, "assumes"));
}

TEST_CASE("effective: a group that nothing is attached to, a subnet without one") {
  const Run spare = ask({"nsg", "shop/spare-nsg"});
  CHECK(spare.status == 0);
  CHECK(contains(spare.out, "nothing in the input is attached to spare-nsg"));
  CHECK(contains(spare.out, "inbound, attached to nothing: security group shop/spare-nsg"));
  CHECK(contains(spare.out, "A-managed-network: "));
  const Run data = ask({"subnet", "shop/data"});
  CHECK(data.status == 0);
  CHECK(contains(data.out, "no security group is attached to it: everything passes there"));
  CHECK(contains(data.out, "\n0 rules\n"));
}

TEST_CASE("effective: as Markdown and as JSON") {
  const Run table = ask({"--format=md", "nsg", "web-nsg"});
  CHECK(table.status == 0);
  CHECK(contains(table.out,
                 "| 120 | DenyOffice | deny | TCP | 10.1.7.0/24 | 10.1.1.0/24 port 22 | "
                 "nothing<br>never decides: covered by 100 AllowShop |\n"));
  const Run json = ask({"--format=json", "nsg", "web-nsg"});
  CHECK(json.status == 0);
  CHECK(after(json.out, "\"findings\": ") == "2,");
  CHECK(contains(json.out, "\"kind\": \"never-decides\""));
}

TEST_CASE("effective: no verdict for names and kinds that there are not") {
  const Run name = ask({"nsg", "web-nsq"});
  CHECK(name.status == 2);
  CHECK(name.out.empty());
  CHECK(contains(name.err, "error[unknown-reference]"));
  CHECK(contains(name.err, "did you mean nsg/web-nsg?"));
  const Run kind = ask({"ngs", "web-nsg"});
  CHECK(kind.status == 2);
  CHECK(contains(kind.err, "error[usage]: there are no effective rules of ngs"));
  CHECK(support::run({"effective", "nsg", "web-nsg"}).status == 2);
  const Run json = ask({"--format=json", "nic", "web-9"});
  CHECK(json.status == 2);
  CHECK(contains(json.out, "\"code\": \"unknown-reference\""));
}

}  // namespace polreach
