// What the demo says about itself (`sayso demo --describe FILE`), with the questions the suites ask of it.
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
