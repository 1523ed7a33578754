// Makes ../generated from ../fsh, or says where the two differ.
//   node generate.mjs                      writes the package
//   node generate.mjs --check              fails when it is stale
//   node generate.mjs --snapshots FOLDER   writes it with snapshots, for validators that need them
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const profiles = join(here, '..');
const generated = join(profiles, 'generated');
const text = (value) => `${JSON.stringify(value, null, 2)}\n`;

function setup() {
  const wanted = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).devDependencies;
  const there = Object.entries(wanted).every(([name, version]) => {
    const manifest = join(here, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
  if (there) return;
  console.log('installing SUSHI and the definitions of R4 (npm, by lock file)');
  // Nothing that is needed runs a script when it is installed.
  execFileSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}

// What stands before the publisher in a definition.
const HEAD = ['resourceType', 'id', 'meta', 'text', 'extension', 'url', 'version', 'name', 'title', 'status',
  'experimental', 'date'];

/** What whoever publishes a guide puts on all its definitions, in R4's order. A naming system has no version there. */
function published(resource, { version, publisher, contact }) {
  const own = resource.resourceType === 'NamingSystem' ? resource : { version, ...resource };
  const head = HEAD.filter((key) => key in own).map((key) => [key, own[key]]);
  const rest = Object.entries(own).filter(([key]) => !HEAD.includes(key));
  return Object.fromEntries([...head, ['publisher', publisher], ['contact', contact], ...rest]);
}

/** The manifest by which package managers of FHIR know the folder. */
function manifest(config, core) {
  return {
    name: config.id, version: config.version, type: 'Conformance', license: config.license, canonical: config.canonical,
    title: config.title, description: config.description, author: config.publisher, fhirVersions: config.fhirVersion,
    dependencies: { [core.name]: core.version },
  };
}

/** What stands in a folder against what should: the names of what differs. */
function differences(folder, files) {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const differs = (name) => !there.includes(name) || readFileSync(join(folder, name), 'utf8') !== files.get(name);
  return [...[...files.keys()].filter(differs), ...there.filter((name) => !files.has(name))].sort();
}

function write(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

async function main(args) {
  setup();
  const { core, CORE } = await import('./definitions.mjs');
  const { generate } = await import('./sushi.mjs');
  const { faults } = await import('./faults.mjs');
  const snapshots = args[0] === '--snapshots' ? args[1] : undefined;
  const r4 = core();
  const made = await generate(profiles, r4, snapshots !== undefined);
  for (const line of made.errors) console.log(`error: ${line}`);
  for (const line of made.warnings) console.log(`warning: ${line}`);
  const resources = made.resources.map((resource) => published(resource, made.config));
  const wrong = faults(profiles, resources, r4);
  for (const line of wrong) console.log(`error: ${line}`);
  const errors = made.errors.length + wrong.length;
  console.log(`${resources.length} definitions, ${errors} errors, ${made.warnings.length} warnings`);
  if (errors + made.warnings.length > 0) return 1;
  const files = new Map([['package.json', text(manifest(made.config, CORE))]]);
  for (const resource of resources) files.set(`${resource.resourceType}-${resource.id}.json`, text(resource));
  if (args[0] !== '--check') {
    write(snapshots === undefined ? generated : resolve(snapshots), files);
    return 0;
  }
  const stale = differences(generated, files);
  for (const name of stale) console.log(`stale: profiles/generated/${name}`);
  if (stale.length > 0) console.log('cargo xtask profiles writes them anew');
  return stale.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
