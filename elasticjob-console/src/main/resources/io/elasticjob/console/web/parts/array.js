/** An execution that runs as an array of tasks on a cluster: how far it has come, and what single tasks have printed. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app } from '../app.js';
import { t, word } from '../i18n.js';
import { when } from './marks.js';
import { loading, problemText } from './states.js';

/** @param shard that runs it; `firing` and `attempt` say which execution it is */
export function arrayOf(job, { shard, firing, attempt, array }) {
  const { size, done, failed, running } = array;
  const ended = done + failed;
  return html`<section class="box array"><h2>${t('array')}</h2>
    <p class="facts"><strong>${word('array', array.state)}</strong>${array.cluster ? html`<span>${array.cluster}</span>` : nothing}<code title=${array.identity ?? ''}>${array.run}</code>${array.since ? html`<span>${t('column.since')} ${when(array.since)}</span>` : nothing}</p>
    <p class="facts"><progress max=${size} value=${ended} aria-label=${t('array.progress', { ended, size })}></progress><span class="num">${t('array.progress', { ended, size })}</span>
      <span class="num">${t('array.done', { n: done })}</span>${failed ? html`<span class="num bad" title=${array.failedTasks ?? ''}>${t('array.failed', { n: failed })}</span>` : nothing}${running === undefined || running === null ? nothing : html`<span class="num">${t('array.running', { n: running })}</span>`}</p>
    ${array.message ? html`<p class="late">${array.message}</p>` : nothing}
    <form class="facts" @submit=${event => { event.preventDefault(); readTask(job, shard, firing, attempt, new FormData(event.target).get('task')); }}>
      <label>${t('array.task')} <input name="task" type="number" inputmode="numeric" min="0" max=${size - 1} required .value=${firstOf(array.failedTasks)}></label><button type="submit">${t('array.read')}</button></form>
    ${taskLog(`${job} ${firing} ${shard} ${attempt}`)}</section>`;
}

/** The first of the tasks that failed, which is what people want to look at. */
function firstOf(ranges) {
  return /^\d+/.exec(ranges ?? '')?.[0] ?? '0';
}

async function readTask(job, shard, firing, attempt, task) {
  const { state } = app;
  const asked = { of: `${job} ${firing} ${shard} ${attempt}`, task, answer: null };
  state.task = asked;
  app.update();
  try {
    asked.answer = await api.get(api.path('jobs', job, 'log'), { task, shard, firing, attempt });
  } catch (failure) {
    asked.failure = failure;
  }
  app.update();
}

function taskLog(of) {
  const { task } = app.state;
  if (task?.of !== of) {
    return nothing;
  }
  const { answer, failure } = task;
  return html`<h3>${t('array.log', { task: task.task })}</h3>${failure ? html`<p class="failure" role="alert">${problemText(failure)}</p>` : !answer ? loading()
    : html`${answer.message ? html`<p class="quiet">${answer.message}</p>` : nothing}${answer.log ? html`<pre class="log" tabindex="0">${answer.log}</pre>` : answer.message ? nothing : html`<p class="quiet">${t('array.log.empty')}</p>`}`}`;
}
