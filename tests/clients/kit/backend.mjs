// A record system: openid-client for its token, fhir-kit-client for its FHIR, both as published.
import { Client } from 'fhir-kit-client';
import * as oauth from 'openid-client';

const CURVES = { ES384: { name: 'ECDSA', namedCurve: 'P-384' }, RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } };

/** Discovers the authorization server and signs in as the described client with its private key. */
export async function signIn(describe, client, { scope, ...more } = {}) {
  const configuration = await configure(describe, client);
  const parameters = { scope: scope ?? words(client.scopes), ...more };
  return oauth.clientCredentialsGrant(configuration, parameters);
}

export async function configure(describe, client, jwk = client.key) {
  const key = await crypto.subtle.importKey('jwk', jwk, CURVES[jwk.alg], false, ['sign']);
  const forTokenUrl = {
    // SMART App Launch 2.2, asymmetric authentication: `aud` is the token URL; openid-client would send the issuer.
    [oauth.modifyAssertion]: (_header, payload) => {
      payload.aud = client.token_endpoint;
    },
  };
  return oauth.discovery(
    new URL(describe.base),
    client.client_id,
    undefined,
    oauth.PrivateKeyJwt({ key, kid: jwk.kid }, forTokenUrl),
    { algorithm: 'oauth2', execute: [oauth.allowInsecureRequests] },
  );
}

export function fhir(describe, token) {
  return new Client({ baseUrl: describe.fhir, bearerToken: token });
}

export function words(scopes) {
  return Array.isArray(scopes) ? scopes.join(' ') : scopes;
}

/** All entries of a searchset over all its pages. */
export async function all(client, resourceType, searchParams) {
  let page = await client.search({ resourceType, searchParams });
  const found = [];
  while (page) {
    found.push(...(page.entry ?? []).map((entry) => entry.resource));
    page = (page.link ?? []).some((link) => link.relation === 'next') ? await client.nextPage({ bundle: page }) : undefined;
  }
  return found;
}
