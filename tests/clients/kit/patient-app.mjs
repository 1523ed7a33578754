// A patient app: one static page on the registered redirect URI, with the unmodified browser bundle of fhirclient.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { BUNDLE } from '../setup.mjs';

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A patient app</title><link rel="icon" href="data:,">
<script src="/fhir-client.min.js"></script></head>
<body><h1>A patient app</h1><p id="state">waiting</p></body></html>`;

/** Serves the app where the client is registered; the returned origin is what CORS must let in. */
export async function serveApp(client) {
  const redirect = new URL(client.redirect_uris[0]);
  const bundle = readFileSync(BUNDLE);
  const server = http.createServer((request, response) => {
    const path = new URL(request.url, redirect).pathname;
    const script = path === '/fhir-client.min.js';
    response.setHeader('content-type', script ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    response.end(script ? bundle : PAGE);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(redirect.port || 80), redirect.hostname.replace(/^\[|\]$/g, ''), resolve);
  });
  return {
    redirect: redirect.href,
    start: new URL('/start', redirect).href,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** From the app's page to the authorization page, as `FHIR.oauth2.authorize` goes there. */
export async function authorize(page, app, describe, client, scope) {
  await page.goto(app.start);
  const options = { iss: describe.fhir, clientId: client.client_id, scope, redirectUri: app.redirect, pkceMode: 'required' };
  const arrived = page.waitForURL((url) => url.pathname === '/oauth/authorize', { waitUntil: 'load' });
  // The call never returns in the page: it navigates away. Its failure would be an error there.
  const called = page.evaluate((chosen) => globalThis.FHIR.oauth2.authorize(chosen).catch((error) => String(error)), options);
  called.catch(() => {});
  await Promise.race([arrived, called.then((words) => words && Promise.reject(new Error(words)), () => arrived)]);
  await arrived;
}

/** Back in the app: exchanges the code for the token and keeps the client as `window.sayso`. */
export async function ready(page, app) {
  await page.waitForURL((url) => url.origin === new URL(app.redirect).origin && url.pathname !== '/oauth/authorize');
  return page.evaluate(async () => {
    globalThis.sayso = await globalThis.FHIR.oauth2.ready();
    const { tokenResponse } = globalThis.sayso.state;
    return { person: globalThis.sayso.patient.id, token: tokenResponse.access_token, scope: tokenResponse.scope };
  });
}

/**
 * `client.request` of fhirclient in the page. Failures come back for the test to judge: their `text` is the message
 * that fhirclient made, their `body` the JSON it put into it.
 */
export function request(page, options) {
  return page.evaluate(async (wanted) => {
    try {
      const answer = await globalThis.sayso.request({ ...wanted, includeResponse: true });
      const { status, headers } = answer.response;
      return { status, body: answer.body, etag: headers.get('etag'), location: headers.get('location') };
    } catch (error) {
      const text = String(error.message);
      const json = text.indexOf('\n\n{');
      const body = json < 0 ? undefined : JSON.parse(text.slice(json));
      return { status: error.status ?? 0, text, body, etag: error.response?.headers.get('etag') };
    }
  }, options);
}
