/** What ran, when, on which shard and how it ended: as a picture and as a table. */
import { html, nothing } from '../../lit/lit-html.js';
import * as api from '../../api.js';
import { app, to } from '../../app.js';
import { t, word } from '../../i18n.js';
import { areRecorded, firingsTable } from '../../parts/firings.js';
import { extent, gantt } from '../../parts/gantt.js';
import { empty, loading } from '../../parts/states.js';
import { executionsTable, OUTCOMES } from '../../parts/executions.js';

const SIZE = 500;
/** Firings that are listed before somebody asks for more. */
const FIRINGS = 10;

function change(values) {
  app.go(to(['jobs', app.route.job, 'runs'], { ...app.route.query, ...values }), true);
}

export default {
  async load(_, detail, signal) {
    const { shard, outcome, from, to: end, before } = app.route.query;
    const narrowed = shard || outcome || from || end || before;
    const [page, whole] = await Promise.all([
      api.get(api.path('jobs', detail.name, 'executions'), { shard, outcome, from, to: end, before, size: SIZE }, signal),
      areRecorded(detail) && !narrowed ? api.get(api.path('jobs', detail.name, 'firings'), {}, signal) : null,
    ]);
    return { ...page, firings: whole?.firings ?? null };
  },

  view(_, detail) {
    const { query } = app.route;
    const page = app.data.tab;
    const state = app.state;
    return html`
      <form class="filters" @submit=${event => event.preventDefault()}>
        <label>${t('column.shard')} <select @change=${event => change({ shard: event.target.value, before: '' })}><option value="">${t('all')}</option>${detail.shards.slice(0, 1000).map(one => html`<option value=${one.item} ?selected=${query.shard === String(one.item)}>${one.item}${one.parameter ? ` ${one.parameter}` : ''}</option>`)}</select></label>
        <label>${t('column.outcome')} <select @change=${event => change({ outcome: event.target.value, before: '' })}><option value="">${t('all')}</option>${OUTCOMES.map(one => html`<option value=${one} ?selected=${query.outcome === one}>${word('outcome', one)}</option>`)}</select></label>
        ${state.zoomed ? html`<button type="button" @click=${() => { state.zoomed = null; app.update(); }}>${t('gantt.whole')}</button>` : nothing}
        ${page?.scope ? html`<span class="quiet">${word('scope', page.scope)}</span>` : nothing}
      </form>
      ${!page ? loading() : page.executions.length === 0 ? html`${firings(page, detail, state)}${empty(t('runs.none'), t('runs.none.text'))}` : html`
        ${picture(page.executions, state)}
        ${firings(page, detail, state)}
        ${executionsTable(page.executions, { id: 'executions', withJob: false, caption: t('runs.caption', { job: detail.name }), job: detail.name })}
        <p class="more">${query.before ? html`<button type="button" @click=${() => change({ before: '' })}>${t('runs.latest')}</button>` : nothing}
        ${page.next ? html`<button type="button" @click=${() => change({ before: page.next })}>${t('runs.older')}</button>` : nothing}</p>`}`;
  },
};

/** Whole firings above the executions that they are made of. */
function firings({ firings: all, executions }, detail, state) {
  return !all?.length ? nothing : html`<h2>${t('firings')}</h2>
    ${firingsTable(state.allFirings ? all : all.slice(0, FIRINGS), executions, detail)}
    ${all.length <= FIRINGS || state.allFirings ? nothing : html`<p class="more"><button type="button" @click=${() => { state.allFirings = true; app.update(); }}>${t('firings.all', { n: all.length })}</button></p>`}
    <h2>${t('executions')}</h2>`;
}

function picture(executions, state) {
  const whole = extent(executions);
  const width = Math.max(280, Math.min(1800, (document.querySelector('main')?.clientWidth ?? 1000) - 72));
  const view = { ...(state.zoomed ?? whole), width, hover: state.hover };
  return gantt(executions, view, {
    hover: (execution, event) => {
      if (!execution && !state.hover) {
        return;
      }
      state.hover = execution && { execution, ...corner(event) };
      app.update();
    },
    choose: execution => app.go(to(['jobs', app.route.job, 'firings', execution.firing])),
    zoom: (from, end) => {
      state.zoomed = end - from < 20 ? state.zoomed : { from, to: end };
      app.update();
    },
  });
}

/** Beside the pointer, on the side where there is room. */
function corner(event) {
  const box = event.currentTarget.closest('.gantt').getBoundingClientRect();
  const x = event.clientX - box.left;
  return { x: x > box.width - 280 ? Math.max(0, x - 270) : x + 14, y: event.clientY - box.top + 14 };
}
