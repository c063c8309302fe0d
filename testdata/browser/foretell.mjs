// The program under test: FORETELL names the binary.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const binary = process.env.FORETELL;
if (!binary) throw new Error("FORETELL names no binary: run these tests with `./dev test`");

/** Runs a command to its end; rejects where it fails. */
export function foretell(...args) {
  return promisify(execFile)(binary, args, { maxBuffer: 64 << 20 });
}

/** Starts a command that goes on; `kill` it when done. */
export function start(...args) {
  return spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** A folder that is gone when the test `t` ends. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "foretell-test-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
