// Runs the kit against helios-hfs (https://crates.io/crates/helios-hfs): makes a key, publishes it on loopback, starts
// the server with a store in memory and tokens required, signs a token for each reader, and asks all cases.
//
//   cargo install helios-hfs --no-default-features --features R4,sqlite
//   node run.mjs HFS KIT [more arguments of `sayso-consent-kit run`]

import { spawn } from 'node:child_process';
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [hfs, kit, ...more] = process.argv.slice(2);
const PORT = 18931;
const ISSUER = 'https://issuer.example.org';
const BASE = `http://127.0.0.1:${PORT}`;

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES384', use: 'sig' };
const keys = createServer((_, answer) => {
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({ keys: [jwk] }));
});
await new Promise((open) => keys.listen(0, '127.0.0.1', open));

function token(sub, scope) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, sub, aud: BASE, scope, iat: now, exp: now + 3600, jti: randomUUID() };
  const signed = `${part({ alg: 'ES384', kid: '1', typ: 'JWT' })}.${part(claims)}`;
  const signature = createSign('SHA384').update(signed).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

const folder = mkdtempSync(join(tmpdir(), 'kit-hfs-'));
const server = spawn(hfs, [], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env.PATH,
    HFS_SERVER_PORT: String(PORT),
    HFS_BASE_URL: BASE,
    HFS_DATABASE_URL: ':memory:',
    HFS_LOG_LEVEL: 'error',
    HFS_AUTH_ENABLED: 'true',
    HFS_AUTH_JWKS_URL: `http://127.0.0.1:${keys.address().port}/jwks`,
    HFS_AUTH_ISSUER: ISSUER,
    HFS_AUTH_AUDIENCE: BASE,
  },
});

let code = 2;
try {
  for (let waited = 0; ; waited += 1) {
    const open = await fetch(`${BASE}/metadata`).then((answer) => answer.ok, () => false);
    if (open) break;
    if (waited === 120) throw new Error('the server does not open');
    await new Promise((go) => setTimeout(go, 500));
  }
  const description = readFileSync(new URL('server.toml', import.meta.url), 'utf8').replace('BASE', BASE);
  writeFileSync(join(folder, 'server.toml'), description);
  const asking = spawn(kit, ['run', '--server', join(folder, 'server.toml'), ...more], {
    stdio: 'inherit',
    env: {
      PATH: process.env.PATH,
      HOSPITAL: token('hospital', 'system/*.rs'),
      OTHER: token('other', 'system/*.rs'),
      EMERGENCY: token('emergency', 'system/*.rs'),
      OWNER: token('owner', 'system/*.rs'),
      MANAGER: token('manager', 'system/*.cruds'),
    },
  });
  code = await new Promise((ended) => asking.on('exit', ended));
} finally {
  server.kill();
  keys.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code ?? 2);
