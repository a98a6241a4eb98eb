/** Firings by hand that are to come: one later, or those of a span that is past, one after another. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app } from '../app.js';
import { number, t } from '../i18n.js';
import { exact, instant, ms, relative } from '../time.js';
import { newId, triggerFields, triggerGiven } from './actions.js';
import { ask, reason } from './dialog.js';
import { problemText } from './states.js';

/** As many fire times as one backfill may have. */
const MOST = 1000;

/** Whether there are fire times to run again. */
export const hasFireTimes = detail => Boolean(detail.schedule) && (detail.configuration.cron || detail.configuration.every) !== undefined;

/** Asks a moment after the last change how many fire times a span has, both ends included. */
class Span {
  from = '';
  to = '';
  #found = null;
  #failure = null;
  #timer = null;

  constructor(job) {
    this.job = job;
  }

  set(name, text) {
    this[name] = instant(text);
    this.#found = null;
    this.#failure = null;
    clearTimeout(this.#timer);
    if (this.from && this.to) {
      this.#timer = setTimeout(() => this.#ask(), 200);
    }
    app.update();
  }

  async #ask() {
    const asked = `${this.from} ${this.to}`;
    const moved = (at, by) => new Date(ms(at) + by).toISOString();
    let found = null;
    let failure = null;
    try {
      found = await api.get(api.path('jobs', this.job, 'firetimes'), { from: moved(this.from, -1), to: moved(this.to, 1), size: MOST });
    } catch (told) {
      failure = told;
    }
    if (asked === `${this.from} ${this.to}`) {
      this.#found = found;
      this.#failure = failure;
      app.update();
    }
  }

  get isEmpty() {
    return this.#found?.fireTimes.length === 0;
  }

  view() {
    const times = this.#found?.fireTimes;
    return html`<p class="preview" role="status">${this.#failure ? html`<span class="failure">${problemText(this.#failure)}</span>`
      : !times ? html`<span class="quiet">${t('backfill.span')}</span>`
      : times.length === 0 ? t('backfill.none')
      : html`<strong>${this.#found.next ? t('backfill.more', { n: MOST }) : t('backfill.count', { n: times.length })}</strong> ${exact(times[0].at)} – ${exact(times.at(-1).at)}`}</p>`;
  }
}

/** Runs a job once for each of its fire times in a span that is past. */
export function backfill(detail) {
  const span = new Span(detail.name);
  const id = newId();
  const time = (name, label) => html`<label class="field">${label}<input type="datetime-local" name=${name} required @input=${event => span.set(name, event.target.value)}></label>`;
  ask({
    title: t('backfill.title', { job: detail.name }),
    body: () => html`<p>${t('backfill.text')}</p>
      <div class="two">${time('from', t('from'))}${time('to', t('to'))}</div>
      ${span.view()}
      ${triggerFields(detail)}${reason()}`,
    label: t('backfill'),
    blocked: () => span.isEmpty,
    submit: async form => {
      const plan = await api.post(api.path('jobs', detail.name), { operation: 'backfill', from: span.from, to: span.to, id, ...triggerGiven(form) });
      app.say(t('said.backfill', { n: plan.firings, what: detail.name }));
    },
  });
}

function cancelPlan(job, plan) {
  ask({
    title: t('plans.cancel.title', { job }),
    body: () => html`<p>${t('plans.cancel.text')}</p>${reason()}`,
    label: t('plans.cancel'),
    danger: true,
    submit: form => api.post(api.path('jobs', job), { operation: 'cancel', id: plan.id, reason: form.get('reason') }),
  });
}

/** What is planned for a job. */
export function plans(detail) {
  return detail.plans.map(plan => html`<section class="box plan"><div class="head">
      <h2>${plan.from ? t('plans.backfill', { from: exact(plan.from), to: exact(plan.to) }) : t('plans.later', { when: exact(plan.notBefore) })}</h2>
      ${app.mayChange(detail) ? html`<button type="button" class="small" @click=${() => cancelPlan(detail.name, plan)}>${t('plans.cancel')}</button>` : nothing}</div>
    <p>${t('by', { who: plan.who || t('nobody'), when: relative(plan.requestedAt), why: plan.why || '–' })}</p>
    ${plan.from ? html`<p><progress max=${plan.firings} value=${plan.begun} aria-label=${t('many.bar')}></progress> <span class="num">${t('plans.progress', { begun: number(plan.begun), n: plan.firings })}</span></p>` : nothing}</section>`);
}
