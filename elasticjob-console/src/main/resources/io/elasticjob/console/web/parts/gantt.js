/** Executions as bars: a line a shard, time from left to right. One path for each outcome, so that ten thousand cost little. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { t, word } from '../i18n.js';
import { clock, day, exact, ms, now, span } from '../time.js';
import { nameOf, tone } from './marks.js';

export const LINE = 18;
const BAR = 12;
/** How wide a time on the axis is at most: where there is less room, it is left out. */
const LABEL = 72;
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800].map(s => s * 1000);
const FAILURES = new Set(['FAILED', 'TIMED_OUT', 'LOST', 'ABANDONED']);

let latest = { of: null };

/** When each was due, began and ended, in milliseconds: read once for a list, as there may be a hundred thousand. What runs has no end. */
function times(executions) {
  if (latest.of !== executions) {
    const read = key => Float64Array.from(executions, one => ms(one[key]));
    latest = { of: executions, due: read('fireTime'), start: read('startedAt'), end: read('endedAt') };
  }
  return latest;
}

/** The shards that have executions: those that have failed first, then by number. */
export function lines(executions) {
  const shards = new Map();
  for (const one of executions) {
    const bad = FAILURES.has(one.outcome);
    shards.set(one.shard, (shards.get(one.shard) ?? false) || bad);
  }
  return [...shards].sort(([a, badA], [b, badB]) => badA === badB ? a - b : badA ? -1 : 1).map(([shard]) => shard);
}

/** From and to of all of them, with some room; what runs goes on until now. */
export function extent(executions, at = now()) {
  let from = Infinity;
  let to = -Infinity;
  const { due, start, end } = times(executions);
  for (let i = 0; i < executions.length; i++) {
    from = Math.min(from, start[i], Math.max(due[i], start[i] - 60_000));
    to = Math.max(to, Number.isNaN(end[i]) ? at : end[i]);
  }
  const room = Math.max(200, (to - from) * 0.02);
  return { from: from - room, to: to + room };
}

/** Where the bars are: a path for each outcome, in a picture of a width. */
export function paths(executions, shards, { from, to }, width, at = now()) {
  const line = new Map(shards.map((shard, i) => [shard, i]));
  const scale = width / (to - from);
  const byOutcome = new Map();
  const known = times(executions);
  for (let i = 0; i < executions.length; i++) {
    const one = executions[i];
    const start = (known.start[i] - from) * scale;
    const end = ((Number.isNaN(known.end[i]) ? at : known.end[i]) - from) * scale;
    if (end < 0 || start > width) {
      continue;
    }
    const y = line.get(one.shard) * LINE + (LINE - BAR) / 2;
    const name = one.outcome ?? 'RUNNING';
    const left = Math.max(-1, start);
    const piece = `M${left.toFixed(1)} ${y}h${Math.max(1.5, Math.min(end, width + 1) - left).toFixed(1)}v${BAR}H${left.toFixed(1)}z`;
    const list = byOutcome.get(name);
    if (list) {
      list.push(piece);
    } else {
      byOutcome.set(name, [piece]);
    }
  }
  return [...byOutcome].map(([name, pieces]) => [name, pieces.join('')]);
}

/** A time on an axis whose ticks are so far from each other, as exact as they need it. */
export function label(at, step) {
  return step >= 86_400_000 ? day(at) : step < 1000 ? clock(at, true) : clock(at).slice(0, step >= 60_000 ? 5 : 8);
}

/** Round times on the axis, about one each 110 px. */
export function ticks({ from, to }, width) {
  const wanted = (to - from) / Math.max(1, width / 110);
  const step = TICKS.find(one => one >= wanted) ?? TICKS.at(-1);
  const all = [];
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    all.push(at);
  }
  return { step, all };
}

/** The execution at a place: of those of its line the one that covers it, or the nearest within a few pixels. */
export function at(executions, shards, { from, to }, width, x, y, present = now()) {
  const shard = shards[Math.floor(y / LINE)];
  const scale = width / (to - from);
  let best = null;
  let distance = 6;
  const known = times(executions);
  for (let i = 0; i < executions.length; i++) {
    const one = executions[i];
    if (one.shard !== shard) {
      continue;
    }
    const start = (known.start[i] - from) * scale;
    const end = ((Number.isNaN(known.end[i]) ? present : known.end[i]) - from) * scale;
    const away = x < start ? start - x : x > end ? x - end : 0;
    if (away < distance) {
      best = one;
      distance = away;
    }
  }
  return best;
}

/**
 * The picture.
 *
 * @param view `from`, `to`, `width`, `hover`
 * @param on `hover(execution)`, `choose(execution)`, `zoom(from, to)`
 */
export function gantt(executions, view, on) {
  const shards = lines(executions);
  const { width } = view;
  const high = shards.length * LINE;
  const axis = ticks(view, width);
  const scale = width / (view.to - view.from);
  const place = event => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * high];
  };
  const find = event => at(executions, shards, view, width, ...place(event));
  return html`<div class="gantt">
    <div class="names" aria-hidden="true"><div class="axis"></div>${shards.map(shard => html`<div class="line num">${shard}</div>`)}</div>
    <div class="chart"><svg class="axis" viewBox=${`0 0 ${width} 20`} aria-hidden="true">${axis.all.filter(one => (one - view.from) * scale <= width - LABEL).map(one => svg`<text x=${(one - view.from) * scale} y="14">${label(one, axis.step)}</text>`)}</svg>
      <svg class="bars" viewBox=${`0 0 ${width} ${Math.max(LINE, high)}`} role="img" aria-label=${t('gantt.label', { n: executions.length, shards: shards.length })} preserveAspectRatio="none"
          @mousemove=${event => on.hover(find(event), event)} @mouseleave=${() => on.hover(null)} @click=${event => { const one = find(event); if (one) { on.choose(one); } }}
          @wheel=${event => { if (event.ctrlKey || event.shiftKey) { event.preventDefault(); zoom(event, place(event)[0], view, on); } }}>
        ${shards.map((_, i) => i % 2 ? svg`<rect class="stripe" x="0" y=${i * LINE} width=${width} height=${LINE}/>` : nothing)}
        ${axis.all.map(one => svg`<line class="grid" x1=${(one - view.from) * scale} x2=${(one - view.from) * scale} y1="0" y2=${high}/>`)}
        ${paths(executions, shards, view, width).map(([name, d]) => svg`<path class=${`bar ${tone(name)}`} d=${d}/>`)}
      </svg></div>
    ${view.hover ? html`<div class="tip" .style=${`left:${view.hover.x}px;top:${view.hover.y}px`}>${told(view.hover.execution)}</div>` : nothing}
  </div>`;
}

function zoom(event, x, view, on) {
  const factor = event.deltaY > 0 ? 1.25 : 0.8;
  const middle = view.from + (view.to - view.from) * x / view.width;
  on.zoom(middle - (middle - view.from) * factor, middle + (view.to - middle) * factor);
}

function told(one) {
  return html`<strong>${t('shard.n', { shard: one.shard })} · ${word('outcome', one.outcome ?? 'RUNNING')}</strong>
    <span>${exact(one.startedAt)}</span>
    <span>${t('column.took')} ${span((one.endedAt ? ms(one.endedAt) : now()) - ms(one.startedAt))} · ${t('column.late')} ${span(Math.max(0, ms(one.startedAt) - ms(one.fireTime)))}</span>
    <span>${nameOf(one.instance)}${one.attempt > 1 ? ` · ${t('attempt', { attempt: one.attempt })}` : ''}</span>
    ${one.message ? html`<span class="bad">${one.message}</span>` : nothing}`;
}
