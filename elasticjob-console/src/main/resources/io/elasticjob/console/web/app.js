/** The frame of all pages: where one is, what is asked for, what is drawn. */
import { html, render, nothing } from './lit/lit-html.js';
import * as api from './api.js';
import { LOCALES, locale, nameOf, preferred, t, use } from './i18n.js';
import { Loop } from './live.js';
import { chooseZone, exact, now, relative, setJobZone, zoneChoice } from './time.js';
import { currentDialog } from './parts/dialog.js';
import { problem } from './parts/states.js';

const PAGES = {
  jobs: () => import('./pages/jobs.js'),
  job: () => import('./pages/job.js'),
  firing: () => import('./pages/firing.js'),
  runs: () => import('./pages/runs.js'),
  chains: () => import('./pages/chains.js'),
  instances: () => import('./pages/instances.js'),
  instance: () => import('./pages/instance.js'),
  overview: () => import('./pages/overview.js'),
  changes: () => import('./pages/changes.js'),
};
const TABS = ['jobs', 'runs', 'chains', 'instances', 'overview', 'changes'];

/** What the pages share. `state` is a page's own, and gone with it. */
export const app = {
  context: { links: {} },
  may: {},
  route: null,
  state: {},
  data: null,
  error: null,
  notice: null,
  update,
  refresh: () => loop?.now(),
  changed: () => loop?.change,
  go,
  say,
  /** Whether the viewer may change something at all, or a job or an instance that says of itself whether they may. */
  mayChange: what => Boolean(app.may.operate) && (what === undefined || what.operable !== false),
  /** Whether the viewer may create jobs. */
  mayCreate: () => Boolean(app.may.operateEverything),
};

let page = null;
let loop = null;
let contextError = null;
let drawn = false;
let canSpeak = false;
let visit = 0;
let asking = null;

/** `#/jobs/name/tab?q=…` as page, parts and query. */
export function parse(hash) {
  const [where, search] = hash.replace(/^#\/?/, '').split('?');
  const parts = where.split('/').filter(part => part !== '').map(decodeURIComponent);
  const query = Object.fromEntries(new URLSearchParams(search ?? ''));
  const first = parts[0] ?? 'jobs';
  if (first === 'jobs' && parts.length > 1) {
    return parts[2] === 'firings' && parts[3]
      ? { page: 'firing', job: parts[1], firing: parts[3], query }
      : { page: 'job', job: parts[1], tab: parts[2] ?? 'now', query };
  }
  if (first === 'instances' && parts.length > 1) {
    return { page: 'instance', instance: parts[1], query };
  }
  return { page: TABS.includes(first) ? first : 'jobs', query };
}

/** The address of a page. */
export function to(parts, query) {
  return `#/${parts.map(encodeURIComponent).join('/')}${api.query(query)}`;
}

function go(address, replace) {
  if (replace) {
    history.replaceState(null, '', address);
    arrive();
  } else {
    location.hash = address;
  }
}

const samePlace = (a, b) => a && a.page === b.page && a.job === b.job && a.instance === b.instance && a.firing === b.firing;

async function arrive() {
  const before = app.route;
  app.route = parse(location.hash);
  const mine = ++visit;
  asking?.abort();
  if (!samePlace(before, app.route)) {
    app.state = {};
    app.data = null;
    app.error = null;
    setJobZone(null);
    update();
  }
  let module;
  try {
    module = await PAGES[app.route.page]();
  } catch {
    app.error = new api.Problem('updated', 0);
    update();
    return;
  }
  if (mine !== visit) {
    return;
  }
  page = module.default;
  loop?.stop();
  loop = new Loop(() => load(mine), page.pause ?? 2000, page.watched ?? null);
  update();
  await loop.now();
  requestAnimationFrame(showWhereOneIs);
  if (before && !samePlace(before, app.route)) {
    document.querySelector('main')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

/** On a narrow screen, where what is chosen may be out of sight. */
function showWhereOneIs() {
  for (const one of document.querySelectorAll('nav [aria-current]')) {
    const bar = one.parentElement;
    const beyond = one.offsetLeft + one.offsetWidth - bar.offsetLeft - bar.clientWidth;
    bar.scrollLeft = beyond > 0 ? beyond + 8 : 0;
  }
}

async function load(mine) {
  if (mine !== visit) {
    return; // Whoever looks has gone on to another page, whose data this must not touch.
  }
  const controller = new AbortController();
  asking = controller;
  try {
    const data = await page.load(app, controller.signal);
    if (mine === visit) {
      app.data = data;
      app.error = null;
      update();
    }
  } catch (failure) {
    if (mine === visit && failure.name !== 'AbortError') {
      app.error = failure instanceof api.Problem ? failure : new api.Problem('page', 0, { message: String(failure) });
      if (!(failure instanceof api.Problem)) {
        console.error(failure);
      }
      update();
    }
  }
}

/** Draws once before the next frame, however often it is asked for. */
function update() {
  if (!drawn) {
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      draw();
    });
  }
}

function draw() {
  if (!canSpeak) {
    return;
  }
  render(frame(), document.getElementById('app'));
  document.title = [page?.title?.(app), app.context.title || app.context.namespace, 'ElasticJob'].filter(Boolean).join(' · ');
}

function say(text, isBad) {
  const notice = { text, isBad };
  app.notice = notice;
  update();
  setTimeout(() => {
    if (app.notice === notice) {
      app.notice = null;
      update();
    }
  }, 8000);
}

const current = name => app.route && (app.route.page === name || `${app.route.page}s` === name || name === 'runs' && app.route.page === 'firing');

function frame() {
  const { context } = app;
  const links = Object.entries(context.links ?? {});
  return html`
    <a class="skip" href="#main" @click=${event => { event.preventDefault(); document.querySelector('main').focus(); }}>${t('skip')}</a>
    <header class="top">
      <a class="brand" href="#/jobs"><img src=${new URL('icon.svg', import.meta.url)} alt="" width="20" height="20"><span>${context.title || context.namespace || 'ElasticJob'}</span></a>
      ${links.length ? html`<label class="switcher"><span class="hidden">${t('links')}</span><select @change=${event => { if (event.target.value) { location.href = event.target.value; } }}>
        <option value="">${t('links')}</option>${links.map(([name, url]) => html`<option value=${url}>${name}</option>`)}</select></label>` : nothing}
      <nav aria-label=${t('nav')}>${TABS.map(name => html`<a href=${`#/${name}`} aria-current=${current(name) ? 'page' : nothing}>${t(`nav.${name}`)}</a>`)}</nav>
      <div class="choices">
        <label><span class="hidden">${t('zone')}</span><select @change=${event => { chooseZone(event.target.value); update(); }}>
          ${['browser', 'job', 'UTC'].map(one => html`<option value=${one} ?selected=${zoneChoice() === one}>${t(`zone.${one}`)}</option>`)}</select></label>
        <label><span class="hidden">${t('language')}</span><select @change=${event => speak(event.target.value)}>
          ${(context.locales ?? Object.keys(LOCALES)).map(name => html`<option value=${name} lang=${name} ?selected=${locale() === name}>${nameOf(name)}</option>`)}</select></label>
        <label><span class="hidden">${t('theme')}</span><select @change=${event => colour(event.target.value)}>
          ${['auto', 'light', 'dark'].map(one => html`<option value=${one} ?selected=${theme() === one}>${t(`theme.${one}`)}</option>`)}</select></label>
      </div>
    </header>
    ${banner()}
    <main id="main" class=${`page page-${app.route?.page ?? ''}`} tabindex="-1">${content()}</main>
    <footer>${foot()}</footer>
    <div class="notices" role="status">${app.notice ? html`<p class=${app.notice.isBad ? 'notice bad' : 'notice'}>${app.notice.text}</p>` : nothing}</div>
    ${currentDialog()}`;
}

function banner() {
  if (contextError) {
    return html`<div class="banner bad" role="alert">${problem(contextError)}</div>`;
  }
  if (app.context.connected === false) {
    return html`<div class="banner warn" role="alert"><strong>${t('away.title')}</strong> ${t('away.text', { since: app.context.awaySince ? relative(app.context.awaySince) : '–' })}</div>`;
  }
  return nothing;
}

function content() {
  if (app.error && (app.data === null || app.error.kind === 'absent')) {
    return html`<h1 class="hidden">${page?.title?.(app) ?? t(`nav.${app.route.page}`)}</h1><div class="state">${problem(app.error, app.refresh)}</div>`;
  }
  if (!page || !app.route) {
    return nothing;
  }
  const view = page.view(app);
  return app.error && app.error.kind !== 'network' && app.error.kind !== 'session'
    ? html`<div class="banner warn" role="alert">${problem(app.error)}</div>${view}` : view;
}

function foot() {
  const { context } = app;
  return html`
    ${context.instance ? html`<span>${t('foot.answers', { instance: context.instance })}</span>` : nothing}
    ${context.user ? html`<span>${t('foot.user', { user: context.user })}</span>` : nothing}
    ${app.may.operate === false ? html`<span>${t('foot.readOnly')}</span>` : nothing}
    ${context.version ? html`<span>ElasticJob ${context.version}</span>` : nothing}
    <span class="num" title=${exact(new Date(now()).toISOString())}>${exact(new Date(now()).toISOString())}</span>`;
}

function theme() {
  return localStorage.getItem('elasticjob.theme') ?? 'auto';
}

function colour(chosen) {
  localStorage.setItem('elasticjob.theme', chosen);
  applyTheme();
  update();
}

function applyTheme() {
  const chosen = theme();
  if (chosen === 'auto') {
    document.documentElement.removeAttribute('data-theme');
  } else {
    document.documentElement.setAttribute('data-theme', chosen);
  }
}

async function speak(chosen) {
  localStorage.setItem('elasticjob.locale', chosen);
  await use(chosen);
  update();
}

/** What the viewer may is asked as often as where the pages are: a role may be taken from somebody at work. */
async function askMay() {
  try {
    app.may = (await api.get('capabilities')).may;
  } catch (failure) {
    if (failure.kind === 'forbidden') {
      app.may = { operate: false };
    }
  }
}

async function askContext() {
  const asked = askMay();
  try {
    const context = await api.context();
    const mine = document.querySelector('meta[name=elasticjob-pages]').content;
    app.context = context;
    contextError = context.pages === mine ? null : new api.Problem('updated', 0);
  } catch (failure) {
    contextError = failure instanceof api.Problem ? failure : new api.Problem('network', 0);
  }
  await asked;
  update();
}

/** Keys that hold everywhere: a slash leads to the search. */
document.addEventListener('keydown', event => {
  if (event.key === '/' && !event.target.closest?.('input, textarea, select, dialog')) {
    const search = document.querySelector('input[type=search]');
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

window.addEventListener('hashchange', arrive);
applyTheme();
arrive(); // What is shown is asked for while the words are still on their way.
use(preferred()).then(() => {
  document.getElementById('app').replaceChildren();
  canSpeak = true;
  update();
  new Loop(askContext, 5000).now();
  setInterval(update, 1000); // What is relative goes on.
});
