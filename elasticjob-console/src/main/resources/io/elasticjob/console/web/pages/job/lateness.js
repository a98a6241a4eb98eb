/** How executions ended, how late firings began and how long they took, over a time that one chooses. */
import { html, nothing } from '../../lit/lit-html.js';
import * as api from '../../api.js';
import { app, to } from '../../app.js';
import { number, t, word } from '../../i18n.js';
import { exact, millis, ms, now, span } from '../../time.js';
import { roomFor, stacks, timeline } from '../../parts/chart.js';
import { OUTCOMES } from '../../parts/executions.js';
import { shape } from '../../parts/marks.js';
import { empty, loading } from '../../parts/states.js';

const MINUTE = 60_000;
/** Spans to choose from, each with how long its parts are. */
const SPANS = { hour: [60 * MINUTE, '1m'], day: [1440 * MINUTE, '30m'], week: [7 * 1440 * MINUTE, '4h'], month: [30 * 1440 * MINUTE, '1d'] };
const FIGURES = ['p50', 'p99', 'max'];

const chosen = () => app.route.query.span in SPANS ? app.route.query.span : 'day';

export default {
  async load(_, detail, signal) {
    // Ten thousand executions may have to be read for it: a few times a minute is enough.
    const key = `${chosen()} ${Math.floor(now() / 15_000)}`;
    if (app.state.statistics?.key === key) {
      return app.state.statistics.page;
    }
    const [length, bucket] = SPANS[chosen()];
    const end = now() + 1000; // What has begun within this second counts.
    const page = await api.get(api.path('jobs', detail.name, 'statistics'), { from: new Date(end - length).toISOString(), to: new Date(end).toISOString(), bucket }, signal);
    app.state.statistics = { key, page };
    return page;
  },

  view() {
    const page = app.data.tab;
    const { job } = app.route;
    return html`
      <div class="chips" role="group" aria-label=${t('statistics.span')}>${Object.keys(SPANS).map(one => html`<button type="button" aria-pressed=${one === chosen() ? 'true' : 'false'} @click=${() => app.go(to(['jobs', job, 'lateness'], { span: one }), true)}>${word('span', one)}</button>`)}</div>
      ${!page ? loading() : !page.whole ? empty(t('statistics.none'), t('statistics.none.text')) : html`
        <p class="quiet">${t('statistics.of', { n: page.executions })} ${word('scope', page.scope)}${page.complete ? nothing : html` <strong>${t('statistics.cut')}</strong>`}</p>
        ${charts(page)}`}`;
  },
};

function charts(page) {
  const room = { from: ms(page.from), to: ms(page.to), width: roomFor() };
  const step = millis(page.bucket);
  const lines = (name, className) => [
    { className: `${className} faint`, points: points(page, name, 'max') },
    { className, points: points(page, name, 'p50') },
  ];
  const { outcomes, lateness, duration } = page.whole;
  return html`
    <p class="facts">${OUTCOMES.filter(name => outcomes[name]).map(name => html`<a class="legend" href=${to(['jobs', app.route.job, 'runs'], { outcome: name })}>${shape(name)}${word('outcome', name)} <span class="num">${number(outcomes[name])}</span></a>`)}</p>
    ${stacks(page.buckets.map(one => ({ from: ms(one.from), parts: one.outcomes })), { ...room, step, label: t('statistics.outcomes'), order: OUTCOMES })}
    <h2>${t('lateness')}</h2>
    ${figures(lateness, t('lateness.none'))}
    ${lateness ? timeline(lines('lateness', 'late'), { ...room, label: t('lateness.chart') }) : nothing}
    <h2>${t('duration')}</h2>
    ${figures(duration, t('duration.none'))}
    ${duration ? timeline(lines('duration', 'run'), { ...room, label: t('duration.chart') }) : nothing}
    ${lateness || duration ? html`<p class="quiet total">${t('statistics.lines')}</p>` : nothing}`;
}

/** One figure of each part of the time that has it. */
export function points(page, name, figure) {
  return page.buckets.filter(one => one[name]).map(one => {
    const value = millis(one[name][figure]);
    return [ms(one.from), value, `${exact(one.from)}: ${word('figure', figure)} ${span(value)}`];
  });
}

function figures(spread, none) {
  return !spread ? html`<p class="quiet">${none}</p>` : html`<dl class="figures">
    ${FIGURES.map(name => html`<div><dt>${word('figure', name)}</dt><dd class="num">${span(millis(spread[name]))}</dd></div>`)}</dl>`;
}
