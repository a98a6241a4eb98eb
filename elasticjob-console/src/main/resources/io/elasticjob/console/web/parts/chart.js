/** Small charts: lines over time, and stacked columns by minute. Numbers stand beside them as text. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { word } from '../i18n.js';
import { clock, day, span } from '../time.js';
import { tone } from './marks.js';
import { label, ticks } from './gantt.js';

/** Half of the widest time on an axis: nearer to the right end it stands to the left of its place. */
const LABEL = 28;

/** A round number that is not less. */
export function ceiling(value) {
  if (!(value > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(one => one >= value);
}

/**
 * Lines over time.
 *
 * @param series each with `points` of `[time, milliseconds, name]` and `className`
 */
export function timeline(series, { from, to, width, height = 140, label: said }) {
  const highest = ceiling(Math.max(...series.flatMap(one => one.points.map(point => point[1])), 0));
  const left = 56;
  const x = at => left + (at - from) / Math.max(1, to - from) * (width - left - 6);
  const y = value => 8 + (1 - value / highest) * (height - 30);
  const axis = ticks({ from, to }, width - left);
  return html`<svg class="plot" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${said}>
    ${[0, 0.5, 1].map(part => svg`<line class="grid" x1=${left} x2=${width - 6} y1=${y(highest * part)} y2=${y(highest * part)}/><text x=${left - 6} y=${y(highest * part) + 4} text-anchor="end">${span(highest * part)}</text>`)}
    ${axis.all.map(at => svg`<text x=${x(at)} y=${height - 4} text-anchor=${x(at) > width - LABEL ? 'end' : 'middle'}>${label(at, axis.step)}</text>`)}
    ${series.map(one => svg`<path class=${`line ${one.className}`} d=${one.points.map(([at, value], i) => `${i ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')}/>
      ${one.points.length <= 200 ? one.points.map(([at, value, name]) => svg`<circle class=${`point ${one.className}`} cx=${x(at)} cy=${y(value)} r="2.4"><title>${name}</title></circle>`) : nothing}`)}
  </svg>`;
}

/** Stacked columns: each of `columns` has `from` and `parts`, counts by outcome. */
export function stacks(columns, { from, to, step, width, height = 120, label: said, order }) {
  const highest = ceiling(Math.max(...columns.map(one => Object.values(one.parts).reduce((a, b) => a + b, 0)), 0));
  const left = 44;
  const scale = (width - left - 6) / Math.max(1, to - from);
  const x = at => left + (at - from) * scale;
  const y = value => 8 + (1 - value / highest) * (height - 30);
  const axis = ticks({ from, to }, width - left);
  return html`<svg class="plot" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${said}>
    ${[0, 0.5, 1].map(part => svg`<line class="grid" x1=${left} x2=${width - 6} y1=${y(highest * part)} y2=${y(highest * part)}/>${highest * part === Math.round(highest * part) ? svg`<text x=${left - 6} y=${y(highest * part) + 4} text-anchor="end">${highest * part}</text>` : nothing}`)}
    ${axis.all.map(at => svg`<text x=${x(at)} y=${height - 4} text-anchor=${x(at) > width - LABEL ? 'end' : 'middle'}>${label(at, axis.step)}</text>`)}
    ${columns.map(column => {
      let below = 0;
      return order.filter(name => column.parts[name]).map(name => {
        const value = column.parts[name];
        const top = y(below + value);
        const high = Math.max(1, y(below) - top);
        below += value;
        return svg`<rect class=${`bar ${tone(name)}`} x=${x(column.from)} y=${top} width=${Math.max(1, step * scale - 1)} height=${high}><title>${day(column.from)} ${clock(column.from)} · ${word('outcome', name)} ${value}</title></rect>`;
      });
    })}</svg>`;
}

/** As wide as the page has room for. */
export function roomFor(most = 1400) {
  return Math.max(280, Math.min(most, (document.querySelector('main')?.clientWidth ?? 1000) - 40));
}
