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
  document.getElementById("results").replaceWith(document.adoptNode(results));
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
  document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = document.activeElement?.matches("input, select, textarea");
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

/* Ratings: the time that a case was in sight, and an answer that is kept here until it is saved. */

const rating = document.getElementById("rating");
if (rating) {
  let seen = 0;
  let since = document.hidden ? null : performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && since !== null) {
      seen += performance.now() - since;
      since = null;
    } else if (!document.hidden) {
      since ??= performance.now();
    }
  });
  rating.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = rating.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    const now = since === null ? 0 : performance.now() - since;
    rating.elements.seconds.value = ((seen + now) / 1000).toFixed(1);
    const fault = document.getElementById("fault");
    try {
      const reply = await fetch(rating.action, { method: "POST", body: new URLSearchParams(new FormData(rating)) });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const told = page.getElementById("fault")?.textContent.trim();
      if (reply.ok && !told) {
        location.reload();
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
