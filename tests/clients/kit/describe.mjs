// What the demo says about itself (`sayso demo --describe FILE`), with the questions the suites ask of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export class Describe {
  constructor(json) {
    Object.assign(this, json);
  }

  static read(path) {
    return new Describe(JSON.parse(readFileSync(path, 'utf8')));
  }

  organization(words) {
    return must(this.organizations.find((one) => one.name.includes(words)), `no organization called ${words}`);
  }

  client(kind, organization) {
    const fits = (one) => one.kind === kind && (!organization || [organization.id, organization.name].includes(one.organization));
    return must(this.clients.find(fits), `no client of kind ${kind}`);
  }

  person(firstName) {
    return must(this.persons.find((one) => one.name.startsWith(firstName)), `no person called ${firstName}`);
  }

  sharingWith(organization) {
    return must(this.persons.find((one) => one.shares_with.includes(organization.id)), 'nobody shares at start');
  }

  notSharingWith(organization) {
    return this.persons.filter((one) => !one.shares_with.includes(organization.id));
  }
}

export function plan(person, kind) {
  return must(person.plans.find((one) => one.kind === kind), `${person.name} has no ${kind}`);
}

function must(found, otherwise) {
  if (found === undefined) throw new Error(otherwise);
  return found;
}

const KINDS = ['ehr', 'patient-app', 'crisis-service'];
const RIVERSIDE = ['Patient', 'CarePlan', 'Goal', 'CareTeam', 'Observation', 'DocumentReference'];

/** Asserts the whole shape of the description, and who is in it. */
export function assertDescribed(demo) {
  assert.equal(demo.fhir, `${demo.base}/fhir`);
  for (const one of demo.organizations) assertTexts(one, ['id', 'name']);
  for (const one of demo.persons) assertPerson(one, demo);
  for (const one of demo.clients) assertClient(one, demo);
  assertTexts(demo.curl, ['works', 'refused']);
  const riverside = demo.organization('Riverside');
  assert.ok(demo.persons.length >= 4);
  assert.ok(demo.sharingWith(riverside));
  assert.ok(demo.notSharingWith(riverside).length >= 3);
  const kinds = demo.person('Ama').plans.map((one) => one.kind);
  for (const kind of ['joint-crisis-plan', 'advance-directive']) assert.ok(kinds.includes(kind), kind);
  const scopes = [demo.client('ehr', riverside).scopes].flat().join(' ').split(' ');
  assert.deepEqual(scopes.sort(), [...RIVERSIDE.map((type) => `system/${type}.rs`), 'system/Task.crs'].sort());
}

function assertTexts(object, keys) {
  for (const key of keys) assert.ok(typeof object[key] === 'string' && object[key], key);
}

function assertPerson(person, demo) {
  assertTexts(person, ['id', 'name', 'sign_in']);
  assertTexts(person.identifier, ['system', 'value']);
  assert.ok(person.sign_in.startsWith(demo.base));
  for (const id of person.shares_with) assert.ok(demo.organizations.some((one) => one.id === id));
  for (const one of person.plans) assertTexts(one, ['id', 'kind']);
}

function assertClient(client, demo) {
  assertTexts(client, ['client_id', 'kind', 'token_endpoint']);
  assert.ok(KINDS.includes(client.kind), client.kind);
  assert.ok([client.scopes, client.purposes, client.redirect_uris].every((one) => one !== undefined));
  if (client.kind === 'patient-app') {
    assert.ok(client.redirect_uris.length > 0);
    assert.ok(!client.key, 'a public client has no key');
    return;
  }
  assert.ok(demo.organizations.some((one) => [one.id, one.name].includes(client.organization)));
  assertTexts(client.key, ['kty', 'd', 'kid', 'alg']);
  assert.ok(['ES384', 'RS384'].includes(client.key.alg));
}
