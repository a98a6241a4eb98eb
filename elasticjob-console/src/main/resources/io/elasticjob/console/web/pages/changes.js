/** Who has changed what, when and why: all that was asked for, where a database keeps it, else what holds at present. */
import { html, nothing } from '../lit/lit-html.js';
import { live } from '../lit/directives/live.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { instant, local } from '../time.js';
import { shape, when } from '../parts/marks.js';
import { empty, loading } from '../parts/states.js';
import { table } from '../parts/table.js';
import { exportChanges, importChanges } from '../parts/transfer.js';

const SIZE = 100;
const OPERATIONS = ['trigger', 'plan', 'rerun', 'cancel', 'configure', 'reset', 'disable', 'enable', 'create', 'transfer', 'remove', 'drain', 'resume'];

function change(values) {
  app.go(to(['changes'], { ...app.route.query, before: '', ...values }), true);
}

export default {
  pause: 3000,

  title: () => t('nav.changes'),

  load(_, signal) {
    const { job, instance, who, operation, from, to: end, before } = app.route.query;
    return api.get('audit', { job, instance, who, operation, from, to: end, before, size: SIZE }, signal);
  },

  view() {
    const { query } = app.route;
    const page = app.data;
    const field = (name, label) => html`<label>${label} <input class="narrow" name=${name} .value=${live(query[name] ?? '')} @change=${event => change({ [name]: event.target.value })} autocomplete="off" spellcheck="false"></label>`;
    const time = (name, label) => html`<label>${label} <input type="datetime-local" .value=${live(local(query[name]))} @change=${event => change({ [name]: instant(event.target.value) })}></label>`;
    const filtered = Object.entries(query).some(([name, value]) => name !== 'before' && value);
    return html`<h1 class="hidden">${t('nav.changes')}</h1>
      <div class="head"><form class="filters" @submit=${event => event.preventDefault()}>
        ${field('job', t('column.name'))}
        <label>${t('column.what')} <select @change=${event => change({ operation: event.target.value })}><option value="">${t('all')}</option>${OPERATIONS.map(one => html`<option value=${one} ?selected=${query.operation === one}>${word('operation', one)}</option>`)}</select></label>
        ${field('instance', t('instance'))}${field('who', t('column.who'))}${time('from', t('from'))}${time('to', t('to'))}
        ${filtered ? html`<button type="button" @click=${() => app.go('#/changes', true)}>${t('filters.clear')}</button>` : nothing}
        </form>
        ${app.mayChange() ? html`<div class="actions" role="group" aria-label=${t('actions')}><button type="button" @click=${exportChanges}>${t('export')}</button><button type="button" @click=${importChanges}>${t('import.open')}</button></div>` : nothing}</div>
      ${!page ? loading() : html`
        <p class="quiet">${word('auditScope', page.scope)} <a href=${to(['jobs'], { state: 'overridden' })}>${t('changes.jobs')}</a></p>
        ${page.changes.length === 0 ? none(page, filtered || query.before) : rows(page)}
        <p class="more">${query.before ? html`<button type="button" @click=${() => change({})}>${t('runs.latest')}</button>` : nothing}
        ${page.next ? html`<button type="button" @click=${() => change({ before: page.next })}>${t('runs.older')}</button>` : nothing}</p>`}`;
  },
};

function none(page, filtered) {
  return filtered ? empty(t('changes.none.filtered'), t('runs.none.filtered.text'))
    : page.scope === 'PAST' ? empty(t('changes.none.ever'), t('changes.none.ever.text')) : empty(t('changes.none'), t('changes.none.text'));
}

function rows(page) {
  const isPast = page.scope === 'PAST';
  return table([
    { class: 'c-since', head: t('column.when'), cell: one => when(one.at) },
    { class: 'c-who', head: t('column.who'), cell: one => one.who || html`<span class="quiet">${t('nobody')}</span>` },
    { class: 'c-name', head: t('column.on'), cell: one => one.job ? html`<a href=${to(['jobs', one.job, 'settings'])} title=${one.job}>${one.job}</a>` : html`<a href=${to(['instances', one.instance])}>${one.instance}</a>` },
    { class: 'c-what', head: t('column.what'), cell: one => html`${word('operation', one.operation)} <code class="cut" title=${one.detail ?? ''}>${one.detail ?? ''}</code>` },
    ...(isPast ? [{ class: 'c-result', head: t('column.result'), cell: result }] : []),
    { class: 'c-why', head: t('column.why'), cell: one => html`<span class="cut" title=${one.why}>${one.why || '–'}</span>` },
    ...(isPast ? [{ class: 'c-origin wide', head: t('column.origin'), cell: one => html`<span class="cut" title=${one.asked ?? ''}>${word('origin', one.origin)} <span class="quiet">${one.asked}</span></span>` }] : []),
  ], page.changes, { id: 'changes', caption: t('nav.changes'), key: (one, i) => `${one.at}/${one.job ?? one.instance}/${one.operation}/${one.detail ?? ''}/${page.changes.length - i}` });
}

function result(one) {
  return html`<span class=${one.result === 'REFUSED' ? 'marked bad' : 'marked'} title=${one.refusal ?? ''}>${one.result === 'DONE' ? nothing : shape(one.result === 'REFUSED' ? 'FAILED' : 'WAITING')}<span>${word('result', one.result)}</span></span>`;
}
