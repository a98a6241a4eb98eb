/** Firings as wholes, as rows: how each ended, and how its shards did. */
import { html, nothing } from '../lit/lit-html.js';
import { to } from '../app.js';
import { t, word } from '../i18n.js';
import { exact, isInstant, moment, ms, now, span } from '../time.js';
import { mark, shape } from './marks.js';
import { table } from './table.js';

/** Whether the job's firings are recorded as wholes: where it is asked for, or listeners are. */
export const areRecorded = ({ configuration }) => configuration.recordFirings?.value === 'true' || Boolean(configuration.firingListeners?.value) || Boolean(configuration.planner?.value);

/** The result of one that has ended; else what it is at. */
export const stateOf = one => one.result ?? 'RUNNING';

/** How a firing is called: by its fire time, or as a trigger by its number. */
export function named(firing) {
  return isInstant(firing) ? moment(firing) : t('firing.trigger', { number: firing.replace('trigger-', '') });
}

/** By firing, the milliseconds from the begin of its first execution to the end of its last one, or until now. */
export function lengths(executions, at = now()) {
  const spans = new Map();
  for (const one of executions) {
    const known = spans.get(one.firing) ?? { from: Infinity, to: -Infinity };
    spans.set(one.firing, { from: Math.min(known.from, ms(one.startedAt)), to: Math.max(known.to, one.endedAt ? ms(one.endedAt) : at) });
  }
  return new Map([...spans].map(([firing, { from, to: end }]) => [firing, end - from]));
}

/** @param executions from which it is known how long they took */
export function firingsTable(firings, executions, detail) {
  const took = lengths(executions);
  return table([
    { class: 'c-began', head: t('column.firing'), cell: one => html`<a href=${to(['jobs', detail.name, 'firings', one.firing])} title=${isInstant(one.firing) ? exact(one.firing) : one.firing}>${named(one.firing)}</a>` },
    { class: 'c-state', head: t('firing.result'), cell: one => mark('outcome', stateOf(one)) },
    { class: 'c-name', head: t('column.shards'), cell: one => html`<span class="tally">${Object.entries(one.ends).map(([name, n]) => html`<span class="marked">${shape(name)}<span>${word('outcome', name)} <span class="num">${n}</span></span></span>`)}</span>` },
    { class: 'c-took num', head: t('column.took'), cell: one => took.has(one.firing) ? span(took.get(one.firing)) : html`<span class="quiet">–</span>` },
  ], firings, { id: 'firings', caption: t('firings.caption', { job: detail.name }), key: one => one.firing });
}
