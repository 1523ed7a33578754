// Writes every element of the resources and data types of FHIR R4 in short, for a test that tries each of them.
//   node elements.mjs > ../../crates/wire/tests/it/elements.txt
//
// A type begins a line: its name, and what it builds on. Its elements follow, one deeper than what they are in: the
// name, `!` where it must be there, `*` where it is a list, and its types. `code=x` is bound to a list that begins with
// x, `#a.b` has the elements of another one, and one without a type is a BackboneElement with elements of its own. What a
// type has from what it builds on is said there.
import { core } from './definitions.mjs';

const r4 = core();
const byUrl = new Map([...r4.values()].filter(({ url }) => url !== undefined).map((one) => [one.url, one]));
const called = (canonical) => byUrl.get(canonical.split('|')[0]);

/** The first code of a value set or code system. */
function first(canonical, seen = new Set()) {
  const found = called(canonical);
  if (found === undefined || seen.has(canonical)) return undefined;
  seen.add(canonical);
  if (found.resourceType === 'CodeSystem') return found.concept?.[0]?.code;
  for (const { concept, system, valueSet } of found.compose?.include ?? []) {
    const code = concept?.[0]?.code ?? [...valueSet ?? [], system].filter(Boolean).map((one) => first(one, seen))[0];
    if (code !== undefined) return code;
  }
  return undefined;
}

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';

function typeOf({ code, extension }, binding) {
  const named = extension?.find(({ url }) => url === FHIR_TYPE)?.valueUrl ?? code.replace(/.*\/System\./, '');
  const bound = named === 'code' && binding?.strength === 'required' ? first(binding.valueSet) : undefined;
  return bound === undefined ? named : `${named}=${bound}`;
}

function line({ path, min, max, type, contentReference, binding }) {
  const steps = path.split('.');
  const own = (type ?? []).map((one) => typeOf(one, binding)).filter((one) => one !== 'BackboneElement');
  const types = contentReference === undefined ? own : [contentReference];
  const name = `${steps.at(-1)}${min > 0 ? '!' : ''}${max === '1' ? '' : '*'}`;
  return `${' '.repeat(steps.length - 1)}${[name, ...types].join(' ')}`;
}

function lines({ id, baseDefinition, snapshot }) {
  const base = baseDefinition?.split('/').at(-1) ?? '';
  const own = snapshot.element.slice(1).filter(({ base: of, path, max }) => max !== '0' && (of?.path === path || of === undefined));
  // What every element has, and every part of a resource.
  const inside = /\..*\.(id|extension|modifierExtension)$/;
  return [`${id} ${base}`.trim(), ...own.filter(({ path }) => !inside.test(path)).map(line)];
}

const isR4 = ({ resourceType, fhirVersion, kind, derivation, id }) => resourceType === 'StructureDefinition'
  && fhirVersion === '4.0.1' && ['resource', 'complex-type'].includes(kind) && (derivation === 'specialization' || id === 'Element');
const types = [...r4.values()].filter((one) => isR4(one) || (one.resourceType === 'StructureDefinition' && one.id === 'Resource'));
types.sort((a, b) => (a.id < b.id ? -1 : 1));
console.log(types.flatMap(lines).join('\n'));
