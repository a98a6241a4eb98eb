/** A chain of jobs as a picture: from left to right where there is room, else a row a job. Each job says in words what it runs after. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { app, to } from '../app.js';
import { locale, t, word } from '../i18n.js';
import { exact, relative } from '../time.js';
import { columns, lineage, places, rails } from './graph.js';
import { shape } from './marks.js';
import { scheduleInWords } from './schedule.js';

const NODE = 48;
const GAP = 14;
/** Between two columns: the words of a condition stand there. */
const BETWEEN = 84;
const NARROWEST = 150;
const WIDEST = 230;
/** Rows of the narrow picture, and its lanes. */
const ROW = 52;
const LANE = 14;
/** Larger chains are rows, however much room there is. */
const MOST = 80;

const AFTER = { EACH: 'chain.after', ALL: 'chain.afterAll', ANY: 'chain.afterFirst' };
const CONDITIONS = { FAILED: 'chain.onFailed', SKIPPED: 'chain.onSkipped', ANY: 'chain.onAny' };
const PROBLEMS = { NOT_THERE: 'chain.notThere', NOT_RECORDED: 'chain.notRecorded' };

const condition = on => CONDITIONS[on] ? t(CONDITIONS[on]) : '';

/** What it runs after, in words; for the first ones of a chain, when they fire. */
export function inWords({ job, after }, row) {
  if (!job) {
    return '';
  }
  if (after.length === 0) {
    return row?.schedule ? scheduleInWords(row.schedule) : t('chain.byHand');
  }
  const jobs = after.map(one => condition(one.on) ? t('chain.conditional', { job: one.job, condition: condition(one.on) }) : one.job);
  const type = job.join === 'ALL' ? 'conjunction' : 'disjunction';
  return t(after.length === 1 ? AFTER.EACH : AFTER[job.join] ?? AFTER.EACH, { jobs: new Intl.ListFormat(locale(), { type }).format(jobs) });
}

/** Why something of the chain never runs, a line each. */
export function problems(chain) {
  return [...chain.values()].flatMap(({ name, after }) => after.filter(one => one.problem).map(one =>
    PROBLEMS[one.code] ? t(PROBLEMS[one.code], { job: name, predecessor: one.job }) : `${name}, ${one.job}: ${one.problem}`));
}

/** How its last firing ended, or what it is at. */
function stateOf({ job }, row) {
  if (!job) {
    return 'UNDECLARED';
  }
  if (!job.enabled) {
    return 'DISABLED';
  }
  const last = row?.firings?.[0];
  return !last ? 'WAITING' : last.outcome ?? 'RUNNING';
}

/** @param isBrief whether the sign before the name has to do for those who see it */
function stateInWords(node, row, isBrief) {
  const name = stateOf(node, row);
  if (!node.job) {
    return t('chain.absent');
  }
  if (name === 'DISABLED') {
    return word('job', name);
  }
  return name === 'WAITING' ? t('chain.notYet') : html`<span class=${isBrief ? 'hidden' : ''}>${word('outcome', name)}</span> ${relative(row.firings[0].fireTime)}`;
}

/**
 * The picture.
 *
 * @param rows of the list of jobs, by name, as far as they are known
 * @param own the job whose page this is; null on a page of all
 * @param room how wide it may be
 */
export function picture(chain, rows, own, room) {
  const count = Math.max(...columns(chain).values()) + 1;
  const width = Math.min(WIDEST, (room - (count - 1) * BETWEEN) / count);
  const chosen = app.state.hot && chain.has(app.state.hot) ? app.state.hot : own;
  const view = { chain, rows, own, related: chosen ? lineage(chain, chosen) : null };
  return width < NARROWEST || chain.size > MOST ? asRows(view) : fromLeftToRight(view, width, count);
}

/** Whose way through the chain is shown, as long as somebody points at it, or the keyboard does. */
function hot(name) {
  if (app.state.hot !== name) {
    app.state.hot = name;
    app.update();
  }
}

function knot({ chain, rows, own, related }, name, style, inside) {
  const node = chain.get(name);
  const row = rows.get(name);
  return html`<li class=${`knot${node.job ? '' : ' absent'}${name === own ? ' own' : ''}${related && !related.has(name) ? ' away' : ''}`} .style=${style}
      @mouseenter=${() => hot(name)} @mouseleave=${() => hot(null)} @focusin=${() => hot(name)} @focusout=${() => hot(null)}>
    ${inside?.before ?? nothing}
    <span class="name">${shape(stateOf(node, row))}${node.job
      ? html`<a class="cut" href=${to(['jobs', name, 'chain'])} title=${name} aria-current=${name === own ? 'true' : nothing}>${name}</a>`
      : html`<span class="cut" title=${name}>${name}</span>`}</span>
    <span class="sub quiet" title=${row?.firings?.[0] ? exact(row.firings[0].fireTime) : ''}>${stateInWords(node, row, Boolean(inside?.after))}${
      node.job && severalApplications(chain) && node.job.application ? html` · ${node.job.application}` : nothing}</span>
    ${inside?.after ?? html`<span class="hidden">${inWords(node, row)}</span>`}
  </li>`;
}

const severalApplications = chain => new Set([...chain.values()].map(one => one.job?.application).filter(Boolean)).size > 1;

/** How several jobs before it count, where that is not each of them. */
function joint({ job, after }) {
  return job && after.length > 1 && job.join !== 'EACH' ? t(job.join === 'ALL' ? 'chain.joinAll' : 'chain.joinFirst', { n: after.length }) : '';
}

function edgeClass(edge, related) {
  const [from, to_] = edge.names ?? [edge.from, edge.to];
  const away = related && !(related.has(from) && related.has(to_));
  return `edge${edge.problem ? ' bad' : ''}${away ? ' away' : related ? ' own' : ''}`;
}

function fromLeftToRight(view, width, count) {
  const x = column => column * (width + BETWEEN);
  const { nodes, edges, height } = places(view.chain, { node: NODE, gap: GAP, x, width });
  const wide = x(count - 1) + width;
  const high = Math.ceil(height) + 2;
  return html`<div class="knots" .style=${`width:${wide}px;height:${high}px`}>
    <svg viewBox=${`0 0 ${wide} ${high}`} width=${wide} height=${high} aria-hidden="true">${edges.map(edge => {
      const [endX, endY] = edge.points.at(-1);
      return svg`<g class=${edgeClass(edge, view.related)}><path class="way" d=${curve(edge.points)}/><path class="head" d=${`M${endX} ${endY}l-7 -3.5v7z`}/>
        ${condition(edge.on) ? svg`<text x=${endX - 12} y=${endY - 4} text-anchor="end">${condition(edge.on)}</text>` : nothing}</g>`;
    })}</svg>
    <ul>${[...nodes].map(([name, place]) => {
      const said = joint(view.chain.get(name));
      return knot(view, name, `left:${place.x}px;top:${place.y - NODE / 2}px;width:${width}px;height:${NODE}px`,
        said ? { before: html`<span class="tag joint" aria-hidden="true">${said}</span>` } : null);
    })}</ul></div>`;
}

/** From point to point: between two columns a curve that leaves and comes in straight. */
function curve(points) {
  return points.slice(1).reduce((way, [x, y], i) => {
    const [fromX, fromY] = points[i];
    const end = i === points.length - 2 ? x - 6 : x;
    const middle = (fromX + end) / 2;
    return `${way}${i % 2 ? `H${x}` : `C${middle} ${fromY} ${middle} ${y} ${end} ${y}`}`;
  }, `M${points[0][0]} ${points[0][1]}`);
}

function asRows(view) {
  const { rows, edges, lanes } = rails(view.chain);
  const x = lane => lane * LANE + 10;
  const y = i => i * ROW + ROW / 2;
  const wide = Math.min(x(lanes - 1) + 12, 160);
  return html`<div class="knots rows" .style=${`--rail:${wide}px`}>
    <svg viewBox=${`0 0 ${wide} ${rows.length * ROW}`} width=${wide} height=${rows.length * ROW} aria-hidden="true">
      ${edges.map(edge => svg`<path class=${`way ${edgeClass(edge, view.related)}`} d=${rail(edge, x, y)}/>`)}
      ${rows.map((one, i) => svg`<circle class=${`dot-of${view.chain.get(one.name).job ? '' : ' absent'}${one.name === view.own ? ' own' : ''}`} cx=${x(one.lane)} cy=${y(i)} r="4.5"/>`)}
    </svg>
    <ul>${rows.map(one => {
      const node = view.chain.get(one.name);
      const said = inWords(node, view.rows.get(one.name));
      return knot(view, one.name, `height:${ROW}px`, { after: html`<span class="after quiet" title=${said}>${said}</span>` });
    })}</ul></div>`;
}

/** Down in the lane of the first job, and in the last row over to that of the next one. */
function rail({ from, to: until, lane, end }, x, y) {
  return lane === end ? `M${x(lane)} ${y(from)}V${y(until)}`
    : `M${x(lane)} ${y(from)}V${y(until) - ROW * 0.6}C${x(lane)} ${y(until) - ROW * 0.25} ${x(end)} ${y(until) - ROW * 0.4} ${x(end)} ${y(until)}`;
}
