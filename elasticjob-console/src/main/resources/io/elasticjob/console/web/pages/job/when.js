/** When a job fires: the next sixty days as a calendar, and the next fire times as a list. */
import { html, nothing } from '../../lit/lit-html.js';
import * as api from '../../api.js';
import { t } from '../../i18n.js';
import { clock, day, dayKey, dayOfMonth, exact, ms, now, relative, weekday, zone } from '../../time.js';
import { empty, loading } from '../../parts/states.js';

const DAY = 86_400_000;
const DAYS = 60;
const MOST = 1000;

export default {
  load(app, detail, signal) {
    // Fire times change as settings do, and as time goes on: once a minute is enough.
    const key = JSON.stringify([detail.since, detail.schedule, Math.floor(now() / 60_000)]);
    if (app.state.when?.key === key) {
      return app.state.when.page;
    }
    const from = new Date(now()).toISOString();
    const to = new Date(now() + DAYS * DAY).toISOString();
    return api.get(api.path('jobs', detail.name, 'firetimes'), { from, to, size: MOST }, signal).then(page => {
      app.state.when = { key, page };
      return page;
    });
  },

  view(app, detail) {
    const page = app.data.tab;
    if (!page) {
      return loading();
    }
    if (page.fireTimes.length === 0) {
      return empty(t('when.none'), page.schedule?.description ?? detail.problem ?? '');
    }
    return html`
      ${detail.enabled === false ? html`<p class="finding warn">${t('when.disabled')}</p>` : nothing}
      <p class="quiet">${t('when.zone', { zone: zone() })}${page.schedule?.limits ? html` · ${page.schedule.limits}` : nothing}</p>
      ${calendar(page)}
      <h2>${t('when.next')}</h2>
      <ol class="firetimes">${page.fireTimes.slice(0, 50).map(one => html`<li><time class="num" datetime=${one.at}>${exact(one.at)}</time> <span class="quiet">${relative(one.at)}</span>
        ${one.named ? html` <span class="tag late" title=${t('when.skipped.text')}>${t('when.skipped', { named: one.named.replace('T', ' ') })}</span>` : nothing}</li>`)}</ol>`;
  },
};

/** The weeks, each with its seven days; days before now and after what is known are empty. */
export function weeks(fireTimes, complete, start, count = DAYS) {
  const byDay = new Map();
  for (const one of fireTimes) {
    const key = dayKey(ms(one.at));
    byDay.set(key, [...(byDay.get(key) ?? []), one]);
  }
  const last = fireTimes.length ? dayKey(ms(fireTimes.at(-1).at)) : '';
  const days = [];
  // From noon to noon, so that no change of the clock makes a day come twice.
  for (let i = 0, at = start; i < count; i++, at += DAY) {
    const key = dayKey(at);
    if (days.length === 0 || days.at(-1).key !== key) {
      days.push({ key, at, times: byDay.get(key) ?? [], isKnown: complete || key < last, isPartly: !complete && key === last });
    }
  }
  const lead = (new Date(`${days[0].key}T12:00:00Z`).getUTCDay() + 6) % 7;
  const cells = [...Array.from({ length: lead }, () => null), ...days];
  const all = [];
  for (let i = 0; i < cells.length; i += 7) {
    all.push(cells.slice(i, i + 7));
  }
  return all;
}

function calendar(page) {
  const complete = page.fireTimes.length < MOST;
  const rows = weeks(page.fireTimes, complete, now()).filter(week => week.some(one => one?.isKnown || one?.isPartly));
  const most = Math.max(...rows.flat().map(one => one?.times.length ?? 0));
  const first = rows.flat().find(one => one);
  const monday = Date.UTC(2026, 0, 5, 12);
  return html`<table class="calendar"><caption class="hidden">${t('when.calendar')}</caption>
    <thead><tr>${[0, 1, 2, 3, 4, 5, 6].map(i => html`<th scope="col">${weekday(monday + i * DAY)}</th>`)}</tr></thead>
    <tbody>${rows.map(week => html`<tr>${[0, 1, 2, 3, 4, 5, 6].map(i => cell(week[i], most, week[i] === first))}</tr>`)}</tbody></table>
    ${complete ? nothing : html`<p class="quiet">${t('when.more', { n: MOST })}</p>`}`;
}

/** Its month is told of the first day of each, and of the first one that is shown. */
function cell(one, most, isFirst) {
  if (!one) {
    return html`<td class="blank"></td>`;
  }
  const n = one.times.length;
  const strength = n === 0 ? 0 : Math.ceil(n / most * 4);
  return html`<td class=${`day s${strength}`} title=${one.times.slice(0, 24).map(time => clock(time.at)).join('\n')}>
    <span class="date">${isFirst || one.key.endsWith('-01') ? day(one.at) : dayOfMonth(one.at)}</span>
    ${n === 0 ? html`<span class="quiet">${one.isKnown ? '–' : '…'}</span>` : n <= 2 ? html`<span class="num">${one.times.map(time => clock(time.at).slice(0, 5)).join(' ')}</span>` : html`<span class="num">${n}${one.isPartly ? '+' : ''} ×</span>`}
    ${one.times.some(time => time.named) ? html`<span class="tag late">${t('when.shift')}</span>` : nothing}</td>`;
}
