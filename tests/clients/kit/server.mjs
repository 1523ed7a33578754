// A fresh demo server for one suite, or the one that is already described.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Describe } from './describe.mjs';

const START_SECONDS = 90;
const STOP_SECONDS = 15;

/** Starts `$SAYSO_BIN demo` with data of its own; without SAYSO_BIN uses what argv or SAYSO_DESCRIBE names. */
export async function openServer() {
  if (process.env.SAYSO_BIN) return start(process.env.SAYSO_BIN);
  const path = process.argv[2] ?? process.env.SAYSO_DESCRIBE;
  if (!path) throw new Error('set SAYSO_BIN to the sayso binary, or SAYSO_DESCRIBE to the file of a running demo');
  return { describe: Describe.read(path), log: () => '', stop: async () => {} };
}

async function start(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'sayso-clients-'));
  const file = join(folder, 'describe.json');
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawn(binary, ['demo', '--port', '0', '--describe', file], {
    cwd: folder,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
    child.once('error', (error) => resolve(error.message));
  });
  const server = {
    log: () => readFileSync(logFile, 'utf8'),
    stop: () => stop(child, ended, folder),
  };
  try {
    server.describe = await described(file, ended);
  } catch (error) {
    const words = server.log().slice(-2000);
    await server.stop();
    throw new Error(`${error.message}\n${words}`);
  }
  return server;
}

async function described(file, ended) {
  const deadline = Date.now() + START_SECONDS * 1000;
  let over;
  ended.then((how) => (over = how));
  while (Date.now() < deadline) {
    if (over !== undefined) throw new Error(`the server ended at its start: ${over}`);
    if (existsSync(file)) {
      try {
        return Describe.read(file);
      } catch {
        // Seen while it was being written.
      }
    }
    await wait(50);
  }
  throw new Error(`no description after ${START_SECONDS} s`);
}

async function stop(child, ended, folder) {
  child.kill('SIGTERM');
  const graceful = await Promise.race([ended.then(() => true), wait(STOP_SECONDS * 1000, false, { ref: false })]);
  if (!graceful) child.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true, force: true });
  if (!graceful) throw new Error(`the server did not stop within ${STOP_SECONDS} s of SIGTERM`);
}
