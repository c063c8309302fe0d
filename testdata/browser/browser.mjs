// One real browser for all tests here: pages are opened with the network watched, and checked by axe.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** The browser to drive: the one named by CHROMIUM, or where Debian puts it. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  // Tests may run as root, where the sandbox cannot; they open only what they made themselves.
  "--no-sandbox",
];

/** Starts the browser with a profile of its own, and closes it when the test `t` ends. */
export async function browse(t, options = {}) {
  const profile = await mkdtemp(join(tmpdir(), "foretell-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: quiet,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  t.after(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  return context;
}

/**
 * A page whose requests are watched: `page.outside` lists each that leaves `origin` (or, for a file,
 * any but the file), `page.faults` what its scripts said went wrong.
 */
export async function watched(context, origin) {
  const page = await context.newPage();
  page.outside = [];
  page.faults = [];
  page.on("request", (request) => {
    const url = request.url();
    const inside = origin ? url.startsWith(`${origin}/`) : url.startsWith("file:");
    if (!inside && !url.startsWith("data:") && !url.startsWith("blob:")) page.outside.push(url);
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") page.faults.push(message.text());
  });
  page.on("dialog", async (dialog) => {
    page.faults.push(`a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return page;
}

/** Faults of accessibility that axe calls serious or critical, one line each. */
export async function serious(page) {
  // Evaluated rather than added as a tag: a page's own content policy forbids foreign tags.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations
    .filter((fault) => fault.impact === "serious" || fault.impact === "critical")
    .map((fault) => `${fault.id}: ${fault.help}: ${fault.nodes.map((node) => node.target).join(" | ")}`);
}
