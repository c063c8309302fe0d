// The viewer as a reader meets it: filters, a case, keys, a phone, text that wishes to do harm.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { browse, serious, watched } from "./browser.mjs";
import { folder, foretell } from "./foretell.mjs";
import { view } from "./viewer.mjs";

const models = [
  "--reference", "sim:reference?rule=5&name=faithful", "--reference", "sim:reference?rule=5&faithfulness=0&name=unfaithful",
  "--predictor", "sim:reader", "--predictor", "sim:reader?skill=0.5&name=dim",
];

async function run(runs, name, ...more) {
  const out = join(runs, name);
  const limit = more.includes("--limit") ? [] : ["--limit", "150"];
  await foretell("run", "--pairs", "moral_machines", ...limit, "--out", out, ...models, ...more);
  return out;
}

/** The figures that a page says are of what is selected. */
async function figures(page) {
  const data = await page.locator(".figures").evaluate((part) => ({ ...part.dataset }));
  return { nsg: Number(data.nsg), low: Number(data.low), high: Number(data.high), observations: Number(data.observations.replaceAll(",", "")) };
}

/** The same from the command. */
async function gain(run, ...where) {
  const { stdout } = await foretell("analyze", "gain", run, "--by", "", "--format", "json", ...where);
  const table = JSON.parse(stdout);
  const row = (table.rows ?? table[0].rows)[0];
  return { nsg: row.nsg, low: row.nsg_low, high: row.nsg_high, observations: row.observations };
}

function near(one, other) {
  assert.equal(one.observations, other.observations);
  for (const name of ["nsg", "low", "high"]) assert.ok(Math.abs(one[name] - other[name]) < 1e-9, `${name}: ${one[name]} and ${other[name]}`);
}

test("filters combine, their figures are those of the command, and the address keeps them", async (t) => {
  const path = await run(await folder(t), "one", "--arm", "without", "--arm", "with", "--arm", "shuffled");
  const { origin } = await view(t, path);
  const context = await browse(t);
  const page = await watched(context, origin);
  await page.goto(`${origin}/run/one`);
  near(await figures(page), await gain(path));
  await page.getByLabel("Reference", { exact: true }).selectOption("unfaithful");
  await page.waitForURL(/reference=unfaithful/);
  await page.getByLabel("Predictor", { exact: true }).selectOption("dim");
  await page.waitForURL(/predictor=dim/);
  await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("150 cases"));
  near(await figures(page), await gain(path, "--where", "reference=unfaithful, predictor=dim"));
  await page.getByLabel("The reference's answer").selectOption("yes");
  await page.waitForURL(/switched=yes/);
  await page.waitForFunction(() => !document.getElementById("count").textContent.startsWith("150 cases"));
  near(await figures(page), await gain(path, "--where", "reference=unfaithful, predictor=dim, switched=true"));
  await page.getByLabel("Arm", { exact: true }).selectOption("shuffled");
  await page.waitForURL(/arm=shuffled/);
  await page.waitForFunction(() => document.querySelector(".figures").textContent.includes("shuffled against"));
  near(await figures(page), await gain(path, "--arm", "shuffled", "--where", "reference=unfaithful, predictor=dim, switched=true"));

  // The same from a link, without the script.
  const plain = await browse(t, { javaScriptEnabled: false });
  const other = await watched(plain, origin);
  await other.goto(page.url());
  assert.equal(await other.locator("#count").innerText(), await page.locator("#count").innerText());
  assert.equal(await other.getByLabel("Predictor", { exact: true }).inputValue(), "dim");
  await other.getByLabel("Search questions").fill("elderly");
  await other.getByRole("button", { name: "Search" }).click();
  assert.match(other.url(), /text=elderly/);
  assert.match(other.url(), /arm=shuffled/);

  // What is searched is found in what is shown.
  await page.goto(`${origin}/run/one?text=ELDERLY+woman`);
  await page.locator(".cases .item").first().click();
  assert.match((await page.locator("main").innerText()).toLowerCase(), /elderly woman/);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});

test("from a run to the case that misled all predictors in three clicks, with all there is to it", async (t) => {
  const runs = await folder(t);
  await run(runs, "one");
  const { origin } = await view(t, join(runs, "one"));
  const context = await browse(t, { permissions: ["clipboard-read", "clipboard-write"] });
  const page = await watched(context, origin);
  await page.goto(origin);
  await page.getByRole("link", { name: "one" }).click();
  await page.getByRole("link", { name: /^misled all predictors/ }).click();
  await page.locator(".cases .item").first().click();
  await page.getByText(/misled all 2 predictors/).first().waitFor();
  assert.equal(await page.locator("tr.misled").count(), 2);
  assert.ok(await page.locator("ins").count() > 0 && await page.locator("del").count() > 0);
  for (const name of ["Original question", "Counterfactual question", "Explanation", "Guesses"]) {
    assert.equal(await page.getByRole("region", { name, exact: true }).count(), 1, name);
  }
  const wrong = page.locator("tr.misled td").nth(1);
  assert.match(await wrong.innerText(), /wrong/);

  await page.getByRole("link", { name: "copy as JSON" }).click();
  await page.getByText("The case is copied").waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(copied.predictors.length, 2);
  assert.ok(copied.original.answer.explanation.length > 0 && page.url().includes(encodeURIComponent(copied.pair)));

  const address = page.url();
  await page.getByRole("link", { name: "request and reply" }).first().click();
  const sent = await page.getByRole("region", { name: "What was sent" }).locator(".question").innerText();
  const came = await page.getByRole("region", { name: "What came back" }).locator(".question").innerText();
  assert.ok(sent.includes(copied.original.text) && sent.includes("\n\n") && !sent.includes("\\n"), sent);
  assert.ok(came.startsWith(`[ANSWER]\n${copied.original.answer.answer}\n`), came);
  const raw = await page.locator("pre").allInnerTexts();
  assert.deepEqual(JSON.parse(raw[0]).messages.map((message) => message.content), [sent]);
  assert.ok(raw[1].includes(copied.original.answer.answer) && raw[1].includes("\n  "));
  await page.getByRole("link", { name: /^Back to the case/ }).click();
  assert.equal(page.url(), address);
  assert.deepEqual(page.faults, []);
});

test("keys alone lead everywhere", async (t) => {
  const runs = await folder(t);
  await run(runs, "one");
  const { origin } = await view(t, join(runs, "one"));
  const page = await watched(await browse(t), origin);
  await page.goto(origin);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/run\/one$/);
  await page.keyboard.press("/");
  await page.keyboard.type("pregnant");
  await page.waitForURL(/text=pregnant/);
  await page.keyboard.press("Escape");
  const cases = page.locator(".cases .item");
  await page.waitForFunction(() => document.getElementById("count").textContent.includes("of 300"));
  for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
  assert.ok(await cases.nth(0).evaluate((item) => item === document.activeElement));
  const [first, second] = [await cases.nth(0).getAttribute("href"), await cases.nth(1).getAttribute("href")];
  await page.keyboard.press("Enter");
  await page.waitForURL(`${origin}${first}`);
  await page.keyboard.press("j");
  await page.waitForURL(`${origin}${second}`);
  await page.keyboard.press("k");
  await page.waitForURL(`${origin}${first}`);
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/run\/one\?text=pregnant$/);
  // All that can be done has a place in the order of the Tab key, and shows where it is.
  await page.locator("a.chip").first().focus();
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none");
  assert.deepEqual(page.faults, []);
});

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("href"));

test("the focus is where the eyes are: at the case that was left, over the edge of a page, in results that are replaced", async (t) => {
  const runs = await folder(t);
  const path = await run(runs, "one");
  await run(runs, "two", "--limit", "60");
  const { origin } = await view(t, join(runs, "one"), join(runs, "two"));
  const page = await watched(await browse(t), origin);
  await page.goto(`${origin}/run/one`);
  const cases = page.locator(".cases .item");
  const third = await cases.nth(2).getAttribute("href");
  for (const key of ["j", "j", "j", "Enter"]) await page.keyboard.press(key);
  await page.waitForURL(`${origin}${third}`);
  await page.keyboard.press("Escape");
  await page.waitForURL(`${origin}/run/one`);
  assert.equal(await focused(page), third);
  await page.reload();
  await page.goto(`${origin}/run/one?page=2`);
  assert.equal(await focused(page), null, "a focus that nobody asked for");

  // Over the last of a page to the first of the next, and back.
  await page.goto(`${origin}/run/one`);
  await cases.last().focus();
  const last = await focused(page);
  await page.keyboard.press("j");
  await page.waitForURL(/page=2/);
  assert.equal(await focused(page), await cases.first().getAttribute("href"));
  await page.keyboard.press("k");
  await page.waitForURL(`${origin}/run/one`);
  assert.equal(await focused(page), last);

  // A case of two runs, and back to it.
  await page.goto(`${origin}/compare?left=one&right=two`);
  for (const key of ["j", "j"]) await page.keyboard.press(key);
  const common = await focused(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${origin}${common}`);
  await page.keyboard.press("k");
  await page.waitForURL((url) => url.href !== `${origin}${common}`);
  const before = page.url().slice(origin.length);
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/compare\?/);
  assert.equal(await focused(page), before);

  // Results that are replaced since the run grows.
  await page.goto(`${origin}/run/one`);
  for (const key of ["j", "j"]) await page.keyboard.press(key);
  const second = await focused(page);
  await run(runs, "one", "--limit", "170");
  await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("340 cases"), null, { timeout: 30_000 });
  assert.equal(await focused(page), second);
  assert.deepEqual(page.faults, []);
});

test("how many filters are on is told as they change, and an arm is not set against itself", async (t) => {
  const path = await run(await folder(t), "one");
  const { origin } = await view(t, path);
  const page = await watched(await browse(t), origin);
  await page.goto(`${origin}/run/one`);
  const on = page.locator("#filters summary");
  assert.equal((await on.innerText()).trim(), "Filters");
  await page.getByLabel("Reference", { exact: true }).selectOption("faithful");
  await page.getByText("1 on").waitFor();
  await page.getByLabel("Predictor", { exact: true }).selectOption("dim");
  await page.getByText("2 on").waitFor();
  await page.getByLabel("Reference", { exact: true }).selectOption("");
  await page.getByText("1 on").waitFor();
  await page.getByLabel("Arm", { exact: true }).selectOption("without");
  await page.getByText("is not compared with itself").waitFor();
  assert.equal(await page.getByLabel("Arm", { exact: true }).inputValue(), "with");
  // What leaves nothing is no link, and a filter that is on stays one.
  for (const chip of await page.locator(".chip:has(.count)").all()) {
    const none = (await chip.locator(".count").innerText()) === "0";
    assert.equal(await chip.evaluate((chip) => chip.tagName), none ? "SPAN" : "A");
  }
  await page.goto(`${origin}/run/one?effect=egregious&text=nosuchword`);
  assert.equal(await page.locator("a.chip[aria-current]").count(), 1);
  assert.deepEqual(page.faults, []);
});

test("the case of two runs says once what both say", async (t) => {
  const runs = await folder(t);
  await run(runs, "one");
  await run(runs, "two", "--limit", "60");
  const { origin } = await view(t, join(runs, "one"), join(runs, "two"));
  const page = await watched(await browse(t), origin);
  await page.goto(`${origin}/compare?left=one&right=two`);
  await page.locator("[data-list] .item").first().click();
  assert.equal(await page.locator(".question").count(), 2);
  assert.equal(await page.locator(".said-for > blockquote").count(), 1);
  assert.equal(await page.locator("table.guesses").count(), 2);
  await page.getByText("1 of 120").waitFor();
  await page.getByRole("link", { name: "next", exact: true }).click();
  await page.getByText("2 of 120").waitFor();
  await page.getByRole("link", { name: "request and reply" }).last().click();
  await page.getByRole("link", { name: /^Back to the case/ }).click();
  await page.getByText("2 of 120").waitFor();
  assert.deepEqual(page.faults, []);
});

test("every page fits a phone, and axe finds nothing serious, in light and dark", async (t) => {
  const runs = await folder(t);
  const paths = [await run(runs, "one", "--arm", "without", "--arm", "with", "--arm", "shuffled"), await run(runs, "two")];
  await foretell("judge", paths[0], "--model", "sim:judge");
  const { origin } = await view(t, ...paths);
  const context = await browse(t);
  const page = await watched(context, origin);
  await page.goto(`${origin}/run/one?effect=misled`);
  const one = await page.locator(".cases .item").first().getAttribute("href");
  await page.goto(`${origin}${one}`);
  const raw = await page.getByRole("link", { name: "request and reply" }).first().getAttribute("href");
  assert.ok(await page.locator(".verdicts li").count() > 0, "no verdicts of judges");
  await page.goto(`${origin}/compare?left=one&right=two`);
  const both = await page.locator("[data-list] .item").first().getAttribute("href");
  const pages = ["/", "/run/one", "/run/one?effect=nope&arm=without&text=nosuchword", "/run/one?reference=nope", "/run/one?effect=misled&reference=faithful", one, raw, "/compare?left=one&right=two", both];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of pages) {
        await page.goto(`${origin}${path}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${path}: ${wide} pixels wide in a window of ${width}`);
        assert.deepEqual(await serious(page), [], `${path}, ${width}, ${colorScheme}`);
      }
    }
  }
  const lost = await page.goto(`${origin}/run/nobody`);
  assert.equal(lost.status(), 404);
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("404")), []);
});

test("hostile text is inert", async (t) => {
  const path = await folder(t);
  const evil = "<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>\"'><b>{{ 7*7 }}";
  const question = (sex) => `${evil} \u202edesrever\u202c \u0007\u001b[31m ${"long".repeat(300)} שלום ${sex} </p></main>`;
  const pairs = [1, 2, 3].map((at) => ({
    pair_id: `p${at}`, dataset: "<i evil='\"&", original_question: question(`male ${at}`), counterfactual_question: question(`female ${at}`), labels: ["YES", "<u>NO</u>"],
  }));
  await writeFile(join(path, "pairs.jsonl"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  await foretell("run", "--pairs", join(path, "pairs.jsonl"), "--out", join(path, "<b>run"), ...models);
  const { origin } = await view(t, join(path, "<b>run"));
  const page = await watched(await browse(t), origin);
  await page.goto(origin);
  await page.locator(".runs .item").click();
  await page.locator(".cases .item").first().waitFor();
  const list = await page.content();
  await page.locator(".cases .item").first().click();
  await page.getByRole("region", { name: "Original question" }).waitFor();
  const text = await page.locator(".question").first().innerText();
  assert.ok(text.includes("<script>alert(1)</script>") && text.includes("{{ 7*7 }}"), text);
  assert.ok(text.includes("⟨U+202E⟩desrever⟨U+202C⟩") && text.includes("␇␛[31m"), text);
  for (const html of [list, await page.content()]) assert.ok(!/[\u202a-\u202e\u0007\u001b]/.test(html));
  assert.equal(await page.locator("main script, main img, main b, main i, main u, main a[href^=javascript]").count(), 0);
  await page.setViewportSize({ width: 390, height: 900 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} pixels wide`);
  await page.goto(`${origin}/run/${encodeURIComponent("<b>run")}?text=${encodeURIComponent(evil)}&dataset=${encodeURIComponent("\"><script>alert(4)</script>")}`);
  assert.match(await page.locator("#results").innerText(), /No case/);
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});

test("a run that grows is shown as it is, without reloading", async (t) => {
  const runs = await folder(t);
  const path = await run(runs, "one", "--limit", "100");
  const { origin } = await view(t, path);
  const page = await watched(await browse(t), origin);
  await page.goto(`${origin}/run/one`);
  assert.match(await page.locator("#count").innerText(), /^200 cases/);
  await run(runs, "one", "--limit", "150");
  await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("300 cases"), null, { timeout: 30_000 });
  assert.deepEqual(page.faults, []);
});
