// The report as a reader meets it: opened from disk, with the network off.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { browse, serious, watched } from "./browser.mjs";
import { folder, foretell } from "./foretell.mjs";

async function report(t) {
  const run = join(await folder(t), "run");
  await foretell(
    "run", "--pairs", "moral_machines", "--limit", "60", "--out", run,
    "--reference", "sim:reference?rule=5&name=faithful", "--predictor", "sim:reader", "--predictor", "sim:reader?skill=0.5&name=dim",
  );
  return pathToFileURL(join(run, "report.html")).href;
}

test("the report opens from disk, wide and narrow, light and dark, and asks for nothing else", async (t) => {
  const address = await report(t);
  const context = await browse(t, { offline: true });
  const page = await watched(context);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(address);
    assert.match(await page.locator("h1").innerText(), /\S/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
    // What is folded away is looked at too.
    await page.locator("details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await serious(page), [], `${width}, ${colorScheme}`);
    }
  }
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});

test("a study of many references opens with one summary and a line each, on a phone and on paper", async (t) => {
  const run = join(await folder(t), "run");
  const references = Array.from({ length: 18 }, (_, at) => ["--reference", `sim:reference?rule=${at + 1}&faithfulness=${at % 2}&name=vendor/model-${at + 1}_effort`]);
  await foretell("run", "--pairs", "moral_machines", "--limit", "100", "--out", run, ...references.flat(), "--predictor", "sim:reader");
  const page = await watched(await browse(t, { offline: true }));
  await page.goto(pathToFileURL(join(run, "report.html")).href);
  assert.equal(await page.locator(".lead").count(), 1);
  assert.match(await page.locator("main").innerText(), /Of \d+ intervals \(95 % each\)/);
  const lines = page.locator("table.lines");
  assert.equal(await lines.locator("tbody tr").count(), 18);
  const values = await lines.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[1].dataset.value).filter(Boolean).map(Number));
  assert.ok(values.length > 5);
  assert.deepEqual(values, [...values].sort((a, b) => b - a));
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    // A name and its NSG are in sight without scrolling.
    const { right } = await lines.locator("tbody td").nth(1).evaluate((cell) => cell.getBoundingClientRect().toJSON());
    assert.ok(right <= width, `${right} of ${width}`);
  }
  assert.deepEqual(await serious(page), []);
  // On paper the opening and its lines take one page: A4 less the margins.
  await page.setViewportSize({ width: 688, height: 900 });
  await page.emulateMedia({ media: "print" });
  const bottom = await lines.evaluate((table) => table.getBoundingClientRect().bottom);
  assert.ok(bottom < (265 / 25.4) * 96, `${bottom} pixels`);
  assert.deepEqual(page.faults, []);
});

test("tables sort by the keyboard, and what is undefined stays last", async (t) => {
  const address = await report(t);
  const page = await watched(await browse(t, { offline: true }));
  await page.goto(address);
  const table = page.locator("details[open] table.sorts").first();
  const numbers = async () =>
    (await table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[1].dataset.value)))
      .map((value) => (value === undefined ? null : Number(value)));
  const button = table.locator("thead th button").nth(1);
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await table.locator("thead th").nth(1).getAttribute("aria-sort"), "ascending");
  const up = await numbers();
  assert.deepEqual(up, [...up].sort((a, b) => (a === null) - (b === null) || a - b));
  await page.keyboard.press("Space");
  assert.equal(await table.locator("thead th").nth(1).getAttribute("aria-sort"), "descending");
  const known = (await numbers()).filter((value) => value !== null);
  assert.deepEqual(known, [...known].sort((a, b) => b - a));
  assert.deepEqual(page.faults, []);
});

test("a table is saved as the CSV that the page shows", async (t) => {
  const address = await report(t);
  const page = await watched(await browse(t, { offline: true, acceptDownloads: true }));
  await page.goto(address);
  const files = page.locator("details.files").first();
  await files.locator("summary").click();
  const shown = await files.locator("pre").first().textContent();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    files.locator("button.save").first().click(),
  ]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  let saved = "";
  for await (const part of await download.createReadStream()) saved += part;
  assert.equal(saved, shown);
  assert.deepEqual(page.outside, []);
});

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(2)>",
  "</pre></script><script>alert(3)</script>",
  "\u202Etfel ot thgir\u202C \u05D0\u05D1\u05D2 \u0627\u0644\u0639",
  "\u0007\u001B[31mbell",
  `word${"y".repeat(4000)}`,
].join(" ");

test("hostile text stays text, whether a question or a name", async (t) => {
  const place = await folder(t);
  const pairs = join(place, "pairs.jsonl");
  const lines = Array.from({ length: 40 }, (_, at) => JSON.stringify({
    original: `Question ${at}? ${HOSTILE}`,
    counterfactual: `Question ${at}, changed? ${HOSTILE}`,
    labels: ["YES", "NO"],
  }));
  await writeFile(pairs, `${lines.join("\n")}\n`);
  const run = join(place, "run");
  await foretell(
    "run", "--pairs", pairs, "--out", run,
    "--reference", "sim:reference?name=<b onmouseover=alert(4)>bold", "--predictor", "sim:reader?name=\"><script>alert(5)</script>",
  );
  const page = await watched(await browse(t, { offline: true }));
  await page.goto(pathToFileURL(join(run, "report.html")).href);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
  }
  assert.equal(await page.locator("script").count(), 1);
  assert.equal(await page.locator("main img, main b").count(), 0);
  assert.deepEqual(page.faults, []);
  assert.deepEqual(page.outside, []);
});

test("it prints, and it reads without its script", async (t) => {
  const address = await report(t);
  const page = await watched(await browse(t, { offline: true, javaScriptEnabled: false }));
  await page.goto(address);
  assert.ok((await page.locator("figure svg").count()) >= 4);
  assert.equal(await page.locator("button").count(), 0);
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  assert.ok(pdf.length > 50_000, `${pdf.length} bytes`);
});
