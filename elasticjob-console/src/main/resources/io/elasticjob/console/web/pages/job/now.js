/** Who owns which shard now, since when, and how it went last. */
import { html, nothing } from '../../lit/lit-html.js';
import { to } from '../../app.js';
import { t } from '../../i18n.js';
import { exact, isInstant, millis, moment, ms, now, span } from '../../time.js';
import { cancel, switchJob } from '../../parts/actions.js';
import { arrayOf } from '../../parts/array.js';
import { brief, hidden, mark, nameOf, shape, when } from '../../parts/marks.js';
import { doing } from '../../parts/shardbar.js';
import { shardmap } from '../../parts/shardmap.js';
import { empty } from '../../parts/states.js';
import { table } from '../../parts/table.js';

const MOST = 50;

export default {
  view(app, detail) {
    if (detail.shards.length === 0) {
      return empty(t('now.none'), detail.problem ?? t('now.none.text'));
    }
    const off = detail.switches.shards;
    return html`
      ${shardmap(detail, shard => { location.hash = to(['jobs', detail.name, 'runs'], { shard: String(shard) }); })}
      ${table(columns(app, detail, off), detail.shards, {
        id: 'shards', caption: t('now.caption', { job: detail.name }), key: shard => shard.item, total: detail.shards.length,
        rowClass: shard => off[shard.item] ? 'resting' : '',
      })}
      ${detail.shards.filter(shard => shard.array).map(shard => arrayOf(detail.name, { ...shard, shard: shard.item }))}
      ${checkpoints(detail.shards.filter(shard => shard.checkpoint))}
      ${detail.limits?.length ? html`<h2>${t('now.limits')}</h2><dl class="pairs">${detail.limits.map(one => html`<dt>${one.name}</dt><dd title=${[...one.running, ...one.waiting].join(', ')}>${t('now.limit', { running: one.running.length, most: one.most, waiting: one.waiting.length })}</dd>`)}</dl>` : nothing}
      ${Object.keys(detail.obstacles).length ? html`<h2>${t('now.obstacles')}</h2><dl class="pairs">${Object.entries(detail.obstacles).map(([id, why]) => html`<dt><a href=${to(['instances', id])}>${nameOf(id)}</a></dt><dd>${why}</dd>`)}</dl>` : nothing}`;
  },
};

/** What handlers have left for the next attempt, and how long ago. */
function checkpoints(shards) {
  return shards.length === 0 ? nothing : html`<h2>${t('now.checkpoints')}</h2><dl class="pairs checkpoints">${shards.slice(0, MOST).map(({ item, checkpoint: { text, at } }) => html`<dt>${t('shard.n', { shard: item })}</dt>
    <dd><code title=${text}>${text}</code> <span class="quiet">${at ? when(at) : t('now.checkpoint.earlier')}</span></dd>`)}</dl>
    ${shards.length > MOST ? html`<p class="quiet">${t('now.checkpoints.more', { n: shards.length - MOST })}</p>` : nothing}`;
}

function columns(app, detail, off) {
  return [
    { class: 'c-shard num', head: t('column.shard'), cell: shard => html`<a href=${to(['jobs', detail.name, 'runs'], { shard: String(shard.item) })}>${shard.item}</a>` },
    ...(detail.shards.some(shard => shard.parameter) ? [{ class: 'c-parameter', head: t('column.parameter'), cell: shard => hidden(shard.parameter) ?? html`<span class="cut" title=${shard.parameter ?? ''}>${shard.parameter ?? ''}</span>` }] : []),
    { class: 'c-state', head: t('column.state'), cell: shard => state(shard, off) },
    { class: 'c-owner', head: t('column.owner'), cell: shard => owner(shard) },
    { class: 'c-since', head: t('column.since'), cell: shard => html`<span class="num">${when(shard.state === 'RUNNING' ? shard.startedAt : shard.finishedAt)}</span>` },
    { class: 'c-took num wide', head: t('column.took'), cell: shard => span(shard.state === 'RUNNING' ? Math.max(0, now() - ms(shard.startedAt)) : millis(shard.duration)) },
    { class: 'c-firing wide', head: t('column.firing'), cell: shard => shard.firing ? html`<a href=${to(['jobs', detail.name, 'firings', shard.firing])} title=${shard.firing}>${firing(shard.firing)}</a>${shard.attempt > 1 ? html` <span class="quiet">${t('attempt', { attempt: shard.attempt })}</span>` : nothing}` : html`<span class="quiet">–</span>` },
    { class: 'c-note wide', head: t('column.note'), cell: shard => note(shard) },
    ...(app.mayChange(detail) ? [{ class: 'c-do', head: html`<span class="hidden">${t('actions')}</span>`, cell: shard => html`
      ${shard.state === 'RUNNING' ? html`<button type="button" class="small" @click=${() => cancel(detail.name, shard.firing, String(shard.item))} aria-label=${t('cancelRun.shard', { shard: shard.item })}>${t('cancelRun')}</button>` : nothing}
      <button type="button" class="small" @click=${() => switchJob(detail.name, off[shard.item] ? 'enable' : 'disable', { shard: shard.item })} aria-label=${t(off[shard.item] ? 'action.enable.shard' : 'action.disable.shard', { shard: shard.item })}>${t(off[shard.item] ? 'action.enable' : 'action.disable')}</button>` }] : []),
  ];
}

/** The fire time of a firing by the schedule; the name of a trigger. */
export function firing(text) {
  return isInstant(text) ? moment(text) : text;
}

function state(shard, off) {
  if (off[shard.item]) {
    const { who, when: at, why } = off[shard.item];
    return html`<span title=${t('by', { who: who || t('nobody'), when: exact(at), why: why || '–' })}>${mark('job', 'DISABLED')}</span>`;
  }
  return html`${mark('outcome', doing(shard))}${shard.cancelled ? html` <span class="tag">${t('cancelling')}</span>` : nothing}${shard.lingers ? html` <span class="tag">${t('lingers')}</span>` : nothing}`;
}

function owner(shard) {
  const id = shard.state === 'RUNNING' ? shard.owner : shard.assignedTo;
  const other = shard.owner && shard.assignedTo && shard.owner !== shard.assignedTo;
  return html`${id ? html`<a class="cut" href=${to(['instances', id])} title=${id}>${nameOf(id)}</a>` : html`<span class="quiet">${t('nobody')}</span>`}${
    shard.worker ? html` <span class="quiet" title=${t('column.worker')}>${shard.worker}</span>` : nothing}${
    other ? html` <span class="quiet" title=${shard.state === 'RUNNING' ? t('now.moves', { instance: shard.assignedTo }) : t('now.ranOn', { instance: shard.owner })}>${shape('MOVED')}</span>` : nothing}`;
}

function note(shard) {
  const said = shard.unreadable ?? shard.error;
  return html`${shard.progress ? html`<progress max="100" value=${shard.progress.percent} aria-label=${t('progress.of', { shard: shard.item })}></progress> <span>${shard.progress.percent} % ${shard.progress.message}</span>` : nothing}
    ${shard.retryAt ? html`<span>${t('retry.at')} ${when(shard.retryAt)}</span>` : nothing}
    ${said ? html`<span class="cut bad" title=${said}>${brief(said)}</span>` : nothing}
    ${!said && !shard.progress && shard.fencingToken ? html`<span class="quiet num" title=${t('token.text')}>${t('token', { token: String(shard.fencingToken) })}</span>` : nothing}`;
}
