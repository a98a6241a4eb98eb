/** Executions as rows. */
import { html, nothing } from '../lit/lit-html.js';
import { app, to } from '../app.js';
import { t } from '../i18n.js';
import { exact, millis, moment, ms, now, span } from '../time.js';
import { brief, mark, nameOf } from './marks.js';
import { table } from './table.js';

export const OUTCOMES = ['RUNNING', 'SUCCEEDED', 'SKIPPED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'LOST', 'ABANDONED', 'MOVED', 'NOT_BEGUN', 'FENCED'];

/** How long it took, or takes. */
export function took(one) {
  return one.endedAt ? millis(one.duration) : Math.max(0, now() - ms(one.startedAt));
}

/** How long after its fire time it began. */
export function late(one) {
  return Math.max(0, ms(one.startedAt) - ms(one.fireTime));
}

/** The address that a template makes of an execution; null where there is none. */
export function filled(template, job, one) {
  if (!template) {
    return null;
  }
  const values = { job, firing: one.firing, shard: one.shard, attempt: one.attempt, instance: one.instance, from: one.startedAt, to: one.endedAt ?? new Date(now()).toISOString() };
  return template.replace(/\{(\w+)\}/g, (whole, name) => name in values ? encodeURIComponent(values[name]) : whole);
}

/** The job of an execution, which its id begins with. */
export function jobOf(one) {
  return one.job ?? one.id.split('/').slice(0, -3).join('/');
}

export function executionsTable(executions, options) {
  return table(columns(options), executions, { ...options, key: one => `${one.id}/${one.life}/${one.fencingToken}`, rowClass: () => '' });
}

function columns({ withJob, job }) {
  const name = one => job ?? jobOf(one);
  return [
    ...(withJob ? [{ class: 'c-name', head: t('column.name'), cell: one => html`<a href=${to(['jobs', name(one)])} title=${name(one)}>${name(one)}</a>` }] : []),
    { class: 'c-began num', head: t('column.began'), cell: one => html`<time datetime=${one.startedAt} title=${exact(one.startedAt)}>${moment(one.startedAt)}</time>` },
    { class: 'c-shard num', head: t('column.shard'), cell: one => one.shard },
    { class: 'c-state', head: t('column.outcome'), cell: one => mark('outcome', one.outcome ?? 'RUNNING') },
    { class: 'c-took num', head: t('column.took'), cell: one => span(took(one)) },
    { class: 'c-late num wide', head: t('column.late'), cell: one => html`<span class=${late(one) > 10_000 ? 'late' : ''}>${span(late(one))}</span>` },
    { class: 'c-owner wide', head: t('instance'), cell: one => html`<a class="cut" href=${to(['instances', one.instance])} title=${one.instance}>${nameOf(one.instance)}</a>` },
    { class: 'c-firing wide', head: t('column.firing'), cell: one => html`<a href=${to(['jobs', name(one), 'firings', one.firing])} title=${one.firing}>${one.cause === 'TRIGGER' ? one.firing : moment(one.fireTime)}</a>${one.attempt > 1 ? html` <span class="quiet">${t('attempt', { attempt: one.attempt })}</span>` : nothing}` },
    { class: 'c-note wide', head: t('column.note'), cell: one => html`${one.progress && !one.endedAt ? html`<progress max="100" value=${one.progress.percent} aria-label=${t('progress.of', { shard: one.shard })}></progress>` : nothing}${one.error || one.message ? html`<span class="cut bad" title=${[one.error, one.message].filter(Boolean).join(': ')}>${brief(one.message || one.error)}</span>` : nothing}${links(name(one), one)}` },
  ];
}

/** Where its log and its trace are, as the application's templates say. */
export function links(job, one) {
  const { logUrl, traceUrl } = app.context;
  const log = filled(logUrl, job, one);
  const trace = filled(traceUrl, job, one);
  return html`${log ? html` <a href=${log} target="_blank" rel="noreferrer noopener">${t('log')}</a>` : nothing}${trace ? html` <a href=${trace} target="_blank" rel="noreferrer noopener">${t('trace')}</a>` : nothing}`;
}
