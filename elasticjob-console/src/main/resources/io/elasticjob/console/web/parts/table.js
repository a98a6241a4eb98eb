/** A table that draws the rows on screen only, however many there are. */
import { html, nothing } from '../lit/lit-html.js';
import { repeat } from '../lit/directives/repeat.js';
import { app } from '../app.js';
import { t } from '../i18n.js';

const MARGIN = 12;
const WHOLE = 150;

/** Which rows are on screen, of a body of rows that all have one height. */
export function seen(count, top, rowHeight, screen, margin = MARGIN) {
  if (count <= WHOLE) {
    return { from: 0, to: count };
  }
  const from = Math.max(0, Math.floor(-top / rowHeight) - margin);
  const to = Math.min(count, Math.ceil((screen - top) / rowHeight) + margin);
  return { from: Math.min(from, count), to: Math.max(to, Math.min(from, count)) };
}

/**
 * A table.
 *
 * @param columns each with `head`, `cell(row)`, and perhaps `sort`, `descends` where the largest comes first, `class`, `label`
 *     where the head is no text
 * @param options `caption`, `key(row)`, `rowClass(row)`, `sort`, `onSort(name)`, `total`, `onEnd()` when the end comes near
 */
export function table(columns, rows, options) {
  const body = document.querySelector(`#${options.id} tbody`);
  const rowHeight = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 34;
  const { from, to } = seen(rows.length, body ? body.getBoundingClientRect().top : 0, rowHeight, window.innerHeight);
  if (options.onEnd && to >= rows.length - 2 * MARGIN) {
    options.onEnd();
  }
  const sorted = options.sort ?? '';
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${options.caption}><table class="fixed" id=${options.id} aria-rowcount=${(options.total ?? rows.length) + 1}>
    <caption class="hidden">${options.caption}</caption>
    <thead><tr>${columns.map(column => html`<th scope="col" class=${column.class ?? ''} aria-sort=${!column.sort ? nothing : sorted === column.sort ? 'ascending' : sorted === `-${column.sort}` ? 'descending' : 'none'}>
      ${column.sort ? html`<button type="button" class="sort" @click=${() => options.onSort(next(sorted, column))}>${column.head}<span aria-hidden="true">${sorted === column.sort ? '▲' : sorted === `-${column.sort}` ? '▼' : ''}</span></button>`
        : column.label ? html`<span class="hidden">${column.label}</span>${column.head}` : column.head}</th>`)}</tr></thead>
    <tbody>
      ${from > 0 ? html`<tr class="spacer" aria-hidden="true"><td .style=${`height:${from * rowHeight}px`}></td></tr>` : nothing}
      ${repeat(rows.slice(from, to), options.key, (row, i) => html`<tr aria-rowindex=${from + i + 2} class=${options.rowClass?.(row) ?? ''}>${columns.map(column => html`<td class=${column.class ?? ''}>${column.cell(row)}</td>`)}</tr>`)}
      ${to < rows.length ? html`<tr class="spacer" aria-hidden="true"><td .style=${`height:${(rows.length - to) * rowHeight}px`}></td></tr>` : nothing}
    </tbody></table></div>`;
}

/** In which order the rows come when the head of a column is chosen: the other way round when they come in its order. */
export function next(sorted, { sort, descends }) {
  const [first, second] = descends ? [`-${sort}`, sort] : [sort, `-${sort}`];
  return sorted === first ? second : first;
}

let scheduled = false;
window.addEventListener('scroll', () => {
  if (!scheduled && document.querySelector('main table')) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      app.update();
    });
  }
}, { passive: true });

/** Which row numbers of a table are drawn now. */
export function drawnRows(id, count) {
  const body = document.querySelector(`#${id} tbody`);
  const rowHeight = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 34;
  return body ? seen(count, body.getBoundingClientRect().top, rowHeight, window.innerHeight, 2) : { from: 0, to: Math.min(count, 60) };
}

/** A button by which the rest is asked for, for who does not scroll. */
export function more(next, ask) {
  return next ? html`<p class="more"><button type="button" @click=${ask}>${t('more')}</button></p>` : nothing;
}
