/** How outcomes and states look: a shape and a word beside each colour. */
import { html, svg, nothing } from '../lit/lit-html.js';
import { t, word } from '../i18n.js';
import { exact, relative } from '../time.js';

const SHAPES = {
  SUCCEEDED: svg`<path d="M3 8.5l3.2 3.2L13 4.6" class="stroke"/>`,
  ENABLED: svg`<path d="M3 8.5l3.2 3.2L13 4.6" class="stroke"/>`,
  UP: svg`<circle cx="8" cy="8" r="4" class="fill"/>`,
  FAILED: svg`<path d="M4 4l8 8M12 4l-8 8" class="stroke"/>`,
  UNUSABLE: svg`<path d="M4 4l8 8M12 4l-8 8" class="stroke"/>`,
  TIMED_OUT: svg`<circle cx="8" cy="8" r="5.5" class="stroke"/><path d="M8 4.8V8l2.4 1.6" class="stroke"/>`,
  LOST: svg`<path d="M8 2.5L13.5 8 8 13.5 2.5 8z" class="fill"/>`,
  ABANDONED: svg`<path d="M8 2.5L13.5 8 8 13.5 2.5 8z" class="stroke"/>`,
  CANCELLED: svg`<rect x="3.5" y="3.5" width="9" height="9" class="fill"/>`,
  MOVED: svg`<path d="M2.5 8h10M9 4.5L12.5 8 9 11.5" class="stroke"/>`,
  FENCED: svg`<path d="M2.5 8h10M9 4.5L12.5 8 9 11.5" class="stroke"/>`,
  SKIPPED: svg`<path d="M3 4.5l5 3.5-5 3.5zM9 4.5v7" class="stroke"/>`,
  NOT_BEGUN: svg`<path d="M3 8h10" class="stroke"/>`,
  RUNNING: svg`<circle cx="8" cy="8" r="5" class="stroke"/><path d="M8 3a5 5 0 0 1 0 10z" class="fill"/>`,
  WAITING: svg`<circle cx="8" cy="8" r="5" class="stroke dash"/>`,
  DRAINING: svg`<path d="M5 4v8M11 4v8" class="stroke"/>`,
  DISABLED: svg`<path d="M5 4v8M11 4v8" class="stroke"/>`,
  UNDECLARED: svg`<circle cx="8" cy="8" r="5" class="stroke dash"/>`,
};

/** The class by which the style sheet colours an outcome or a state. */
export function tone(name) {
  switch (name) {
    case 'SUCCEEDED': case 'ENABLED': case 'UP': return 'ok';
    case 'FAILED': case 'UNUSABLE': return 'bad';
    case 'TIMED_OUT': return 'late';
    case 'LOST': case 'ABANDONED': return 'lost';
    case 'RUNNING': return 'run';
    default: return 'off';
  }
}

export function shape(name) {
  return html`<svg class=${`mark ${tone(name)}`} viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name] ?? SHAPES.WAITING}</svg>`;
}

/** @param kind the words: outcome, job, instance or shard */
export function mark(kind, name) {
  return name ? html`<span class="marked">${shape(name)}<span>${word(kind, name)}</span></span>` : html`<span class="quiet">–</span>`;
}

/** How the last firings ended, the latest to the right; what failed stands out by its height as well. */
export function outcomes(firings) {
  if (!firings) {
    return nothing;
  }
  const shown = firings.slice(0, 10).reverse();
  const said = shown.map(one => `${exact(one.fireTime)}: ${word('outcome', one.outcome ?? 'RUNNING')}`);
  return html`<svg class="outcomes" viewBox="0 0 80 16" role="img" aria-label=${said.join('; ')}><title>${said.join('\n')}</title>${shown.map((one, i) => {
    const name = one.outcome ?? 'RUNNING';
    const good = name === 'SUCCEEDED' || name === 'SKIPPED' || name === 'RUNNING';
    const x = (10 - shown.length + i) * 8;
    return svg`<rect class=${`bar ${tone(name)}`} x=${x + 1} y=${good ? 6 : 1} width="5.5" height=${good ? 9 : 14} rx="1"/>`;
  })}</svg>`;
}

const MASK = '******';

/** Whether the server shows something in the place of a value. */
export const isHidden = value => value === MASK;

/** A value that the viewer may not see; nothing at all where it is no such value. */
export function hidden(value) {
  return isHidden(value) ? html`<span class="quiet masked" title=${t('masked.text')}>${t('masked')}</span>` : null;
}

/** Relative, with the exact one on hover. */
export function when(instant) {
  return instant ? html`<time datetime=${instant} title=${exact(instant)}>${relative(instant)}</time>` : html`<span class="quiet">–</span>`;
}

/** An instance's name, without what makes its id unique. */
export function nameOf(id) {
  const dot = id?.lastIndexOf('.') ?? -1;
  return dot > 0 ? id.slice(0, dot) : id ?? '';
}

/** An error without the package of its class, which says little and takes much room. */
export function brief(error) {
  return error.replace(/^(?:[a-z]\w*\.)+(?=[A-Z])/, '');
}
