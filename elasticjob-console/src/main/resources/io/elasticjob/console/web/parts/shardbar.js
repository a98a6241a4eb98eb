/** The shards of a job as a small bar: a cell each, by instance, or their share where there are many. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { t, word } from '../i18n.js';
import { nameOf, tone } from './marks.js';

const WIDTH = 96;
const CELLS = 24;

/** What a shard is doing: RUNNING, or how it ended; WAITING before it has run. */
export function doing(shard) {
  return shard.state === 'RUNNING' ? 'RUNNING' : shard.outcome ?? 'WAITING';
}

export function shardbar(count, records) {
  if (!records) {
    return html`<span class="num quiet">${count ?? '–'}</span>`;
  }
  const { shards } = records;
  const byOwner = new Map();
  for (const shard of shards) {
    const owner = shard.owner ?? '';
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), shard]);
  }
  const owners = [...byOwner].sort(([a], [b]) => a < b ? -1 : 1);
  const tallies = new Map();
  shards.forEach(shard => tallies.set(doing(shard), (tallies.get(doing(shard)) ?? 0) + 1));
  const said = [t('shards.count', { n: shards.length }),
    ...owners.filter(([owner]) => owner).map(([owner, own]) => `${nameOf(owner)}: ${own.length}`),
    ...[...tallies].map(([name, n]) => `${word('outcome', name)}: ${n}`)].join('\n');
  return html`<span class="shardbar"><svg viewBox="0 0 ${WIDTH} 14" role="img" aria-label=${said}><title>${said}</title>${
    shards.length <= CELLS ? cells(owners, shards.length) : shares(tallies, shards.length)}</svg><span class="num">${shards.length}</span></span>`;
}

function cells(owners, count) {
  const gap = 3;
  const width = Math.min(12, (WIDTH - gap * (owners.length - 1)) / count);
  let x = 0;
  return owners.map(([, own], i) => {
    x += i > 0 ? gap : 0;
    return own.map(shard => {
      const name = doing(shard);
      const at = x;
      x += width;
      return cell(at, width, name);
    });
  });
}

function cell(x, width, name) {
  const inner = Math.max(1, width - 1);
  return svg`<rect class=${`bar ${tone(name)}`} x=${x} y="1" width=${inner} height="12" rx="1.5"/>${
    tone(name) === 'bad' ? svg`<path class="cross" d="M${x + inner / 2 - 2.5} 4.5l5 5m0-5l-5 5"/>` : name === 'RUNNING' ? svg`<circle class="dot" cx=${x + inner / 2} cy="7" r="1.8"/>` : nothing}`;
}

function shares(tallies, count) {
  let x = 0;
  return [...tallies].sort(([a], [b]) => a < b ? -1 : 1).map(([name, n]) => {
    const width = Math.max(2, n / count * WIDTH);
    const at = x;
    x += width;
    return svg`<rect class=${`bar ${tone(name)}`} x=${at} y="1" width=${Math.max(1, width - 1)} height="12" rx="1.5"/>`;
  });
}
