/** One firing as a whole: how it ended, all shards and attempts from its fire time on, what they left, and their logs. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { exact, isInstant, ms, now, span } from '../time.js';
import { cancel, rerun } from '../parts/actions.js';
import { arrayOf } from '../parts/array.js';
import { inWords } from '../parts/chain.js';
import { executionsTable, late, links } from '../parts/executions.js';
import { findings } from '../parts/findings.js';
import { named } from '../parts/firings.js';
import { extent, gantt } from '../parts/gantt.js';
import { graphOf } from '../parts/graph.js';
import { mark, nameOf, shape, when } from '../parts/marks.js';
import { empty, loading, problemText } from '../parts/states.js';
import { table } from '../parts/table.js';

export default {
  pause: 1000,

  watched: () => [app.route.job],

  title: () => `${app.route.job} · ${app.route.firing}`,

  async load(_, signal) {
    const { job, firing } = app.route;
    const where = api.path('jobs', job);
    const [whole, explanation, { jobs: [row] }] = await Promise.all([
      api.get(api.path('jobs', job, 'firings', firing), {}, signal).catch(nothingKnown),
      !isInstant(firing) ? null : api.get(`${where}/explain`, { at: firing }, signal).catch(() => null),
      api.get('jobs', { names: job }, signal),
    ]);
    app.state.node ??= api.get('chains', {}).then(({ jobs }) => graphOf(jobs).get(job) ?? null, () => null);
    // Of a job that is removed, its history goes on telling.
    const executions = whole ? executionsOf(whole)
      : (await api.get(`${where}/executions`, { firing, size: 500 }, signal).catch(nothingKnown))?.executions ?? [];
    return { whole, explanation, row, executions, node: await app.state.node };
  },

  view() {
    const { job, firing } = app.route;
    const { data } = app;
    const isTrigger = !isInstant(firing);
    return html`
      <div class="head job"><div class="what"><p class="crumbs"><a href=${to(['jobs', job])}>${job}</a> / <a href=${to(['jobs', job, 'runs'])}>${t('tab.runs')}</a></p>
        <h1>${isTrigger ? t('firing.trigger', { number: firing.replace('trigger-', '') }) : t('firing.of', { time: exact(firing) })}</h1>
        ${data?.whole ? summary(data.whole, data.executions) : nothing}</div>
        ${data?.row && app.mayChange(data.row) ? html`<div class="actions" role="group" aria-label=${t('actions')}>${actions(data)}</div>` : nothing}</div>
      ${!data ? loading() : SECTIONS.map(section => section(data) ?? nothing)}`;
  },
};

/** What is shown of a firing, from top to bottom; each section answers nothing where it has nothing to say. */
const SECTIONS = [origin, why, chained, arrays, results, waterfall, attempts, logs];

/** What can be done about it, a button each. */
function actions({ executions }) {
  const { job, firing } = app.route;
  return [
    executions.some(one => !one.endedAt) ? html`<button type="button" @click=${() => cancel(job, firing)}>${t('cancelRun.open')}</button>` : nothing,
    executions.length && executions.every(one => one.endedAt) ? html`<button type="button" @click=${() => rerun(job, firing)}>${t('rerun.open')}</button>` : nothing,
  ];
}

function why({ explanation }) {
  return explanation && findings(explanation.findings.filter(one => !['HAS_RUN', 'NEXT_FIRING', 'LATER_FIRING_RAN'].includes(one.code)));
}

/** What has made this firing, and which firings there were because of it. */
function origin({ whole }) {
  if (!whole?.cause) {
    return null;
  }
  const { cause, successors } = whole;
  const { rerun: again } = cause;
  const asked = by => html`${by.who ? html` <strong>${by.who}</strong>` : nothing}${by.why ? html` <span class="quiet">${by.why}</span>` : nothing}`;
  return html`<dl class="pairs origin">
    <dt>${t('cause')}</dt><dd>${word('cause', cause.kind)}${cause.intervalOf ? html` <span class="num">${exact(cause.intervalOf)}</span>` : nothing}${asked(cause)}${cause.requestedAt ? html` <span class="quiet">${when(cause.requestedAt)}</span>` : nothing}
      ${cause.after?.length ? html`<ul>${cause.after.map(link)}</ul>` : nothing}</dd>
    ${again ? html`<dt>${t('cause.rerun')}</dt><dd>${t('firing.trigger', { number: String(again.trigger) })}${asked(again)}</dd>` : nothing}
    ${successors.length ? html`<dt>${t('cause.successors')}</dt><dd><ul>${successors.map(link)}</ul></dd>` : nothing}</dl>`;
}

function link({ job, firing, fireTime, result }) {
  return html`<li>${result ? shape(result) : nothing}<a href=${to(['jobs', job, 'firings', firing])}>${job}, ${named(firing)}</a>${result ? html` <span>${word('outcome', result)}</span>` : nothing}${fireTime && !isInstant(firing) ? html` <span class="quiet">${when(fireTime)}</span>` : nothing}</li>`;
}

/** What its job runs after, and what runs after it. */
function chained({ node }) {
  const { job } = app.route;
  return !node ? null : html`<p class="facts quiet">${node.after.length ? html`<span>${inWords(node)}</span>` : nothing}
    ${node.next.length ? html`<span>${t('chain.then', { jobs: node.next.join(', ') })}</span>` : nothing}
    <a href=${to(['jobs', job, 'chain'])}>${t('tab.chain')}</a></p>`;
}

/** What of it runs, or ran last, on a cluster. */
function arrays({ whole }) {
  const { job, firing } = app.route;
  return whole?.shards.filter(part => part.array).map(part => arrayOf(job, { ...part, firing, attempt: part.attempts[0]?.attempt }));
}

function attempts({ whole, executions }) {
  if (executions.length > 0) {
    return executionsTable(executions, { id: 'executions', withJob: false, caption: t('firing.caption'), job: app.route.job });
  }
  return whole ? null : empty(t('firing.none'), t('firing.none.text'));
}

function nothingKnown(failure) {
  if (failure.kind === 'absent') {
    return null;
  }
  throw failure;
}

/** All attempts of all shards, the latest first. */
export function executionsOf(whole) {
  return whole.shards.flatMap(part => part.attempts).sort((a, b) => ms(b.startedAt) - ms(a.startedAt) || a.shard - b.shard);
}

/** How many shards have ended with each outcome, or run. */
export function tally(whole) {
  const running = whole.shards.filter(part => !part.outcome).length;
  return [...Object.entries(whole.ends), ...(running ? [['RUNNING', running]] : [])];
}

function summary(whole, executions) {
  const began = Math.min(...executions.map(one => ms(one.startedAt)));
  const ended = Math.max(...executions.map(one => one.endedAt ? ms(one.endedAt) : now()));
  const firsts = executions.filter(one => one.attempt === 1).map(late);
  return html`<p class="facts"><strong>${mark('outcome', whole.result ?? 'RUNNING')}</strong>
    ${['PLANNING', 'OPENING', 'OPEN', 'CLOSED'].includes(whole.state) ? html`<span class="tag" title=${t('firing.whole')}>${word('firingState', whole.state)}</span>` : nothing}
    ${tally(whole).map(([name, n]) => html`<span class="marked">${shape(name)}<span>${word('outcome', name)} <span class="num">${n}</span></span></span>`)}
    ${executions.length ? html`<span>${t('column.took')} <span class="num">${span(ended - began)}</span></span>` : nothing}
    ${firsts.length ? html`<span>${t('column.late')} <span class="num">${span(Math.max(...firsts))}</span></span>` : nothing}
    ${whole.parts ? html`<span>${t('firing.parts')} <span class="num">${whole.parts}</span></span>` : nothing}
    ${whole.openedAt ? html`<span>${t('firing.opened')} <span class="num">${exact(whole.openedAt)}</span></span>` : nothing}
    ${whole.deadlineMissed ? html`<span class="bad">${t('firing.deadlineMissed')} <span class="num">${exact(whole.deadline)}</span></span>` : nothing}
    ${whole.closedAt ? html`<span>${t('firing.closed')} <span class="num">${exact(whole.closedAt)}</span></span>` : nothing}</p>`;
}

/** What shards have left, and those of which the history tells nothing. */
function results({ whole }) {
  const shown = whole?.shards.filter(part => part.result || part.attempts.length === 0) ?? [];
  return shown.length === 0 ? null : html`<h2>${t('firing.results')}</h2>${table([
    { class: 'c-shard num', head: t('column.shard'), cell: part => part.shard },
    { class: 'c-state', head: t('column.outcome'), cell: part => mark('outcome', part.outcome ?? 'RUNNING') },
    { class: 'c-name', head: t('firing.result'), cell: part => part.result ? html`<code class="cut" title=${part.result}>${part.result}</code>` : html`<span class="cut bad" title=${part.error ?? ''}>${part.error ?? ''}</span>` },
  ], shown, { id: 'results', caption: t('firing.results'), key: part => part.shard })}`;
}

function waterfall({ executions }) {
  if (executions.length === 0) {
    return null;
  }
  const { state } = app;
  const whole = extent(executions);
  const due = Math.min(...executions.map(one => ms(one.fireTime)));
  const from = due > whole.from - 10 * 60_000 ? Math.min(whole.from, due) : whole.from;
  const width = Math.max(280, Math.min(1800, (document.querySelector('main')?.clientWidth ?? 1000) - 72));
  return gantt(executions, { from, to: whole.to, ...state.zoomed, width, hover: state.hover }, {
    hover: (execution, event) => {
      if (execution || state.hover) {
        state.hover = execution && { execution, x: event.offsetX + 60, y: event.clientY - event.currentTarget.closest('.gantt').getBoundingClientRect().top + 14 };
        app.update();
      }
    },
    choose: execution => readLog(app.route.job, execution),
    zoom: (a, b) => {
      state.zoomed = { from: a, to: b };
      app.update();
    },
  });
}

async function readLog(job, execution) {
  const { state } = app;
  state.log = { execution, text: null };
  app.update();
  try {
    const answer = await api.get(api.path('jobs', job, 'log'), { shard: execution.shard, firing: execution.firing, attempt: execution.attempt });
    state.log = { execution, text: answer.log ?? '', answer };
  } catch (failure) {
    state.log = { execution, failure };
  }
  app.update();
  requestAnimationFrame(() => document.getElementById('log')?.scrollIntoView?.({ block: 'nearest' }));
}

function logs({ executions }) {
  if (executions.length === 0) {
    return null;
  }
  const { job } = app.route;
  const { log } = app.state;
  return html`<h2>${t('log')}</h2>
    <div class="chips" role="group" aria-label=${t('log')}>${executions.slice(0, 200).map(one => html`<button type="button" aria-pressed=${log?.execution.id === one.id ? 'true' : 'false'} @click=${() => readLog(job, one)}>${shape(one.outcome ?? 'RUNNING')}${t('shard.n', { shard: one.shard })}${one.attempt > 1 ? ` · ${one.attempt}` : ''}</button>`)}</div>
    ${!log ? html`<p class="quiet">${t('log.choose')}</p>` : html`<section id="log" class="box"><p class="facts">${mark('outcome', log.execution.outcome ?? 'RUNNING')}<span>${t('shard.n', { shard: log.execution.shard })}</span><span>${nameOf(log.execution.instance)}</span>
      <span class="num">${t('token', { token: String(log.execution.fencingToken ?? '–') })}</span>${links(job, log.execution)}</p>
      ${log.execution.error ? html`<p class="bad">${log.execution.error}${log.execution.message ? `: ${log.execution.message}` : ''}</p>` : nothing}
      ${log.failure ? html`<p class="failure">${problemText(log.failure)}</p>` : log.text === null ? loading() : log.text === '' ? html`<p class="quiet">${t('log.empty')}</p>` : html`<pre class="log" tabindex="0">${log.text}</pre>`}</section>`}`;
}
