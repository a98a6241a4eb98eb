/** All jobs: found by what one types, filtered and sorted at the server, drawn as far as one scrolls. */
import { html, nothing } from '../lit/lit-html.js';
import { live } from '../lit/directives/live.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { number, t, word } from '../i18n.js';
import { exact } from '../time.js';
import { many } from '../parts/actions.js';
import { mark, outcomes, when } from '../parts/marks.js';
import { scheduleInWords } from '../parts/schedule.js';
import { shardbar } from '../parts/shardbar.js';
import { empty, loading } from '../parts/states.js';
import { drawnRows, table } from '../parts/table.js';

const SIZE = 100;
/** The most rows that are read again because the list has become longer or shorter. */
const AGAIN = 1000;
/** How often it is looked whether it has, and how many jobs are in which state, in milliseconds. */
const CHECK = 4000;
const STATES = ['', 'enabled', 'running', 'failing', 'overdue', 'disabled', 'undeclared', 'unassigned', 'problem', 'overridden'];
/** So that an address stays short enough for any server. */
const NAMES = 3500;

const filter = () => {
  const { q, application, state, handler, instance, sort } = app.route.query;
  return { q, application, state, handler, instance, sort };
};
const keyOf = asked => JSON.stringify(asked);

function change(values) {
  app.go(to(['jobs'], { ...app.route.query, ...values }), true);
}

/** The names of what is on screen. */
function drawn(state) {
  const { from, to: end } = drawnRows('jobs', state.rows.length);
  const names = [];
  let length = 0;
  for (const row of state.rows.slice(from, Math.min(end, from + 200))) {
    length += encodeURIComponent(row.name).length + 3;
    if (length > NAMES) {
      break;
    }
    names.push(row.name);
  }
  return names;
}

/** What is on screen, read again with what its shards do and how it went. */
async function details(state, signal) {
  const names = drawn(state);
  if (names.length === 0) {
    return;
  }
  const page = await api.get('jobs', { names: names.join(','), size: 200, include: 'records,outcomes' }, signal);
  const fresh = new Map(page.jobs.map(job => [job.name, job]));
  state.rows = state.rows.map(row => fresh.get(row.name) ?? row);
}

/** The beginning of the list; of one that is shown already, as much as is shown. */
async function first(state, key, signal) {
  const before = new Map((state.rows ?? []).map(row => [row.name, row]));
  const wanted = state.key === key ? Math.min(before.size, AGAIN) : 0;
  let page = null;
  let rows = [];
  do {
    page = await api.get('jobs', { ...filter(), size: wanted > SIZE ? 200 : SIZE, after: page?.next }, signal);
    rows = [...rows, ...page.jobs];
  } while (page.next && rows.length < wanted);
  signal.throwIfAborted();
  state.rows = rows.map(row => ({ records: before.get(row.name)?.records, firings: before.get(row.name)?.firings, ...row }));
  state.total = page.total;
  state.next = page.next;
  state.key = key;
}

async function further() {
  const { state } = app;
  if (!state.next || state.fetching) {
    return;
  }
  state.fetching = true;
  const { key } = state;
  try {
    const page = await api.get('jobs', { ...filter(), size: 200, after: state.next });
    if (state.key === key && app.state === state) {
      const known = new Set(state.rows.map(row => row.name));
      state.rows = [...state.rows, ...page.jobs.filter(row => !known.has(row.name))];
      state.next = page.next;
      state.total = page.total;
    }
  } catch {
    // The next look says what is wrong.
  }
  state.fetching = false;
  app.update();
}

export default {
  pause: 1000,

  watched: () => app.state.rows ? drawn(app.state) : [],

  title: () => t('nav.jobs'),

  async load(_, signal) {
    const { state } = app;
    const key = keyOf(filter());
    const due = Date.now() - (state.checked ?? 0) > CHECK;
    if (state.key !== key) {
      await first(state, key, signal); // What was shown before stays until then: nothing jumps.
      app.data = true;
      app.update();
      await new Promise(requestAnimationFrame);
    } else if (due || app.changed()?.jobs.length) {
      const now = await api.get('jobs', { ...filter(), sort: undefined, size: 1 }, signal); // The number needs no order.
      if (now.total !== state.total) {
        await first(state, key, signal);
      }
    }
    if (due) {
      state.checked = Date.now();
      state.counts = (await api.get('overview', {}, signal)).jobs;
    }
    await details(state, signal);
    return true;
  },

  view() {
    const { state, route: { query } } = app;
    state.selected ??= new Set();
    return html`
      <div class="head">
        <h1 class="hidden">${t('nav.jobs')}</h1>
        <form role="search" class="filters" @submit=${event => event.preventDefault()}>
          <input type="search" aria-label=${t('jobs.search')} placeholder=${t('jobs.search')} .value=${live(query.q ?? '')} @input=${event => change({ q: event.target.value })} autocomplete="off" spellcheck="false">
          <input class="narrow" aria-label=${t('application')} placeholder=${t('application')} list="applications" .value=${live(query.application ?? '')} @change=${event => change({ application: event.target.value })} autocomplete="off">
          <datalist id="applications">${[...new Set((state.rows ?? []).map(row => row.application))].filter(Boolean).map(name => html`<option value=${name}></option>`)}</datalist>
          <input class="narrow" aria-label=${t('instance')} placeholder=${t('instance')} .value=${live(query.instance ?? '')} @change=${event => change({ instance: event.target.value })} autocomplete="off">
        </form>
        ${app.mayCreate() ? html`<button type="button" class="primary" @click=${create}>${t('create')}</button>` : nothing}
      </div>
      <div class="chips" role="group" aria-label=${t('jobs.states')}>${STATES.map(one => html`<button type="button" aria-pressed=${(query.state ?? '') === one ? 'true' : 'false'} @click=${() => change({ state: one })}>
        ${word('filter', one || 'all')}${count(state, one)}</button>`)}</div>
      ${bulk(state)}
      ${!state.rows ? loading() : state.rows.length === 0 ? none(query) : html`
        ${table(columns(state), state.rows, {
          id: 'jobs',
          caption: t('jobs.caption', { n: state.total }),
          key: row => row.name,
          rowClass: row => row.state === 'ENABLED' ? '' : 'resting',
          sort: query.sort ?? 'name',
          onSort: sort => change({ sort }),
          total: state.total,
          onEnd: further,
        })}
        <p class="quiet total">${t('jobs.shown', { shown: state.rows.length, total: state.total })}</p>`}`;
  },
};

async function create() {
  (await import('../parts/create.js')).createJob();
}

/** Before the numbers are known the long ones have their place already: what somebody is about to click stays where it is. */
function count({ counts, total }, state) {
  if (!counts) {
    return state === '' || state === 'enabled' ? html` <span class="num kept" aria-hidden="true">${number(total ?? 0)}</span>` : nothing;
  }
  const n = counts[state === '' ? 'ALL' : state.toUpperCase()];
  return n === undefined ? nothing : html` <span class="num">${number(n)}</span>`;
}

function none(query) {
  const filtered = Object.keys(query).some(name => name !== 'sort' && query[name]);
  return filtered
    ? empty(t('jobs.none.filtered'), t('jobs.none.filtered.text'), html`<button type="button" @click=${() => app.go('#/jobs', true)}>${t('filters.clear')}</button>`)
    : empty(t('jobs.none'), t('jobs.none.text'));
}

function bulk(state) {
  const jobs = [...state.selected];
  return jobs.length === 0 ? nothing : html`<div class="bulk" role="group" aria-label=${t('jobs.selected', { n: jobs.length })}>
    <span>${t('jobs.selected', { n: jobs.length })}</span>
    ${['enable', 'disable', 'trigger'].map(operation => html`<button type="button" @click=${() => many(jobs, operation, () => { state.selected.clear(); app.refresh(); })}>${word('many', `${operation}.label`)}</button>`)}
    <button type="button" class="plain" @click=${() => { state.selected.clear(); app.update(); }}>${t('clear')}</button></div>`;
}

function columns(state) {
  const select = {
    class: 'c-select',
    label: t('jobs.selectAll'),
    head: html`<input type="checkbox" aria-label=${t('jobs.selectAll')} .checked=${live(state.rows.length > 0 && state.selected.size >= state.rows.length)} @change=${event => {
      state.selected = event.target.checked ? new Set(state.rows.filter(app.mayChange).map(row => row.name)) : new Set();
      app.update();
    }}>`,
    cell: row => !app.mayChange(row) ? nothing : html`<input type="checkbox" aria-label=${t('jobs.select', { job: row.name })} .checked=${live(state.selected.has(row.name))} @change=${event => {
      state.selected[event.target.checked ? 'add' : 'delete'](row.name);
      app.update();
    }}>`,
  };
  return [
    ...(app.mayChange() ? [select] : []),
    { class: 'c-state', head: t('column.state'), sort: 'state', cell: stateOf },
    { class: 'c-name', head: t('column.name'), sort: 'name', cell: row => html`<a href=${to(['jobs', row.name])} title=${row.name}>${row.name}</a>${row.overridden ? html`<span class="tag" title=${t('overridden.text')}>${t('overridden')}</span>` : nothing}${row.description ? html`<span class="quiet description" title=${row.description}>${row.description}</span>` : nothing}` },
    { class: 'c-app wide', head: t('application'), sort: 'application', cell: row => html`<span class="cut" title=${row.application}>${row.application || '–'}</span>` },
    { class: 'c-schedule wide', head: t('column.schedule'), cell: row => html`<span class="cut" title=${row.schedule?.description ?? ''}>${scheduleInWords(row.schedule)}</span>` },
    { class: 'c-shards', head: t('column.shards'), cell: row => shardbar(row.shardingTotalCount, row.records) },
    { class: 'c-last wide', head: t('column.last'), sort: 'last', descends: true, cell: row => outcomes(row.firings) },
    { class: 'c-next', head: t('column.next'), sort: 'next', cell: row => when(row.nextFireTime) },
  ];
}

function stateOf(row) {
  const running = row.records?.shards.some(shard => shard.state === 'RUNNING');
  const last = row.firings?.find(one => one.outcome);
  if (row.problem) {
    return html`<span title=${row.problem}>${mark('job', 'UNUSABLE')}</span>`;
  }
  if (row.state === 'ENABLED' && row.eligible === 0) {
    return html`<span title=${t('unassigned.text')}>${mark('job', 'UNASSIGNED')}</span>`;
  }
  if (row.state !== 'ENABLED') {
    return mark('job', row.state);
  }
  if (running) {
    return mark('job', 'RUNNING');
  }
  return last && !['SUCCEEDED', 'MOVED', 'CANCELLED'].includes(last.outcome)
    ? html`<span title=${exact(last.fireTime)}>${mark('outcome', last.outcome)}</span>` : mark('job', row.state);
}
