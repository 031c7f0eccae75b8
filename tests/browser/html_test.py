#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens what polreach writes with --format html in Chromium, and uses it as people would.

usage: html_test.py POLREACH

Every page: nothing in the console, no request but that of the file itself, and nothing of the input
runs. Exits with 77 (skipped) where Chromium, its driver or python3-selenium are missing;
scripts/install-deps.sh --browser installs them.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError:
    print("skipped: python3-selenium is missing")
    sys.exit(77)
DRIVER = shutil.which("chromedriver")
if not DRIVER or not shutil.which("chromium"):
    print("skipped: chromium or chromedriver is missing")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
POLREACH = ""

# Each would set window.broken, or ask the network, if it were ever more than text.
HOSTILE = [
    "</script><script>window.broken = 1</script>",
    "<img src=\"http://192.0.2.1/x.png\" onerror=\"window.broken = 2\">",
    "<!--<script>",
    "\"];window.broken = 3;//",
    "'-(window.broken = 4)-'",
    "javascript:window.broken = 5",
    "&lt;b&gt; \u2028 \u2029 ]]>",
]


def write_page(folder, name, *words):
    """The page of a run, and what it says of its exit."""
    path = Path(folder) / name
    run = subprocess.run([POLREACH, *words, "--format", "html"], cwd=ROOT, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.returncode in (0, 1), run.stderr.decode()
    path.write_bytes(run.stdout)
    return path


def policy(name, ns, spec):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": ns}, "spec": spec}


def workload(name, ns):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": ns},
            "spec": {"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": "i"}]}}}}


def lattice(namespaces, each):
    """`each` workloads in each namespace: the first of each are open to all of the one before."""
    objects = []
    for i in range(namespaces):
        ns = f"team-{i:03}"
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": ns, "labels": {"kubernetes.io/metadata.name": ns}}})
        objects += [workload(f"w{j:02}", ns) for j in range(each)]
        before = f"team-{(i - 1) % namespaces:03}"
        objects.append(policy("deny", ns, {"podSelector": {}, "policyTypes": ["Ingress", "Egress"],
                                           "egress": [{}]}))
        objects.append(policy("front", ns, {
            "podSelector": {"matchLabels": {"app": "w00"}},
            "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {
                "kubernetes.io/metadata.name": before}}}], "ports": [{"port": 8443}]}]}))
    return {"apiVersion": "v1", "kind": "List", "items": objects}


class Page(unittest.TestCase):
    """A browser with a page in it."""

    tried = set()  # requests that the test itself tries; the page must stop them

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        options = webdriver.ChromeOptions()
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--window-size=1400,900"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service(DRIVER), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.folder)

    def open(self, path):
        self.path = path
        self.browser.get_log("performance")
        self.browser.get_log("browser")
        started = time.monotonic()
        self.browser.get(path.as_uri())
        return time.monotonic() - started

    def tearDown(self):
        self.check()

    def check(self):
        """Whatever was done with a page: no error, no request, nothing of the input ran."""
        if self.path is None:
            return
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])
        asked, stopped = {}, set()
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked[message["params"]["requestId"]] = message["params"]["request"]["url"]
            if message["params"].get("blockedReason") == "csp":
                stopped.add(message["params"]["requestId"])
        self.assertEqual(set(asked.values()) - self.tried, {self.path.as_uri()})
        self.assertEqual({asked[each] for each in stopped if each in asked}, self.tried)
        self.assertIsNone(self.browser.execute_script("return window.broken ?? null"))
        self.path = None

    def get(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.get(selector).text

    def status_becomes(self, text):
        WebDriverWait(self.browser, 15).until(
            lambda _: self.text("#status") == text, f"the status is not {text!r}")

    def fill(self, selector, text):
        field = self.get(selector)
        field.clear()
        field.send_keys(text)

    def choose(self, selector, text):
        Select(self.get(selector)).select_by_visible_text(text)

    def click(self, element):
        """Where the pointer would: elements of SVG have no middle that selenium would find."""
        self.browser.execute_script(
            "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", element)

    def edge(self, text):
        """The edge whose description starts so, as soon as there is one."""
        find = """return [...document.querySelectorAll('svg .edge')].find((edge) =>
                    edge.querySelector('title').textContent.startsWith(arguments[0]));"""
        return WebDriverWait(self.browser, 5).until(
            lambda _: self.browser.execute_script(find, text), f"there is no edge {text}")

    def says(self, *parts, inside="#selection"):
        for part in parts:
            self.assertIn(part, self.text(inside))


class MapTest(Page):
    def setUp(self):
        self.open(write_page(self.folder, "map.html", "map", "fixtures/quickstart"))

    def test_an_edge_shows_its_rules(self):
        self.status_becomes("2 connections")
        self.assertEqual(self.browser.title, "polreach map")
        self.click(self.edge("shop/api → data/db: TCP 5432"))
        self.says("EGRESS", "allowed by NetworkPolicy shop/api, rule 1",
                  "fixtures/quickstart/policies-shop.yaml:68:7",
                  "allowed by NetworkPolicy data/db, rule 1",
                  "fixtures/quickstart/policies-data.yaml:23:7",
                  "- namespaceSelector:")
        cited = [line.text for line in self.all("#selection .cited")]
        self.assertEqual(len(cited), 2)
        self.assertRegex(cited[1], r"23\s*- from:")

    def test_filters(self):
        self.fill("#search", "postgres-is-nowhere")
        self.status_becomes("0 of 2 connections")
        self.assertIn("No connection passes these filters", self.text("#graph"))
        self.get("#filters [type=reset]").click()
        self.status_becomes("2 connections")
        for search, left in (("data db", 1), ("tcp 8080", 1), ("deployment", 2)):
            self.fill("#search", search)
            self.status_becomes(f"{left} of 2 connections" if left < 2 else "2 connections")
        self.fill("#search", "shop")
        self.choose("#direction", "from it")
        self.status_becomes("1 of 2 connections")
        self.choose("#direction", "to it")
        self.status_becomes("1 of 2 connections")
        self.edge("0.0.0.0/0 → shop/web")
        self.get("#filters [type=reset]").click()
        self.choose("#group", "data")
        self.status_becomes("1 of 2 connections")
        self.get("#filters [type=reset]").click()
        self.status_becomes("2 connections")
        for ports, left in (("5432", 1), ("5000-6000, 8080", 2), ("5432/udp", 0), ("tcp/8080", 1)):
            self.fill("#port", ports)
            self.status_becomes(f"{left} of 2 connections" if left < 2 else "2 connections")
        self.fill("#port", "70000")
        WebDriverWait(self.browser, 5).until(lambda _: "is no port" in self.text("#port-error"))

    def test_the_graph_by_keys(self):
        self.assertEqual(len(self.all("svg [tabindex='0']")), 1)
        api = self.get("svg .chip[aria-label*='shop/api']")
        self.browser.execute_script("arguments[0].focus()", api)
        ActionChains(self.browser).send_keys(Keys.ARROW_RIGHT).perform()
        label = self.browser.switch_to.active_element.get_attribute("aria-label")
        self.assertIn("data", label)
        self.assertEqual(len(self.all("svg [tabindex='0']")), 1)
        chip = self.get("svg .chip[aria-label*='data/db']")
        self.browser.execute_script("arguments[0].focus()", chip)
        ActionChains(self.browser).send_keys(Keys.ENTER).perform()
        self.says("data/db", "May be connected to by (1)", "shop/api →")
        ActionChains(self.browser).send_keys(Keys.ESCAPE).perform()
        self.says("Select a workload")

    def test_groups_fold(self):
        self.get("#collapse").click()
        self.assertEqual(self.all("svg .chip[aria-label*='shop/api']"), [])
        self.click(self.get("svg .chip[aria-label^='namespace shop']"))
        self.assertEqual(len(self.all("svg .chip[aria-label*='shop/api']")), 1)

    def test_matrix_and_table(self):
        self.get("#tab-matrix").click()
        matrix = self.get("#matrix .scroller")
        self.browser.execute_script("arguments[0].focus()", matrix)
        found = []
        for key in (Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT):
            ActionChains(self.browser).send_keys(key).perform()
            found.append(self.text("#matrix-says"))
            if "TCP 5432" in found[-1]:
                break
        self.assertIn("shop/api → data/db: TCP 5432", found)
        ActionChains(self.browser).send_keys(Keys.ENTER).perform()
        self.says("policies-data.yaml:23:7")
        self.get("#tab-table").click()
        rows = self.all("#table .rows [role=row]")
        self.assertEqual([row.text.split("\n") for row in rows],
                         [["shop/api", "data/db", "TCP 5432"],
                          ["0.0.0.0/0", "shop/web", "TCP 8080"]])
        self.assertEqual(self.get("#table [role=table]").get_attribute("aria-rowcount"), "3")
        rows[1].click()
        self.says("0.0.0.0/0", "policies-shop.yaml:41:7")

    def test_the_basis(self):
        self.get("#tab-about").click()
        self.says("A-complete", "the input holds all policies and all pods", inside="#about")

    def test_colours_and_paper(self):
        back = "return getComputedStyle(document.body).backgroundColor"
        light = self.browser.execute_script(back)
        self.get("#theme").click()
        self.assertNotEqual(self.browser.execute_script(back), light)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.browser.refresh()
        self.assertNotEqual(self.browser.execute_script(back), light)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        paper = self.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        self.assertGreater(len(paper["data"]), 4000)

    def test_names_for_screen_readers(self):
        unnamed = self.browser.execute_script("""
          return [...document.querySelectorAll('button, input, select, [role=button]')]
            .filter((each) => each.offsetParent || each.closest('svg'))
            .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() ||
                                each.labels?.length))
            .map((each) => each.outerHTML);""")
        self.assertEqual(unnamed, [])
        self.assertEqual(self.get("#status").get_attribute("aria-live"), "polite")
        self.assertEqual(self.get("html").get_attribute("lang"), "en")


class DiffTest(Page):
    def test_added_and_removed(self):
        old = Path(self.folder) / "old.json"
        new = Path(self.folder) / "new.json"
        objects = [workload(name, "shop") for name in ("web", "api", "db")]

        def to_db(source):
            return policy("db", "shop", {"podSelector": {"matchLabels": {"app": "db"}},
                                         "ingress": [{"from": [{"podSelector": {"matchLabels": {
                                             "app": source}}}], "ports": [{"port": 5432}]}]})
        old.write_text(json.dumps({"apiVersion": "v1", "kind": "List",
                                   "items": objects + [to_db("web")]}, indent=1))
        new.write_text(json.dumps({"apiVersion": "v1", "kind": "List",
                                   "items": objects + [to_db("api")]}, indent=1))
        self.open(write_page(self.folder, "diff.html", "diff", str(old), str(new)))
        self.status_becomes("2 changes")
        self.assertIn("added", self.edge("added: shop/api → shop/db").get_attribute("class"))
        removed = self.edge("removed: shop/web → shop/db")
        self.assertIn("removed", removed.get_attribute("class"))
        self.click(removed)
        self.says("removed", "TCP 5432", "nothing", "INGRESS, BEFORE", "old.json:", "INGRESS, NOW",
                  "new.json:")
        self.get("#changes input[value='1']").click()
        self.status_becomes("1 of 2 changes")
        self.get("#tab-table").click()
        self.assertEqual(len(self.all("#table .rows .badge.removed")), 1)

    def test_a_network(self):
        self.open(write_page(self.folder, "network-diff.html", "diff", "fixtures/network-diff/old",
                             "fixtures/network-diff/new"))
        self.click(self.edge("added: subnet shop/batch → subnet shop/db: now allowed TCP 22"))
        self.says("denied by db-nsg 4000 NoOther", "allowed by db-nsg 110 Ssh",
                  "fixtures/network-diff/new/network.json:75:21")


class NetworkTest(Page):
    def test_subnets_are_grouped_by_their_network(self):
        self.open(write_page(self.folder, "network.html", "map", "fixtures/network"))
        self.assertEqual(len(self.all("svg .head[aria-label='network network shop, expanded']")), 1)
        self.click(self.edge("subnet shop/app → subnet shop/db"))
        self.says("allowed TCP 1433", "allowed by nsg-db 100 AllowApp",
                  "fixtures/network/main.json:44:20", "ROUTING")


class FindingsTest(Page):
    """The findings of a report beside its connections."""

    def page_with(self, name, with_map):
        page = write_page(self.folder, name, "map", "fixtures/quickstart")
        text = page.read_text()
        start = text.index('id="data">') + len('id="data">')
        end = text.index("</script>", start)
        data = json.loads(text[start:end])
        names = [node[0] for node in data["nodes"]]

        def finding(severity, title, subject, where):
            return {"severity": severity, "check": "a-check", "title": title, "subject": subject,
                    "message": f"something about {subject}", "place": 1, "causes": [["a rule", 1]],
                    "example": [["packet", "TCP 10.0.0.1:1 -> 10.0.0.2:80"]],
                    "advice": [["What to do", "Close it."]], "also": [], "restsOn": [],
                    "nodes": [names.index(where)] if with_map else []}
        data["command"] = "audit"
        data["findings"] = [finding("critical", "First", "Deployment shop/web", "shop/web"),
                            finding("low", "Second", "Deployment data/db", "data/db")]
        if not with_map:
            data["nodes"], data["groups"], data["rows"] = [], [], []
        page.write_text(text[:start] + json.dumps(data).replace("<", "\\u003c") + text[end:])
        self.open(page)

    def test_a_finding_marks_its_workload(self):
        self.page_with("audit.html", True)
        self.assertEqual(len(self.all("svg .chip[aria-label*='shop/web'] .dot.critical")), 1)
        self.says("First", "Second", inside="#findings")
        self.all("#findings .finding")[0].click()
        self.says("Deployment shop/web", "Close it.", "TCP 10.0.0.1:1", "fixtures/quickstart/")
        self.assertIn("hot", self.get("svg .chip[aria-label*='shop/web']").get_attribute("class"))
        self.get("#tab-findings").click()
        self.fill("#search", "data/db")
        self.status_becomes("1 of 2 connections")
        self.assertEqual(len(self.all("#findings .finding")), 1)
        self.says("1 more without", inside="#findings")

    def test_a_real_audit(self):
        self.open(write_page(self.folder, "real.html", "audit", "fixtures/audit-shop"))
        self.assertEqual(len(self.all("#findings .finding")), 22)  # audit-kubernetes.txt
        self.says("the internet reaches TCP 22 of tools/bastion", inside="#findings")
        self.all("#findings .finding")[0].click()
        self.says("fixtures/audit-shop/tools.yaml:61", "bastion")
        self.assertEqual(len(self.all("svg .chip[aria-label*='tools/bastion'] .dot.critical")), 1)

    def test_a_real_audit_without_pods(self):
        self.open(write_page(self.folder, "network.html", "audit", "fixtures/audit-azure/nsgs.json"))
        self.assertGreater(len(self.all("#findings .finding")), 0)

    def test_findings_alone(self):
        self.page_with("findings.html", False)
        self.says("This report has findings alone", inside="#graph")
        self.assertEqual(len(self.all("#findings .finding")), 2)


class HostileTest(Page):
    """Rules and subnets of Azure, files, folders and comments can be called anything."""

    def test_hostile_names_do_nothing(self):
        for i, name in enumerate(HOSTILE):
            folder = Path(self.folder) / f"hostile-{i} {name.replace('/', '_')}"
            folder.mkdir()
            text = (ROOT / "fixtures/network/main.json").read_text()
            (folder / "main.json").write_text(text.replace("AllowApp", json.dumps(name)[1:-1]))
            (folder / "app.yaml").write_text("\n---\n".join(
                json.dumps(each) for each in
                (workload("web", "shop"), workload("api", "shop"))) + f"""
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: web, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: web}}}}
  ingress:
    # {name}
    - from: [{{podSelector: {{}}}}]  # {name}
""")
            for words in (["map", str(folder)], ["diff", "fixtures/network", str(folder)]):
                with self.subTest(name=name, command=words[0]):
                    self.open(write_page(self.folder, f"hostile-{i}-{words[0]}.html", *words))
                    self.get("#expand").click() if self.get("#expand").is_enabled() else None
                    for edge in self.all("svg .edge"):
                        self.click(edge)
                    for tab in ("matrix", "table", "about", "graph"):
                        self.get(f"#tab-{tab}").click()
                    scripts = self.browser.execute_script(
                        "return [document.scripts.length, document.images.length,"
                        " document.querySelectorAll('main b, main img, main script').length]")
                    self.assertEqual(scripts, [2, 0, 0])
                    self.check()

    def test_hostile_text_is_shown_as_it_is(self):
        folder = Path(self.folder) / "shown"
        folder.mkdir()
        text = (ROOT / "fixtures/network/main.json").read_text()
        (folder / "main.json").write_text(text.replace("AllowApp", HOSTILE[0]))
        self.open(write_page(self.folder, "shown.html", "map", str(folder)))
        self.click(self.edge("subnet shop/app → subnet shop/db"))
        self.says(f"allowed by nsg-db 100 {HOSTILE[0]}")

    def test_the_policy_of_the_page_stops_scripts_and_requests(self):
        """Even if something did become markup."""
        self.open(write_page(self.folder, "policy.html", "map", "fixtures/quickstart"))
        self.tried = {"http://192.0.2.1/x.png"}
        stopped = self.browser.execute_async_script("""
          const done = arguments[0];
          const stopped = [];
          document.addEventListener('securitypolicyviolation', (event) => {
            stopped.push(event.effectiveDirective);
            if (stopped.length === 3) done(stopped.sort());
          });
          const script = document.createElement('script');
          script.textContent = 'window.broken = 6';
          document.body.append(script);
          const image = document.createElement('img');
          image.src = 'http://192.0.2.1/x.png';
          document.body.append(image);
          fetch('http://192.0.2.1/').catch(() => {});
          setTimeout(() => done(stopped.sort()), 3000);""")
        self.assertEqual(stopped, ["connect-src", "img-src", "script-src-elem"])
        self.browser.get_log("browser")  # where the browser says so


class LargeTest(Page):
    def test_two_thousand_workloads(self):
        source = Path(self.folder) / "large.json"
        source.write_text(json.dumps(lattice(100, 20)))
        path = write_page(self.folder, "large.html", "map", str(source))
        self.assertLess(path.stat().st_size, 4_000_000)
        self.assertLess(self.open(path), 10)
        # Every workload opens what it likes outside, and the first of the next namespace.
        self.status_becomes("4,000 connections")
        count = "return document.getElementsByTagName('*').length"
        self.assertLess(self.browser.execute_script(count), 5000)
        self.assertEqual(len(self.all("svg .chip[aria-label^='namespace team-']")), 100)
        self.click(self.get("svg .chip[aria-label^='namespace team-007']"))
        self.assertEqual(len(self.all("svg .chip[aria-label*='team-007/w']")), 20)
        self.get("#tab-table").click()
        self.assertLess(len(self.all("#table .rows [role=row]")), 80)
        self.fill("#search", "team-042/w00")
        self.status_becomes("22 of 4,000 connections")
        self.get("#tab-graph").click()
        self.click(self.edge("team-041/w05 → team-042/w00"))
        self.says("TCP 8443", "allowed by NetworkPolicy team-042/front, rule 1")


if __name__ == "__main__":
    POLREACH = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
