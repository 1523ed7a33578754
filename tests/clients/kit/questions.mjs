// Everything that a record system may ask about one person, as raw requests in one order.
import { ask, assertSameBytes } from './raw.mjs';

const TYPES = ['CarePlan', 'Goal', 'CareTeam', 'Observation', 'DocumentReference'];
// Resources that have the id of their plan.
const OF_PLAN = ['CarePlan', 'CareTeam', 'DocumentReference'];
const FORM = 'application/x-www-form-urlencoded';
const FHIR = 'application/fhir+json';

export function currentPlanParameters(person, kind) {
  const identifier = { name: 'identifier', valueIdentifier: person.identifier };
  const of = kind ? [{ name: 'kind', valueCode: kind }] : [];
  return { resourceType: 'Parameters', parameter: [identifier, ...of] };
}

export function token(identifier) {
  return `${identifier.system}|${identifier.value}`;
}

/** `{what, url, options, asked}`: `asked` is the word by which this question differs from one about nobody. */
export function questions(fhir, person) {
  const search = `identifier=${encodeURIComponent(token(person.identifier))}`;
  const { value } = person.identifier;
  return [
    { what: 'Patient by identifier', url: `${fhir}/Patient?${search}`, asked: value },
    { what: 'Patient by identifier, counted', url: `${fhir}/Patient?${search}&_summary=count`, asked: value },
    post('Patient by identifier, posted', `${fhir}/Patient/_search`, FORM, search, value),
    ...byId(fhir, 'Patient', person.id),
    ...TYPES.flatMap((type) => byPatient(fhir, type, person)),
    ...person.plans.flatMap((plan) => OF_PLAN.flatMap((type) => byId(fhir, type, plan.id))),
    ...person.plans.map((plan) => ({ what: 'document', url: `${fhir}/Bundle/${plan.id}`, asked: plan.id })),
    ...operations(fhir, person),
  ];
}

function byId(fhir, type, id) {
  const url = `${fhir}/${type}/${id}`;
  return [
    { what: `${type} read`, url, asked: id },
    { what: `${type} HEAD`, url, options: { method: 'HEAD' }, asked: id },
    { what: `${type} conditional read`, url, options: { headers: { 'if-none-match': '*' } }, asked: id },
    { what: `${type} history`, url: `${url}/_history`, asked: id },
    { what: `${type} vread`, url: `${url}/_history/1`, asked: id },
  ];
}

function byPatient(fhir, type, person) {
  const form = `patient=${encodeURIComponent(`Patient/${person.id}`)}`;
  return [
    { what: `${type} by patient`, url: `${fhir}/${type}?patient=${person.id}`, asked: person.id },
    { what: `${type} by patient, counted`, url: `${fhir}/${type}?patient=${person.id}&_summary=count`, asked: person.id },
    post(`${type} by patient, posted`, `${fhir}/${type}/_search`, FORM, form, person.id),
  ];
}

function operations(fhir, person) {
  const url = `${fhir}/Patient/$current-plan`;
  const { value } = person.identifier;
  const kinds = [undefined, ...new Set(person.plans.map((plan) => plan.kind))];
  return kinds.flatMap((kind) => {
    const query = `identifier=${encodeURIComponent(token(person.identifier))}${kind ? `&kind=${kind}` : ''}`;
    const body = JSON.stringify(currentPlanParameters(person, kind));
    return [
      { what: `$current-plan ${kind ?? 'extract'}`, url: `${url}?${query}`, asked: value },
      post(`$current-plan ${kind ?? 'extract'}, posted`, url, FHIR, body, value),
    ];
  });
}

function post(what, url, type, body, asked) {
  return { what, url, options: { method: 'POST', headers: { 'content-type': type }, body }, asked };
}

/** Asks everything about both persons, side by side, and asserts that nothing tells them apart. */
export async function assertAsAbsent(fhir, bearer, person, absent) {
  const [real, empty] = [questions(fhir, person), questions(fhir, absent)];
  for (const [i, one] of real.entries()) {
    const other = empty[i];
    const left = await ask(one.url, { ...one.options, token: bearer });
    const right = await ask(other.url, { ...other.options, token: bearer });
    assertSameBytes(left, right, [one.asked, other.asked], one.what);
  }
  return real.length;
}
