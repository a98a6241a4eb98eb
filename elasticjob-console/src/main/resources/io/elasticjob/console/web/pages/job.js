/** One job: how it stands, what is in its way, and a page for each question. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t } from '../i18n.js';
import { setJobZone } from '../time.js';
import { cancel, removeJob, switchJob, trigger } from '../parts/actions.js';
import { findings } from '../parts/findings.js';
import { areRecorded } from '../parts/firings.js';
import { mark, when } from '../parts/marks.js';
import { scheduleInWords } from '../parts/schedule.js';
import { loading } from '../parts/states.js';

const TABS = {
  now: () => import('./job/now.js'),
  runs: () => import('./job/runs.js'),
  chain: () => import('./job/chain.js'),
  lateness: () => import('./job/lateness.js'),
  when: () => import('./job/when.js'),
  settings: () => import('./job/settings.js'),
  triggers: () => import('./job/triggers.js'),
  whatif: () => import('./job/whatif.js'),
};

let tab = null;

/** Whether it may be part of a chain: others run after what is recorded only. */
const isChained = detail => areRecorded(detail) || Boolean(detail.configuration.after?.value);

/** The pages that are offered, and the one that is shown. */
const tabsOf = (detail, name) => Object.keys(TABS).filter(one => one !== 'chain' || one === name || isChained(detail));

/** How many triggers and plans are not done. */
const waiting = detail => detail.triggers.length + detail.plans.length;

export default {
  pause: 1000,

  watched: () => [app.route.job],

  title: () => app.route.job,

  async load(_, signal) {
    const { job, tab: name } = app.route;
    const where = api.path('jobs', job);
    const [detail, explanation, module] = await Promise.all([
      api.get(where, {}, signal),
      api.get(`${where}/explain`, {}, signal),
      (TABS[name] ?? TABS.now)(),
    ]);
    signal.throwIfAborted();
    tab = module.default;
    setJobZone(detail.schedule?.timeZone ?? null);
    app.data = { detail, explanation, tab: app.data?.tabName === name ? app.data.tab : null, tabName: name };
    if (tab.load) {
      app.update();
    }
    return { detail, explanation, tab: await tab.load?.(app, detail, signal), tabName: name };
  },

  view() {
    if (!app.data) {
      return html`<h1>${app.route.job}</h1>${loading()}`;
    }
    const { detail, explanation } = app.data;
    const name = app.route.tab in TABS ? app.route.tab : 'now';
    const follows = explanation.findings.some(one => one.code === 'RUNS_AFTER');
    const shown = explanation.findings.filter(one => !['NEXT_FIRING', 'RUNNING', follows ? 'NO_SCHEDULE' : ''].includes(one.code));
    const running = detail.shards.some(shard => shard.state === 'RUNNING');
    const description = detail.configuration.description?.value;
    return html`
      <div class="head job">
        <div class="what"><h1 title=${detail.name}>${detail.name}</h1>
          <p class="facts">${mark('job', detail.state)}
            ${description ? html`<span>${description}</span>` : nothing}
            <span title=${detail.schedule?.description ?? ''}>${scheduleInWords(detail.schedule)}</span>
            ${detail.application ? html`<span class="quiet">${detail.application}</span>` : nothing}
            ${detail.nextFireTimes[0] ? html`<span>${t('job.next')} ${when(detail.nextFireTimes[0])}</span>` : nothing}</p></div>
        ${app.mayChange(detail) ? html`<div class="actions" role="group" aria-label=${t('actions')}>
          <button type="button" class="primary" @click=${() => trigger(detail)}>${t('trigger.open')}</button>
          ${running ? html`<button type="button" @click=${() => cancel(detail.name)}>${t('cancelRun.open')}</button>` : nothing}
          <button type="button" @click=${() => switchJob(detail.name, detail.enabled === false ? 'enable' : 'disable')}>${t(detail.enabled === false ? 'action.enable.open' : 'action.disable.open')}</button>
          <button type="button" class="plain" @click=${() => removeJob(detail.name, Object.keys(detail.declared).length > 0 && detail.application)}>${t('remove.open')}</button></div>` : nothing}
      </div>
      ${findings(shown)}
      <nav class="tabs" aria-label=${t('job.tabs')}>${tabsOf(detail, name).map(one => html`<a href=${to(['jobs', detail.name, one])} aria-current=${one === name ? 'page' : nothing}>${t(`tab.${one}`)}${one === 'triggers' && waiting(detail) ? html` <span class="num">${waiting(detail)}</span>` : nothing}</a>`)}</nav>
      <div class="tab">${tab && app.data.tabName === app.route.tab ? tab.view(app, detail) : loading()}</div>`;
  },
};
