/** Requests to the endpoint `elasticjob`, and what goes wrong with them. */
import { heardServer } from './time.js';

const page = new URL('.', location.href.split('#')[0]);
const API = new URL(document.querySelector('meta[name=elasticjob-api]').content.replace(/\/?$/, '/'), page);
const CONTEXT = new URL('context.json', page);

/** `kind` is one of session, forbidden, absent, refused, invalid, away, busy, network, server. */
export class Problem extends Error {
  constructor(kind, status, body) {
    super(body?.message ?? '');
    this.kind = kind;
    this.status = status;
    this.body = body ?? {};
  }
}

const KINDS = { 400: 'invalid', 401: 'session', 403: 'forbidden', 404: 'absent', 405: 'forbidden', 409: 'refused', 410: 'old', 429: 'busy' };

function kindOf(status, body) {
  return status === 503 ? (body?.code === 'BUSY' ? 'busy' : 'away') : KINDS[status] ?? 'server';
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, { redirect: 'manual', credentials: 'same-origin', ...options });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem('network', 0);
  }
  if (response.type === 'opaqueredirect') {
    throw new Problem('session', 302); // A login page, most likely.
  }
  heardServer(response.headers.get('Date'));
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  if (response.ok && response.status !== 204 && !isJson) {
    throw new Problem('session', response.status);
  }
  const body = isJson ? await response.json().catch(() => null) : null;
  if (!response.ok) {
    throw new Problem(kindOf(response.status, body), response.status, body);
  }
  return body;
}

/** The query of an address, without what is not given. */
export function query(values) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value !== undefined && value !== null && value !== '') {
      given.set(name, value);
    }
  }
  const text = given.toString();
  return text ? `?${text}` : '';
}

/** A path of the endpoint; each part is written so that it stays one part. */
export function path(...parts) {
  return parts.map(part => encodeURIComponent(part)).join('/');
}

export function get(where, values, signal) {
  return request(new URL(where + query(values), API), { headers: { Accept: 'application/json' }, signal });
}

export function context(signal) {
  return request(CONTEXT, { headers: { Accept: 'application/json' }, signal });
}

/** The token against forged requests, from the cookie that Spring Security sets where it is told to. */
function csrf() {
  const token = document.cookie.split('; ').find(one => one.startsWith('XSRF-TOKEN='));
  return token ? { 'X-XSRF-TOKEN': decodeURIComponent(token.slice('XSRF-TOKEN='.length)) } : {};
}

export function post(where, body) {
  const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''));
  return request(new URL(where, API), {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...csrf() },
    body: JSON.stringify(fields),
  });
}

export function remove(where, values) {
  return request(new URL(where + query(values), API), { method: 'DELETE', headers: { Accept: 'application/json', ...csrf() } });
}
