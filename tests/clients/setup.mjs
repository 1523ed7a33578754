// Brings the published clients here: npm packages by lock file, and fhirclient's browser bundle alone,
// because the whole package drags a mobile framework in (about 300 MB) that no browser ever loads.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const FHIRCLIENT = {
  spec: 'fhirclient@2.6.3',
  file: 'package/build/fhir-client.min.js',
  // Of the tarball, as published.
  tarball: 'sha512-CirZixcwWelbkIXxpxlNQx5+ZdJirl6F1s4y4yvA1X7hHAkr9n99aVHaMi0wX+97nATjKQ65X6NB5as/wZoJzg==',
  // Of the one file we serve, so that a second run needs no network.
  bundle: 'sha256-63ao6QNPq08H605at+Df6r4Jl2+6Xirfpcg0Rm0w/c4=',
};
export const BUNDLE = join(here, 'node_modules', '.sayso', 'fhir-client.min.js');

function integrity(path, algorithm) {
  return `${algorithm}-${createHash(algorithm).update(readFileSync(path)).digest('base64')}`;
}

function installed() {
  const wanted = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).devDependencies;
  return Object.entries(wanted).every(([name, version]) => {
    const manifest = join(here, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

function npm(args, cwd) {
  return execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function bundlePresent() {
  return existsSync(BUNDLE) && integrity(BUNDLE, 'sha256') === FHIRCLIENT.bundle;
}

function fetchBundle() {
  const folder = mkdtempSync(join(tmpdir(), 'sayso-fhirclient-'));
  try {
    npm(['pack', FHIRCLIENT.spec, '--pack-destination', folder], here);
    const tarball = join(folder, 'fhirclient-2.6.3.tgz');
    const found = integrity(tarball, 'sha512');
    if (found !== FHIRCLIENT.tarball) throw new Error(`fhirclient tarball is not the published one: ${found}`);
    execFileSync('tar', ['-xzf', tarball, '-C', folder, FHIRCLIENT.file]);
    mkdirSync(dirname(BUNDLE), { recursive: true });
    renameOrCopy(join(folder, FHIRCLIENT.file), BUNDLE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function renameOrCopy(from, to) {
  try {
    renameSync(from, to);
  } catch {
    // The temporary folder may be another file system.
    execFileSync('cp', [from, to]);
  }
}

export function setup(say = console.error) {
  if (!installed()) {
    say('installing the published clients (npm, by lock file)');
    npm(['ci'], here);
  }
  if (!bundlePresent()) {
    say('fetching the browser bundle of fhirclient 2.6.3');
    fetchBundle();
    if (!bundlePresent()) throw new Error('the browser bundle of fhirclient is not the published one');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
