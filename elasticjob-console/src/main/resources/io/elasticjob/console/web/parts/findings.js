/** What `explain` finds, in the language of the page: each code has its words, with the fields put in. */
import { html, nothing } from '../lit/lit-html.js';
import { knows, t } from '../i18n.js';
import { exact, millis, moment, span } from '../time.js';

const QUIET = new Set(['NEXT_FIRING', 'NO_SCHEDULE', 'RUNNING', 'HAS_RUN', 'CLOCK_IGNORED', 'NOT_MONITORED', 'TRIGGERS_WAITING', 'PLANNED', 'CLOCK_CHANGE', 'SHARDS_CHANGE', 'RUNS_AFTER']);
const BAD = new Set(['REGISTRY_AWAY', 'UNUSABLE', 'NO_ELIGIBLE_INSTANCE', 'OWNER_GONE', 'ARRAY_ALONE', 'SHARD_UNREADABLE', 'SLOTS_STUCK', 'CLOCK_OFF', 'STARVED', 'DUE']);
const INSTANTS = /^(since|when|fireTime|openedAt|at|from|oldest|last|before|after)$/;

function shown(name, value) {
  if (Array.isArray(value)) {
    return value.join(', ');
  }
  if (INSTANTS.test(name) && typeof value === 'string') {
    return moment(value);
  }
  return typeof value === 'string' && /^-?P/.test(value) ? span(millis(value)) : value;
}

export function severity(code) {
  return BAD.has(code) ? 'bad' : QUIET.has(code) ? 'info' : 'warn';
}

export function finding({ code, text, fields }) {
  const values = Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, shown(name, value)]));
  const known = knows('finding', code);
  return html`<li class=${`finding ${severity(code)}`} title=${text}>
    <span>${known ? t(`finding.${code}`, values) : text}</span>
    ${values.shards && !known ? nothing : values.shards ? html` <span class="quiet">${t('finding.shards', { shards: values.shards })}</span>` : nothing}
    ${values.who || values.why ? html` <span class="quiet" title=${exact(fields.when)}>${t('by', { who: values.who || t('nobody'), when: values.when, why: values.why || '–' })}</span>` : nothing}</li>`;
}

export function findings(list) {
  return list.length === 0 ? nothing : html`<ul class="findings">${list.map(finding)}</ul>`;
}
