/** Instances from top to bottom, and beside each the shards that it should run: one cell a shard. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { to } from '../app.js';
import { t, word } from '../i18n.js';
import { doing } from './shardbar.js';
import { nameOf, shape, tone } from './marks.js';

const CELL = 15;

/** Shards by the instance that has them: the one that runs a shard, or else should. */
export function byInstance(detail) {
  const rows = new Map(detail.eligible.map(id => [id, []]));
  for (const shard of detail.shards) {
    const id = (shard.state === 'RUNNING' ? shard.owner : shard.assignedTo) ?? '';
    rows.set(id, [...(rows.get(id) ?? []), shard]);
  }
  return [...rows].sort(([a], [b]) => a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1);
}

/** @param onShard what happens when somebody chooses a shard */
export function shardmap(detail, onShard) {
  const rows = byInstance(detail);
  const tallies = new Map();
  detail.shards.forEach(shard => tallies.set(doing(shard), (tallies.get(doing(shard)) ?? 0) + 1));
  return html`<figure class="shardmap">
    <figcaption class="legend">${[...tallies].map(([name, n]) => html`<span class="marked">${shape(name)}<span>${word('outcome', name)} <span class="num">${n}</span></span></span>`)}</figcaption>
    ${rows.map(([id, shards]) => html`<div class="owner"><span class="name">${id ? html`<a href=${to(['instances', id])} title=${id}>${nameOf(id)}</a>` : html`<span class="bad">${t('nobody')}</span>`} <span class="num quiet">${shards.length}</span></span>${cells(shards, detail, onShard)}</div>`)}
  </figure>`;
}

function cells(shards, detail, onShard) {
  const across = Math.max(1, Math.min(shards.length, 60));
  const high = Math.ceil(shards.length / across);
  const said = t('shards.count', { n: shards.length });
  const at = event => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / box.width * across);
    const row = Math.floor((event.clientY - box.top) / box.height * high);
    return shards[row * across + column];
  };
  return shards.length === 0 ? html`<span class="quiet">–</span>` : html`<svg class="cells" viewBox=${`0 0 ${across * CELL} ${high * CELL}`} width=${across * CELL} height=${high * CELL} role="img" aria-label=${said}
      @click=${event => { const shard = at(event); if (shard) { onShard(shard.item); } }}
      @mousemove=${event => { const shard = at(event); event.currentTarget.querySelector('title').textContent = shard ? told(shard) : said; }}><title>${said}</title>
    ${shards.map((shard, i) => {
      const x = i % across * CELL;
      const y = Math.floor(i / across) * CELL;
      const name = doing(shard);
      const off = detail.switches.shards[shard.item];
      return svg`<rect class=${`bar ${off ? 'off' : tone(name)}`} x=${x + 1} y=${y + 1} width=${CELL - 2} height=${CELL - 2} rx="2.5"/>${inside(off ? 'DISABLED' : name, x, y)}`;
    })}</svg>`;
}

function told(shard) {
  return `${t('shard.n', { shard: shard.item })}${shard.parameter ? ` (${shard.parameter})` : ''}: ${word('outcome', doing(shard))}`;
}

/** A sign for who does not see the colour. */
function inside(name, x, y) {
  switch (name) {
    case 'RUNNING': return svg`<circle class="dot" cx=${x + CELL / 2} cy=${y + CELL / 2} r="2.2"/>`;
    case 'FAILED': case 'UNUSABLE': return svg`<path class="cross" d="M${x + 5} ${y + 5}l5 5m0-5l-5 5"/>`;
    case 'TIMED_OUT': return svg`<path class="cross" d="M${x + 7.5} ${y + 4}v4l2.5 2"/>`;
    case 'LOST': case 'ABANDONED': return svg`<path class="dot" d="M${x + 7.5} ${y + 4}l3.5 3.5-3.5 3.5L${x + 4} ${y + 7.5}z"/>`;
    case 'DISABLED': return svg`<path class="cross" d="M${x + 5.5} ${y + 4.5}v6m4-6v6"/>`;
    default: return nothing;
  }
}
