// A viewer to be tested: started on runs, known by the address it prints.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { start } from "./foretell.mjs";

/** Starts `foretell view` with `args`; `lines` are what it printed first, `stop` ends it. */
export async function serve(t, lines, ...args) {
  const server = start("view", "--no-open", ...args);
  const said = [];
  server.stderr.on("data", (data) => said.push(String(data)));
  const printed = [];
  const reader = createInterface({ input: server.stdout });
  await new Promise((done, fail) => {
    reader.on("line", (line) => {
      printed.push(line);
      if (printed.length === lines) done();
    });
    server.on("exit", () => fail(new Error(`it ended: ${said.join("")}`)));
  });
  server.removeAllListeners("exit");
  const ended = once(server, "exit");
  const stop = async (signal = "SIGTERM") => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill(signal);
      await ended;
    }
  };
  t.after(() => stop("SIGKILL"));
  return { printed, stop };
}

/** Starts it on runs, and gives its origin. */
export async function view(t, ...runs) {
  const { printed, stop } = await serve(t, 1, ...runs);
  return { origin: printed[0].replace(/\/$/, ""), stop };
}
