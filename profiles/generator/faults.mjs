// What SUSHI does not look at: that nothing of ours is named and missing, and that each profile has its two examples.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const OURS = 'https://sayso.example/fhir/';

/**
 * @param {string} folder the folder of profiles
 * @param {object[]} resources the package
 * @param {Map<string, object>} core the definitions of R4
 * @returns {string[]} what is wrong
 */
export function faults(folder, resources, core) {
  return [...missing(folder, resources), ...searchParameters(resources, core), ...examples(folder, resources)];
}

/** Canonical URLs of ours that the program or the package names and the package has not. */
function missing(folder, resources) {
  const there = new Set(resources.map((one) => `${one.resourceType}/${one.id}`));
  const program = readFileSync(join(folder, '..', 'crates', 'fhir', 'src', 'profile.rs'), 'utf8');
  const named = [...program.matchAll(/= "((?:StructureDefinition|CodeSystem|NamingSystem)\/[a-z-]+)";/g)];
  if (named.length < 20) return ['crates/fhir/src/profile.rs is not read as it was'];
  const wanted = new Set(named.map(([, path]) => path));
  const ours = new RegExp(`"${OURS}([A-Za-z]+/[A-Za-z0-9-]+)"`, 'g');
  for (const resource of resources) {
    for (const [, path] of JSON.stringify(resource).matchAll(ours)) wanted.add(path);
  }
  return [...wanted].filter((path) => !there.has(path)).map((path) => `${path} is named and not published`);
}

/** Search parameters of the CapabilityStatement that R4 does not define so. */
function searchParameters(resources, core) {
  const found = [];
  for (const { type, searchParam } of resources.flatMap((one) => one.rest ?? []).flatMap((rest) => rest.resource ?? [])) {
    for (const { name, definition, type: form } of searchParam ?? []) {
      const r4 = core.get(`SearchParameter/${definition.split('/').pop()}`);
      const same = r4?.url === definition && r4.code === name && r4.type === form
        && r4.base.some((base) => base === type || base === 'Resource');
      if (!same) found.push(`search parameter ${name} of ${type} is not ${definition}`);
    }
  }
  return found;
}

/** Each profile of a resource has one example that holds and one that does not, of the same name, and a line in the list. */
function examples(folder, resources) {
  const place = join(folder, 'examples');
  const list = JSON.parse(readFileSync(join(place, 'list.json'), 'utf8'));
  const profiles = resources.filter((one) => one.resourceType === 'StructureDefinition' && one.type !== 'Extension');
  const found = [];
  const names = profiles.map((profile) => profile.id).sort();
  for (const kind of ['passing', 'failing']) {
    const there = readdirSync(join(place, kind)).map((file) => file.replace(/\.json$/, '')).sort();
    if (there.join() !== names.join()) found.push(`examples/${kind} has ${there}, and the profiles are ${names}`);
  }
  if (list.map((one) => one.name).sort().join() !== names.join()) found.push('examples/list.json names other profiles');
  for (const { name, profile, breaks } of list) {
    const definition = profiles.find((one) => one.id === name);
    if (definition?.url !== profile) found.push(`examples/list.json: ${name} is not ${profile}`);
    if (!breaks?.element || !breaks?.rule) found.push(`examples/list.json: what does ${name} break?`);
    for (const kind of ['passing', 'failing']) {
      const file = join(place, kind, `${name}.json`);
      const type = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).resourceType : undefined;
      if (definition && type !== definition.type) found.push(`examples/${kind}/${name}.json is no ${definition.type}`);
    }
  }
  return found;
}
