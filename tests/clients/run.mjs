// The one command: brings the clients, then runs every suite, each against a server of its own.
// node run.mjs [SUITE…] [DESCRIBE]    with SAYSO_BIN each suite starts its own demo; else the described one is used.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const SUITES = ['ehr', 'app', 'crisis', 'pacio', 'step', 'pages'];
const here = dirname(fileURLToPath(import.meta.url));

setup();
const said = process.argv.slice(2);
const chosen = said.filter((word) => SUITES.includes(word));
const [path] = said.filter((word) => !SUITES.includes(word));
const describe = path && { SAYSO_DESCRIBE: resolve(path) };
const files = (chosen.length > 0 ? chosen : SUITES).map((name) => join(here, `${name}.mjs`));
const reporter = `--test-reporter=${process.env.SAYSO_REPORTER ?? 'spec'}`;
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=180000', reporter, ...files], {
  cwd: here,
  stdio: 'inherit',
  env: { ...process.env, ...describe },
});
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
