/** One instance: what it is, what it should run, and what is in its way. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t } from '../i18n.js';
import { exact, millis, relative, span } from '../time.js';
import { switchInstance } from '../parts/actions.js';
import { mark, nameOf, when } from '../parts/marks.js';
import { empty, loading } from '../parts/states.js';
import { table } from '../parts/table.js';
import { ranges } from './job/whatif.js';
import { shardsOf } from './instances.js';

/** Jobs that it may not run, by the reason, the one with most jobs first. */
export function byReason(obstacles) {
  const reasons = new Map();
  for (const [job, why] of Object.entries(obstacles)) {
    reasons.set(why, [...(reasons.get(why) ?? []), job]);
  }
  return [...reasons].sort((a, b) => b[1].length - a[1].length);
}

/** What holds slots for too long, and since when nothing else finds one. */
function overdue(slots) {
  return html`<span class=${slots.stuckSince ? 'bad' : 'late'}>${t('slots.overdue', { n: slots.overdue })}${slots.stuckSince ? html`, ${t('slots.stuck')} ${when(slots.stuckSince)}` : nothing}</span>
    ${slots.overdueRuns.map(({ job, firing, shard }) => html`<span class="run"><a href=${to(['jobs', job, 'firings', firing])}>${job}</a> <span class="quiet num">${t('shard.n', { shard })}</span></span> `)}`;
}

export default {
  pause: 3000,

  title: () => nameOf(app.route.instance),

  load: (_, signal) => api.get(api.path('instances', app.route.instance), {}, signal),

  view() {
    const one = app.data;
    if (!one) {
      return html`<h1>${nameOf(app.route.instance)}</h1>${loading()}`;
    }
    const jobs = Object.entries(one.shards);
    const reasons = byReason(one.obstacles);
    const fact = (name, value) => value === undefined || value === null || value === '' ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`;
    return html`
      <div class="head job"><div class="what"><p class="crumbs"><a href="#/instances">${t('nav.instances')}</a></p><h1>${one.name}</h1>
        <p class="facts">${mark('instance', one.state)}${one.answering ? html`<span class="tag">${t('instances.answers')}</span>` : nothing}<span>${one.application}</span><span class="quiet">${one.id}</span></p></div>
        ${app.mayChange(one) ? html`<div class="actions"><button type="button" @click=${() => switchInstance(one, one.drain ? 'resume' : 'drain')}>${t(one.drain ? 'resume.open' : 'drain.open')}</button></div>` : nothing}</div>
      ${one.drain ? html`<ul class="findings"><li class="finding warn">${t('instance.drained')} <span class="quiet">${t('by', { who: one.drain.who || t('nobody'), when: one.drain.when ? relative(one.drain.when) : '–', why: one.drain.why || '–' })}</span></li></ul>` : nothing}
      <dl class="pairs">
        ${fact(t('column.host'), html`${one.host} <span class="quiet num">${one.pid}</span>`)}
        ${fact(t('column.version'), one.version)}
        ${fact(t('instance.started'), html`${when(one.startedAt)} <span class="quiet">${exact(one.startedAt)}</span>`)}
        ${fact(t('instance.registered'), when(one.registeredAt))}
        ${fact(t('column.slots'), one.slots ? html`<span class="num">${t('slots.taken', one.slots)}</span>${one.slots.waiting ? html` <span class="late">${t('slots.waiting', { n: one.slots.waiting })}</span>` : nothing}` : html`<span class="quiet">${t('slots.elsewhere')}</span>`)}
        ${Object.entries(one.slots?.groups ?? {}).map(([group, its]) => fact(t('slots.group', { group }), html`<span class="num">${t('slots.taken', its)}</span>`))}
        ${one.slots?.overdue ? fact(t('slots.overdue.head'), overdue(one.slots)) : nothing}
        ${fact(t('column.skew'), one.clockSkew ? span(millis(one.clockSkew)) : null)}
        ${fact(t('column.labels'), Object.entries(one.labels).map(([name, value]) => `${name}=${value}`).join(', '))}
        ${fact(t('instance.handlers'), one.handlers.length > 12 ? html`${one.handlers.slice(0, 12).join(', ')} … <span class="num">(${one.handlers.length})</span>` : one.handlers.join(', '))}
        ${fact(t('instance.strategies'), one.strategies.join(', '))}
      </dl>
      <p><a href=${to(['runs'], { instance: one.id })}>${t('instance.runs')}</a></p>
      <h2>${t('instance.shards', { n: shardsOf(one) })}</h2>
      ${jobs.length === 0 ? empty(t('instance.idle'), '') : table([
        { class: 'c-name', head: t('column.name'), cell: ([job]) => html`<a href=${to(['jobs', job])}>${job}</a>` },
        { class: 'c-shards num', head: t('column.shards'), cell: ([, own]) => ranges(own) },
      ], jobs, { id: 'assigned', caption: t('instance.shards', { n: shardsOf(one) }), key: ([job]) => job })}
      ${one.workers?.length ? html`<h2>${t('column.workers')}</h2>${table([
        { class: 'c-name', head: t('column.worker'), cell: worker => html`<span title=${worker.id}>${worker.name}</span>` },
        { class: 'c-client', head: t('column.client'), cell: worker => worker.client },
        { class: 'c-jobs num', head: t('column.slots'), cell: worker => worker.slots },
        { class: 'c-took num', head: t('filter.running'), cell: worker => worker.running },
      ], one.workers, { id: 'workers', caption: t('column.workers'), key: worker => worker.id })}` : nothing}
      ${reasons.length ? html`<h2>${t('instance.obstacles')}</h2><ul class="reasons">${reasons.map(([why, names]) => html`<li><details><summary>${why} <span class="num">${names.length}</span></summary><p>${names.slice(0, 300).map((job, i) => html`${i ? ', ' : ''}<a href=${to(['jobs', job])}>${job}</a>`)}${names.length > 300 ? ' …' : ''}</p></details></li>`)}</ul>` : nothing}`;
  },
};
