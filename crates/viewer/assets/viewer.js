// What the pages do beyond links and forms: filter without reloading, keys, copying, and looking
// whether a run has grown. Without it everything still works.
"use strict";

const said = document.getElementById("said");
let hushing;

/** Tells a screen reader, and where `shown` everyone. */
function say(text, shown = false) {
  said.textContent = text;
  said.classList.toggle("shown", shown);
  clearTimeout(hushing);
  if (shown) hushing = setTimeout(() => said.classList.remove("shown"), 4000);
}

/* Filters: the part of the page that they change is fetched and put in place. */

const filters = document.getElementById("filters");
let newest = 0;

function filtered() {
  const fields = [...new FormData(filters)].filter(([, value]) => value !== "");
  const plain = { arm: "with", against: "without", sort: "run" };
  const query = new URLSearchParams(fields.filter(([name, value]) => plain[name] !== value));
  const text = query.toString();
  return filters.getAttribute("action") + (text ? `?${text}` : "");
}

/** What can have the focus in a part of a page. */
function places(part) {
  return [...part.querySelectorAll("a, summary, [tabindex]")];
}

/**
 * Finds in results that take the place of others what had the focus in these: the same link, or what
 * is called the same, or what stands where it stood. Nothing where the focus was elsewhere.
 */
function refocus(before, after) {
  const active = document.activeElement;
  if (!before.contains(active)) return () => {};
  const at = places(before).indexOf(active);
  const named = (place) => [place.tagName, place.getAttribute("href") ?? place.getAttribute("aria-label") ?? place.textContent].join();
  const all = places(after);
  const same = all.find((place) => named(place) === named(active)) ?? all[Math.min(at, all.length - 1)];
  return () => same?.focus({ preventScroll: true });
}

/** Takes over what stands outside the results and tells of them: the heading, and which filters are on. */
function retell(page) {
  for (const part of ["h1", "#filters summary"]) {
    const [now, then] = [page, document].map((of) => of.querySelector(part));
    if (now && then) then.replaceChildren(...document.adoptNode(now).childNodes);
  }
  // A value that the server put right, as an arm against itself.
  for (const field of filters?.querySelectorAll("select") ?? []) {
    const now = page.getElementById(field.id);
    if (now) field.value = now.value;
  }
}

/** Shows the results of an address; of several asked for at once the last. */
async function show(address, keep) {
  const own = ++newest;
  let page;
  try {
    const reply = await fetch(address);
    page = new DOMParser().parseFromString(await reply.text(), "text/html");
  } catch {
    say("The server cannot be reached.", true);
    return;
  }
  const results = page.getElementById("results");
  if (own !== newest) return;
  if (!results || !document.getElementById("results")) {
    location.assign(address);
    return;
  }
  const open = [...document.querySelectorAll("#results details")].map((part) => part.open);
  const before = document.getElementById("results");
  const focus = refocus(before, results);
  before.replaceWith(document.adoptNode(results));
  focus();
  retell(page);
  document.querySelectorAll("#results details").forEach((part, at) => { if (open[at]) part.open = true; });
  document.title = page.title;
  document.body.dataset.version = page.body.dataset.version;
  if (keep) history[keep](null, "", address);
  say(document.getElementById("count")?.textContent ?? "");
}

if (filters) {
  // Where there is room the filters are in sight.
  filters.querySelector(".more").open = matchMedia("(min-width: 48rem)").matches;
  let waiting;
  const now = () => show(filtered(), "pushState");
  filters.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); now(); });
  filters.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") now(); });
  filters.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => show(filtered(), "replaceState"), 250);
  });
  addEventListener("popstate", () => location.reload());
}

/* Keys. */

function items() {
  return [...document.querySelectorAll("[data-list] .item")];
}

function step(by) {
  const list = items();
  if (list.length) {
    const at = list.findIndex((item) => item === document.activeElement);
    const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
      return;
    }
  }
  // Whoever rates has no such keys.
  if (!list.length && document.querySelector(".rate")) return;
  const beside = document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]");
  if (beside && list.length) sessionStorage.setItem("entered", by > 0 ? "first" : "last");
  beside?.click();
}

/* Where the focus begins on a list: with the case that was left, or where keys led over its edge. */

/** What was kept for this page, once. */
function kept(name) {
  const value = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return value;
}

const [left, entered] = [kept("left"), kept("entered")];
{
  const list = items();
  const path = (address) => address.split("?")[0];
  const begin = entered
    ? list.at(entered === "first" ? 0 : -1)
    : left && (list.find((item) => item.href === left) ?? list.find((item) => item.href === path(left)));
  if (begin) {
    begin.focus();
    begin.scrollIntoView({ block: "nearest" });
  }
}
addEventListener("pagehide", () => sessionStorage.setItem("left", location.href.split("#")[0]));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  // Nobody types into a choice.
  const field = document.activeElement?.matches("input:not([type=radio]), select, textarea");
  if (event.key === "Escape") {
    if (field) document.activeElement.blur();
    else document.querySelector("a[rel=up]")?.click();
    return;
  }
  if (field) return;
  const does = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.getElementById("text")?.focus(),
    c: () => document.querySelector("[data-copy]")?.click(),
    u: () => document.querySelector("[data-undo]")?.click(),
  }[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
});

/* Copying. */

addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const reply = await fetch(link.href);
    await navigator.clipboard.writeText(await reply.text());
    say("The case is copied as JSON.", true);
  } catch {
    location.assign(link.href);
  }
});

/* Runs that grow. */

const poll = document.body.dataset.poll;
if (poll) {
  const look = async () => {
    if (document.hidden) return;
    try {
      const version = await (await fetch(poll)).text();
      if (version !== document.body.dataset.version && !/[^0-9a-f]/.test(version)) {
        await show(location.pathname + location.search);
      }
    } catch {
      // The server was stopped; whoever looks at the page sees that at the next click.
    }
  };
  // The server answers about a run that is being read when it is read.
  if ("reading" in document.body.dataset) look();
  setInterval(look, 3000);
}

/* Ratings: the time that a case was in sight, and choices that are kept here until they are saved. */

/** What was chosen and not saved yet, by case, for one link; also over Back, Forward and a closed page. */
class Drafts {
  constructor(link) {
    this.name = `drafts ${link}`;
  }

  all() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? {};
    } catch {
      return {};
    }
  }

  store(drafts) {
    try {
      if (Object.keys(drafts).length) localStorage.setItem(this.name, JSON.stringify(drafts));
      else localStorage.removeItem(this.name);
    } catch {
      // A browser that stores nothing keeps no drafts; what is saved is on the server.
    }
  }

  keep(position, draft) {
    this.store({ ...this.all(), [position]: draft });
  }

  /** Forgets a case that is saved, and those before it, which nobody can save any more. */
  forget(position) {
    this.store(Object.fromEntries(Object.entries(this.all()).filter(([at]) => Number(at) > position)));
  }

  /** Forgets all but corrections: after the last case nobody can save anything else. */
  forgetAnswered() {
    this.store(Object.fromEntries(Object.entries(this.all()).filter(([, draft]) => draft.corrects)));
  }
}

const rating = document.getElementById("rating");
if (rating) {
  const drafts = new Drafts(rating.getAttribute("action"));
  const position = Number(rating.elements.position.value);
  const given = document.getElementById("given");
  // What a draft corrects, as the page says it: one made before that was saved is none of it.
  const corrects = given?.textContent;
  let draft = drafts.all()[position] ?? {};
  if (draft.corrects !== corrects) {
    drafts.forget(position);
    draft = {};
  }
  for (const name of ["answer", "confidence"]) {
    const chosen = [...rating.querySelectorAll(`[name=${name}]`)].find((choice) => choice.value === draft[name]);
    if (chosen) chosen.checked = true;
  }
  const choices = [...rating.querySelectorAll("[type=radio]")];
  const changed = () => choices.some((choice) => choice.checked !== choice.defaultChecked);
  const leave = given?.querySelector("a[rel=next]");
  if (changed()) leave?.before("The other choice below is not saved yet. ");
  let seen = draft.seen ?? 0;
  let since = document.hidden ? null : performance.now();
  // Whether the answer is saved, or a correction given up.
  let settled = false;
  const inSight = () => seen + (since === null ? 0 : performance.now() - since);
  const settle = () => {
    settled = true;
    drafts.forget(position);
  };
  const keep = () => {
    if (settled) return;
    const fields = new FormData(rating);
    if (given && !changed()) drafts.forget(position);
    else drafts.keep(position, { answer: fields.get("answer"), confidence: fields.get("confidence"), seen: inSight(), corrects });
  };
  leave?.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) settle();
  });
  rating.addEventListener("change", keep);
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && since !== null) {
      seen = inSight();
      since = null;
      keep();
    } else if (!document.hidden) {
      since ??= performance.now();
    }
  });
  rating.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = rating.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    rating.elements.seconds.value = (inSight() / 1000).toFixed(1);
    const fault = document.getElementById("fault");
    try {
      const reply = await fetch(rating.action, { method: "POST", body: new URLSearchParams(new FormData(rating)) });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const told = page.getElementById("fault")?.textContent.trim();
      if (reply.ok && !told) {
        settle();
        location.assign(reply.url);
        return;
      }
      fault.textContent = told || "The server did not save this answer. Try again.";
    } catch {
      fault.textContent = "Not saved: the server cannot be reached. Your answer is still here; save it again.";
    }
    button.disabled = false;
    fault.scrollIntoView({ block: "nearest" });
  });
}
if (document.querySelector(".rate") && location.pathname.endsWith("/end")) {
  new Drafts(location.pathname.slice(0, -"/end".length)).forgetAnswered();
}
// A page that the browser kept as it was knows nothing of what was saved since.
addEventListener("pageshow", (event) => { if (event.persisted && document.querySelector(".rate")) location.reload(); });
