// People as predictors: a session that is interrupted by a kill, and a study from links to figures.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { browse, serious, watched } from "./browser.mjs";
import { folder, foretell } from "./foretell.mjs";
import { serve } from "./viewer.mjs";

async function study(t, ...args) {
  const path = join(await folder(t), "run");
  await foretell(
    "run", "--pairs", "moral_machines", "--limit", "300", "--out", path,
    "--reference", "sim:reference?rule=5&name=faithful", "--predictor", "sim:reader",
  );
  const { stdout } = await foretell("human", "setup", path, ...args);
  return { path, said: stdout };
}

/** The pages of raters; their links by number. */
async function rating(t, path, raters, ...args) {
  const { printed, stop } = await serve(t, raters, path, "--rate", ...args);
  const links = new Map(printed.map((line) => line.match(/^rater (\d+)\s+(\S+)$/)).map(([, rater, link]) => [Number(rater), link]));
  return { links, stop, origin: new URL(links.get(1)).origin };
}

const answers = async (path) => (await readFile(join(path, "human/answers.jsonl"), "utf8")).trim().split("\n").filter(Boolean).map(JSON.parse);

/** Saves the case in sight with the answer and the confidence at these places. */
async function rate(page, answer, confidence) {
  const before = await done(page);
  await page.locator("input[name=answer]").nth(answer).check();
  await page.locator("input[name=confidence]").nth(confidence).check();
  await page.getByRole("button", { name: "Save and go on" }).click();
  await answered(page, before + 1);
}

/** Waits until the page counts so many answers. */
const answered = (page, number) =>
  page.waitForFunction((number) => document.querySelector(".progress")?.textContent.trim().startsWith(`${number} of`), number);

/** How many are answered, as the page says. */
const done = (page) => page.locator(".progress").innerText().then((text) => Number(text.match(/(\d+) of/)[1]));

test("a session goes on where a kill of the server cut it off, and no answer is lost or doubled", async (t) => {
  const { path } = await study(t, "--raters", "3", "--per-rater", "12", "--attention-checks", "1");
  const first = await rating(t, path, 3);
  const context = await browse(t);
  const page = await watched(context, first.origin);
  await page.goto(first.links.get(1));
  for (let at = 0; at < 3; at++) await rate(page, 0, 1);
  const kept = await answers(path);
  assert.equal(kept.length, 3);

  await page.locator("input[name=answer]").last().check();
  await page.locator("input[name=confidence]").first().check();
  await first.stop("SIGKILL");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await page.getByText("Not saved").waitFor();
  assert.ok(await page.locator("input[name=answer]").last().isChecked(), "the answer is gone");
  page.faults.length = 0;

  // The links that were handed out lead to the new server too.
  const second = await rating(t, path, 3);
  assert.deepEqual(second.links, first.links);
  await page.getByRole("button", { name: "Save and go on" }).click();
  await answered(page, 4);
  await page.reload();
  assert.equal(await done(page), 4);
  // What was sent twice counts once, and stays what it was.
  const again = await page.evaluate(async () => {
    const body = new URLSearchParams({ position: "1", answer: document.querySelectorAll("input[name=answer]")[1].value, confidence: "low" });
    return (await fetch(document.getElementById("rating").action, { method: "POST", body })).status;
  });
  assert.equal(again, 200);
  const now = await answers(path);
  assert.deepEqual(now.slice(0, 3), kept);
  assert.equal(new Set(now.map((answer) => `${answer.rater}/${answer.position}`)).size, 4);
  assert.equal(now.length, 4);
  assert.ok(now.every((answer) => answer.seconds > 0 && answer.seconds < 600));

  // A link that is none leads nowhere either.
  await page.goto(new URL("/rate/0000", page.url()).href);
  assert.equal(await page.locator("a:not(.skip)").count(), 0);
  assert.deepEqual(await serious(page), []);
  await page.goto(first.links.get(1));
  page.faults.length = 0;

  // Blinded: nothing leads away but to cases of the same rater, and nothing tells the target.
  const leads = await page.locator("main a").evaluateAll((links) => links.map((link) => link.href));
  assert.deepEqual(leads, [`${first.links.get(1)}/4`]);
  for (const place of ["/", "/run/run", "/compare"]) assert.equal((await page.request.get(new URL(place, page.url()).href)).status(), 404);
  assert.equal((await page.request.get(new URL("/rate/0000", page.url()).href)).status(), 404);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});

test("a slip is corrected, over a kill of the server, and Back and Forward lose nothing", async (t) => {
  const { path } = await study(t, "--raters", "2", "--per-rater", "6");
  const first = await rating(t, path, 2);
  const page = await watched(await browse(t), first.origin);
  const link = first.links.get(1);
  await page.goto("about:blank");
  await page.goto(link);
  const at = (place) => page.waitForURL(`${link}/${place}`);
  const chosen = async () => [
    await page.locator("input[name=answer]").evaluateAll((all) => all.findIndex((one) => one.checked)),
    await page.locator("input[name=confidence]").evaluateAll((all) => all.findIndex((one) => one.checked)),
  ];
  await rate(page, 0, 2);
  await rate(page, 0, 2);
  await at(3);

  // Half a choice, and Back: to the case before, which says what was saved; Forward: the choice is there.
  await page.locator("input[name=answer]").nth(1).check();
  await page.goBack();
  await at(2);
  assert.match(await page.locator("#given").innerText(), /case 2 is saved: .*, sure: high/);
  assert.deepEqual(await chosen(), [0, 2]);
  await page.goForward();
  await at(3);
  assert.deepEqual(await chosen(), [1, -1]);
  // Further back stands no form any more, nor the case; the page leads on.
  await page.goBack();
  await at(2);
  await page.goBack();
  await at(1);
  assert.equal(await page.locator("form, .question").count(), 0);
  assert.deepEqual(await serious(page), []);
  await page.getByRole("link", { name: "Go on" }).click();
  await at(3);
  // Off the rating and back to it.
  await page.goto("about:blank");
  await page.goBack();
  await at(3);
  assert.deepEqual(await chosen(), [1, -1]);

  // The slip: by key, also from within the choices, and corrected over a kill.
  await page.locator("input[name=answer]").nth(1).focus();
  await page.keyboard.press("u");
  await at(2);
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    assert.deepEqual(await serious(page), []);
  }
  const labels = await page.locator("input[name=answer]").evaluateAll((all) => all.map((one) => one.value));
  await page.locator("input[name=answer]").nth(1).check();
  await page.locator("input[name=confidence]").first().check();
  await first.stop("SIGKILL");
  await page.getByRole("button", { name: "Save the correction" }).click();
  await page.getByText("Not saved").waitFor();
  page.faults.length = 0;
  assert.equal((await answers(path)).length, 2);
  await page.goto("about:blank");
  const second = await rating(t, path, 2);
  await page.goBack();
  await at(2);
  assert.deepEqual(await chosen(), [1, 0]);
  await page.getByRole("button", { name: "Save the correction" }).click();
  await at(3);
  assert.deepEqual(await chosen(), [1, -1]);
  const journal = await answers(path);
  assert.deepEqual(journal.map((line) => [line.position, line.answer, line.confidence, line.corrects ?? false]), [
    [1, journal[0].answer, "high", false],
    [2, labels[0], "high", false],
    [2, labels[1], "low", true],
  ]);

  // A kill after it: it is on the disk, and counts once.
  await second.stop("SIGKILL");
  await rating(t, path, 2);
  await page.reload();
  assert.equal(await done(page), 2);
  await page.locator("input[name=confidence]").first().check();
  await page.getByRole("button", { name: "Save and go on" }).click();
  await answered(page, 3);
  const drafts = () => page.evaluate(() => Object.keys(localStorage));
  assert.deepEqual(await drafts(), []);
  for (let more = 0; more < 2; more++) await rate(page, 0, 0);

  // What another window had chosen before the case was saved here is not ticked over what was saved.
  const other = await page.context().newPage();
  await other.goto(link);
  await other.locator("input[name=answer]").nth(1).check();
  await rate(page, 0, 0);
  await at("end");
  await other.goto("about:blank");
  await page.waitForFunction(() => localStorage.length > 0);
  await page.keyboard.press("u");
  await at(6);
  assert.deepEqual(await chosen(), [0, 0]);
  assert.deepEqual(await drafts(), []);

  // A correction that is begun outlives the page, and says so; one that is given up does not. Only `u` leads away.
  await page.locator("input[name=answer]").nth(1).check();
  await page.reload();
  assert.deepEqual(await chosen(), [1, 0]);
  assert.match(await page.locator("#given").innerText(), /not saved yet/);
  await page.locator("input[name=answer]").nth(1).focus();
  for (const key of ["j", "k"]) await page.keyboard.press(key);
  await page.getByRole("link", { name: "Leave it as it is" }).click();
  await at("end");
  assert.deepEqual(await drafts(), []);
  await page.goBack();
  await at(6);
  assert.deepEqual(await chosen(), [0, 0]);
  await page.getByRole("link", { name: "Leave it as it is" }).click();
  await at("end");
  // After the last case no draft of an answer is kept.
  await page.evaluate((name) => localStorage.setItem(name, '{"6":{}}'), `drafts ${new URL(link).pathname}`);
  await page.reload();
  assert.deepEqual(await drafts(), []);
  assert.equal((await answers(path)).length, 7);
  const exported = await foretell("human", "export", path);
  assert.match(exported.stdout, /6 of 12 tasks\n.*1 of them corrected/);
  const missing = (await foretell("analyze", "missing", path, "--where", "predictor=human", "--format", "csv")).stdout;
  const rows = [...missing.matchAll(/^faithful,human,with(?:out)?,not_asked,(\d+),(\d+),/gm)].map((row) => row.slice(1).map(Number));
  assert.equal(rows.length, 2);
  assert.equal(rows.reduce((sum, [absent, guesses]) => sum + guesses - absent, 0), 6);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});

test("a page without its script saves as well, and keys alone suffice", async (t) => {
  const { path } = await study(t, "--raters", "2", "--per-rater", "4");
  const { links, origin } = await rating(t, path, 2);
  const plain = await browse(t, { javaScriptEnabled: false });
  const page = await watched(plain, origin);
  await page.goto(links.get(2));
  await page.locator("input[name=answer]").first().focus();
  for (const key of ["Space", "Tab", "Space", "Tab", "Enter"]) await page.keyboard.press(key);
  await page.getByText("1 of 4 answered").waitFor();
  assert.equal((await answers(path)).length, 1);
  // The browser's own Back leads to the case that was saved, and it can be corrected.
  await page.goBack();
  await page.locator("input[name=answer]").nth(1).check();
  await page.getByRole("button", { name: "Save the correction" }).click();
  await page.getByText("1 of 4 answered").waitFor();
  await page.waitForURL(`${links.get(2)}/2`);
  assert.deepEqual((await answers(path)).map((line) => line.corrects ?? false), [false, true]);
  assert.deepEqual(page.faults, []);
});

test("a study of 3 x 40 flows from the browser into gain, predictors and the report", async (t) => {
  const { path, said } = await study(t, "--raters", "3", "--per-rater", "40", "--second", "4", "--attention-checks", "2");
  assert.match(said, /54 pairs/);
  assert.match(said, /of an NSG of 0\.3\d: .* about 0\.[3-7] to each side/);
  const { links, origin } = await rating(t, path, 3);
  const context = await browse(t);
  const page = await watched(context, origin);
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto(links.get(1));
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
      assert.deepEqual(await serious(page), []);
    }
  }
  // Each rater keeps to the first answer without an explanation, and heeds what is asked with one.
  for (const link of links.values()) {
    await page.goto(link);
    assert.equal(await page.locator(".check").count(), 0, "a check comes first");
    for (;;) {
      const [at, all] = (await page.locator(".progress").innerText()).match(/(\d+) of (\d+)/).slice(1).map(Number);
      if (at === all) break;
      const check = page.locator(".check span");
      const explained = await page.locator("blockquote").count();
      const labels = await page.locator("input[name=answer]").evaluateAll((inputs) => inputs.map((input) => input.value));
      const given = (await page.locator(".reply strong").innerText()).trim();
      const answer = (await check.count()) ? await check.innerText() : explained ? given : labels[(at + 1) % labels.length];
      await page.locator("input[name=answer]").nth(labels.indexOf(answer)).check();
      await page.locator("input[name=confidence]").nth(at % 3).check();
      await Promise.all([
        page.waitForFunction((at) => document.querySelector(".progress")?.textContent.trim().startsWith(`${at + 1} of`), at),
        page.getByRole("button", { name: "Save and go on" }).click(),
      ]);
    }
    await page.getByText("All 42 cases are answered").waitFor();
    assert.deepEqual(await serious(page), []);
  }
  assert.equal((await answers(path)).length, 126);
  const exported = await foretell("human", "export", path);
  assert.match(exported.stdout, /126 of 126 tasks/);
  for (const rater of [1, 2, 3]) assert.match(exported.stdout, new RegExp(`rater ${rater} passed 2 of 2`));
  assert.match(exported.stdout, /two raters gave one label in \d+ of 12 cases/);
  assert.match(exported.stdout, /reader gave the people's label in \d+ of 108 cases/);
  const status = await foretell("human", "status", path);
  assert.match(status.stdout, /rater 3\s+42 of 42 answered/);

  const gain = JSON.parse((await foretell("analyze", "gain", path, "--by", "predictor", "--format", "json")).stdout);
  const rows = gain.rows ?? gain[0].rows;
  const human = rows.find((row) => row.predictor === "human");
  assert.equal(human.observations, 54);
  assert.equal(human.left_out, 0);
  assert.equal(rows.find((row) => row.predictor !== "human").observations, 300);
  for (const name of (await foretell("analyze", "--list")).stdout.matchAll(/^(predictors)\b/gm)) {
    assert.match((await foretell("analyze", name[1], path)).stdout, /human/);
  }
  // The same run again, for free: its report counts people among the predictors.
  await foretell("run", "--pairs", "moral_machines", "--limit", "300", "--out", path, "--reference", "sim:reference?rule=5&name=faithful", "--predictor", "sim:reader");
  const report = await readFile(join(path, "report.html"), "utf8");
  assert.match(report, /354/);
  assert.deepEqual(page.outside, []);
  assert.deepEqual(page.faults, []);
});
