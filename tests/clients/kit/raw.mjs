// Exact bytes of an answer, and the comparison of two answers that must not tell two worlds apart.
import assert from 'node:assert/strict';
import http from 'node:http';

/** One request on a connection of its own; nothing is followed, decoded or retried. */
export function ask(url, { method = 'GET', token, headers = {}, body } = {}) {
  const target = new URL(url);
  const all = { accept: 'application/fhir+json', ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const request = http.request(target, { method, headers: all, agent: false, timeout: 20_000 }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve(new Answer(answer, Buffer.concat(parts))));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in 20 s: ${method} ${target.pathname}`)));
    request.on('error', reject);
    request.end(body);
  });
}

class Answer {
  constructor(message, body) {
    this.status = message.statusCode;
    this.headers = message.headers;
    this.pairs = [];
    for (let i = 0; i < message.rawHeaders.length; i += 2) {
      this.pairs.push(`${message.rawHeaders[i]}: ${message.rawHeaders[i + 1]}`);
    }
    this.body = body;
  }

  get text() {
    return this.body.toString('utf8');
  }

  json() {
    return JSON.parse(this.text);
  }
}

/**
 * Asserts that two answers are the same bytes: status, headers with their order (without Date), body.
 * `asked` are the words by which the two requests themselves differed (an id, an identifier); where an answer
 * repeats its own question, as `Bundle.link` must, that question is blanked on both sides.
 */
export function assertSameBytes(one, other, asked, what) {
  const [left, right] = [blank(one, asked[0]), blank(other, asked[1])];
  assert.equal(left.status, right.status, `${what}: status`);
  assert.deepEqual(left.headers, right.headers, `${what}: headers`);
  assert.equal(left.body, right.body, `${what}: body`);
}

function blank(answer, asked) {
  const words = [asked, encodeURIComponent(asked)].flat();
  const hide = (text) => words.reduce((so, word) => so.replaceAll(word, 'ASKED'), text);
  return {
    status: answer.status,
    headers: answer.pairs.filter((pair) => !/^date:/i.test(pair)).map(hide),
    body: hide(answer.body.toString('latin1')),
  };
}
