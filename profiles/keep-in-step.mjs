// The recipe of keeping-in-step.md: a copy of what persons share with an organization, and of nothing more.
// As a program: node keep-in-step.mjs FHIR_BASE FILE   (the token in TOKEN; FILE holds the copy, and is made)

export const TYPES = ['Patient', 'CarePlan', 'Goal', 'CareTeam', 'Observation', 'DocumentReference'];

/** A copy that holds nothing yet. */
export function empty() {
  return { since: null, resources: {} };
}

/**
 * One round. `get` fetches an address below the FHIR base, or a page link as it stands, and gives the Bundle; it throws
 * when the page fails. Gives the new copy and what was purged. Where it throws, the old copy stands: begin again with it.
 */
export async function round(get, copy, { types = TYPES, count = 200 } = {}) {
  const resources = { ...copy.resources };
  const purged = [];
  let began = null;
  for (const type of types) {
    let page = await get(copy.since ? `${type}/_history?_since=${encodeURIComponent(copy.since)}&_count=${count}` : `${type}?_count=${count}`);
    began ??= page.meta.lastUpdated;
    for (;;) {
      for (const { request, resource } of page.entry ?? []) {
        if (request?.method === 'DELETE') {
          delete resources[request.url];
          purged.push(request.url);
        } else {
          resources[`${resource.resourceType}/${resource.id}`] = resource;
        }
      }
      const next = (page.link ?? []).find(({ relation }) => relation === 'next');
      if (!next) break;
      page = await get(next.url);
    }
  }
  return { copy: { since: began, resources }, purged };
}

if (process.argv[1] && import.meta.url === (await import('node:url')).pathToFileURL(process.argv[1]).href) {
  const { existsSync, readFileSync, renameSync, writeFileSync } = await import('node:fs');
  const [base, file] = process.argv.slice(2);
  const get = async (address) => {
    const url = address.startsWith('http') ? address : `${base}/${address}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${process.env.TOKEN}`, accept: 'application/fhir+json' } });
    if (!answer.ok) throw new Error(`${answer.status} for ${url}: ${await answer.text()}`);
    return answer.json();
  };
  const held = existsSync(file) ? JSON.parse(readFileSync(file)) : empty();
  const { copy, purged } = await round(get, held);
  // The copy and its time change together, or not at all.
  writeFileSync(`${file}.new`, JSON.stringify(copy), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  console.log(`${Object.keys(copy.resources).length} held, ${purged.length} purged`);
}
