/** How the namespace is doing. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { number, t, word } from '../i18n.js';
import { millis, ms, now, span } from '../time.js';
import { roomFor, stacks } from '../parts/chart.js';
import { executionsTable } from '../parts/executions.js';
import { shape } from '../parts/marks.js';
import { loading } from '../parts/states.js';

const ORDER = ['SUCCEEDED', 'SKIPPED', 'RUNNING', 'MOVED', 'NOT_BEGUN', 'CANCELLED', 'TIMED_OUT', 'FENCED', 'LOST', 'ABANDONED', 'FAILED'];
const STATES = ['ENABLED', 'DISABLED', 'UNDECLARED', 'UNUSABLE', 'UNASSIGNED', 'PROBLEM', 'OVERRIDDEN'];

export default {
  pause: 3000,

  title: () => t('nav.overview'),

  load: (_, signal) => api.get('overview', {}, signal),

  view() {
    const all = app.data;
    if (!all) {
      return loading();
    }
    const { history } = all;
    return html`<h1 class="hidden">${t('nav.overview')}</h1>
      <dl class="figures">
        <div><dt><a href="#/jobs">${t('nav.jobs')}</a></dt><dd class="num">${number(all.jobs.ALL ?? 0)}</dd></div>
        ${STATES.filter(name => all.jobs[name]).map(name => html`<div><dt><a href=${to(['jobs'], { state: name.toLowerCase() })}>${word('filter', name.toLowerCase())}</a></dt><dd class="num">${number(all.jobs[name])}</dd></div>`)}
        <div><dt>${t('column.shards')}</dt><dd class="num">${number(all.shards)}</dd></div>
        ${Object.entries(all.instances).map(([name, n]) => html`<div><dt><a href="#/instances">${t('nav.instances')}: ${word('instance', name)}</a></dt><dd class="num">${number(n)}</dd></div>`)}
      </dl>
      ${!history ? html`<p class="quiet">${t('overview.noHistory')}</p>` : html`
        <h2>${t('overview.minutes')}</h2>
        <p class="quiet">${word('scope', history.scope)}</p>
        ${stacks(history.minutes.map(one => ({ from: ms(one.from), parts: one.outcomes })), { from: ms(history.from), to: Math.max(now(), ms(history.from) + 3_600_000), step: 60_000, width: roomFor(), label: t('overview.minutes'), order: ORDER })}
        ${legend(history.minutes)}
        <h2>${t('overview.failures')}</h2>
        ${history.failures.length === 0 ? html`<p class="quiet">${t('overview.failures.none')}</p>` : executionsTable(history.failures, { id: 'failures', withJob: true, caption: t('overview.failures') })}
        <div class="columns">
          ${tallies(t('overview.failing'), history.failing, t('overview.failing.none'))}
          ${tallies(t('overview.longest'), history.longest, t('overview.longest.none'))}
        </div>`}`;
  },
};

function legend(minutes) {
  const sums = new Map();
  minutes.forEach(one => Object.entries(one.outcomes).forEach(([name, n]) => sums.set(name, (sums.get(name) ?? 0) + n)));
  return html`<p class="facts">${ORDER.filter(name => sums.has(name)).map(name => html`<a class="legend" href=${to(['runs'], { outcome: name })}>${shape(name)}${word('outcome', name)} <span class="num">${number(sums.get(name))}</span></a>`)}</p>`;
}

function tallies(title, list, none) {
  return html`<section><h2>${title}</h2>${list.length === 0 ? html`<p class="quiet">${none}</p>` : html`<table><caption class="hidden">${title}</caption>
    <thead><tr><th scope="col">${t('column.name')}</th><th scope="col" class="num">${t('overview.executions')}</th><th scope="col" class="num">${t('overview.failed')}</th><th scope="col" class="num">${t('overview.average')}</th><th scope="col" class="num">${t('figure.max')}</th></tr></thead>
    <tbody>${list.map(one => html`<tr><td class="c-name"><a href=${to(['jobs', one.job, 'runs'])} title=${one.job}>${one.job}</a></td><td class="num">${number(one.executions)}</td><td class=${one.failures ? 'num bad' : 'num'}>${number(one.failures)}</td><td class="num">${span(millis(one.average))}</td><td class="num">${span(millis(one.longest))}</td></tr>`)}</tbody></table>`}</section>`;
}
