// The report as a reader meets it: opened from disk, with the network off.
import assert from "node:assert/strict";
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

test("the report opens from disk, wide and narrow, and asks for nothing else", async (t) => {
  const address = await report(t);
  const context = await browse(t, { offline: true });
  const page = await watched(context);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(address);
    assert.match(await page.locator("h1").innerText(), /\S/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
    assert.deepEqual(await serious(page), []);
  }
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});
