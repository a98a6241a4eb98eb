/** The live instances. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { millis, span } from '../time.js';
import { switchInstance } from '../parts/actions.js';
import { mark, when } from '../parts/marks.js';
import { empty, loading } from '../parts/states.js';
import { table } from '../parts/table.js';

/** How many shards it should run. */
export function shardsOf(instance) {
  return Object.values(instance.shards).reduce((sum, own) => sum + own.length, 0);
}

/** How many of its slots are taken; only the instance that answers knows its own. */
function slots({ slots: own }) {
  return !own ? html`<span class="quiet" title=${t('slots.elsewhere')}>–</span>`
    : html`<span class=${own.stuckSince ? 'bad' : own.overdue ? 'late' : ''} title=${slotsInWords(own)}>${own.taken}/${own.total}</span>`;
}

/** All that is known of slots, a line each. */
export function slotsInWords(own) {
  return [t('slots.taken', own), ...Object.entries(own.groups).map(([group, its]) => `${group}: ${t('slots.taken', its)}`),
    ...own.overdue ? [t('slots.overdue', { n: own.overdue })] : [], ...own.waiting ? [t('slots.waiting', { n: own.waiting })] : []].join('\n');
}

export default {
  pause: 2000,

  watched: () => [],

  title: () => t('nav.instances'),

  async load(_, signal) {
    return (await api.get('instances', {}, signal)).instances;
  },

  view() {
    const all = app.data;
    return html`<h1 class="hidden">${t('nav.instances')}</h1>${!all ? loading() : all.length === 0 ? empty(t('instances.none'), t('instances.none.text')) : table([
      { class: 'c-state', head: t('column.state'), cell: one => html`<span title=${one.drain ? t('by', { who: one.drain.who || t('nobody'), when: one.drain.when ?? '', why: one.drain.why || '–' }) : ''}>${mark('instance', one.state)}</span>` },
      { class: 'c-name', head: t('instance'), cell: one => html`<a href=${to(['instances', one.id])} title=${one.id}>${one.name}</a>${one.answering ? html`<span class="tag">${t('instances.answers')}</span>` : nothing}` },
      { class: 'c-app wide', head: t('application'), cell: one => html`<span class="cut">${one.application}</span>` },
      { class: 'c-version wide', head: t('column.version'), cell: one => one.version ?? '–' },
      { class: 'c-host wide', head: t('column.host'), cell: one => html`<span class="cut" title=${`${one.host} · ${one.pid}`}>${one.host} <span class="quiet num">${one.pid}</span></span>` },
      { class: 'c-labels wide', head: t('column.labels'), cell: one => html`<span class="cut">${Object.entries(one.labels).map(([name, value]) => `${name}=${value}`).join(' ') || '–'}</span>` },
      { class: 'c-jobs num', head: t('nav.jobs'), cell: one => Object.keys(one.shards).length },
      { class: 'c-shards num', head: t('column.shards'), cell: shardsOf },
      { class: 'c-slots num', head: t('column.slots'), cell: slots },
      { class: 'c-skew num wide', head: t('column.skew'), cell: one => one.clockSkew ? span(millis(one.clockSkew)) : '–' },
      { class: 'c-since wide', head: t('column.up'), cell: one => when(one.startedAt) },
      ...(all.some(one => one.workers) ? [{ class: 'c-jobs num', head: t('column.workers'), cell: one => one.workers ? Object.keys(one.workers).length : '–' }] : []),
      ...(app.mayChange() ? [{ class: 'c-do', head: html`<span class="hidden">${t('actions')}</span>`, cell: one => !app.mayChange(one) ? nothing : html`<button type="button" class="small" @click=${() => switchInstance(one, one.drain ? 'resume' : 'drain')} aria-label=${`${t(one.drain ? 'resume' : 'drain')}: ${one.name}`}>${t(one.drain ? 'resume' : 'drain')}</button>` }] : []),
    ], all, { id: 'instances', caption: t('instances.caption', { n: all.length }), key: one => one.id })}
    ${all && all.length ? html`<p class="quiet total">${[...new Set(all.map(one => one.state))].map(state => `${word('instance', state)} ${all.filter(one => one.state === state).length}`).join(' · ')}</p>` : nothing}`;
  },
};
