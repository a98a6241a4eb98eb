/** Executions of all jobs, latest first; the filter is in the address. */
import { html, nothing } from '../lit/lit-html.js';
import { live } from '../lit/directives/live.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { instant, local } from '../time.js';
import { executionsTable, OUTCOMES } from '../parts/executions.js';
import { empty, loading } from '../parts/states.js';

function change(values) {
  app.go(to(['runs'], { ...app.route.query, before: '', ...values }), true);
}

export default {
  pause: 2500,

  title: () => t('nav.runs'),

  load(_, signal) {
    const { job, outcome, instance, from, to: end, error, before } = app.route.query;
    return api.get('executions', { job, outcome, instance, from, to: end, error, before, size: 100 }, signal);
  },

  view() {
    const { query } = app.route;
    const page = app.data;
    const field = (name, label) => html`<label>${label} <input class="narrow" .value=${live(query[name] ?? '')} @change=${event => change({ [name]: event.target.value })} autocomplete="off" spellcheck="false"></label>`;
    const time = (name, label) => html`<label>${label} <input type="datetime-local" .value=${live(local(query[name]))} @change=${event => change({ [name]: instant(event.target.value) })}></label>`;
    const filtered = Object.entries(query).some(([name, value]) => name !== 'before' && value);
    return html`<h1 class="hidden">${t('nav.runs')}</h1>
      <form class="filters" @submit=${event => event.preventDefault()}>
        ${field('job', t('column.name'))}
        <label>${t('column.outcome')} <select @change=${event => change({ outcome: event.target.value })}><option value="">${t('all')}</option>${OUTCOMES.map(one => html`<option value=${one} ?selected=${query.outcome === one}>${word('outcome', one)}</option>`)}</select></label>
        ${field('instance', t('instance'))}${time('from', t('from'))}${time('to', t('to'))}${field('error', t('runs.error'))}
        ${filtered ? html`<button type="button" @click=${() => app.go('#/runs', true)}>${t('filters.clear')}</button>` : nothing}
        ${page?.scope ? html`<span class="quiet">${word('scope', page.scope)}</span>` : nothing}
      </form>
      ${!page ? loading() : page.executions.length === 0 ? (filtered ? empty(t('runs.none.filtered'), t('runs.none.filtered.text')) : empty(t('runs.none'), t('runs.none.text'))) : html`
        ${executionsTable(page.executions, { id: 'executions', withJob: true, caption: t('runs.all') })}
        <p class="more">${query.before ? html`<button type="button" @click=${() => change({})}>${t('runs.latest')}</button>` : nothing}
        ${page.next ? html`<button type="button" @click=${() => change({ before: page.next })}>${t('runs.older')}</button>` : nothing}</p>`}`;
  },
};
