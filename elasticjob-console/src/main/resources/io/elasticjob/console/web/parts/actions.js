/** What can be done with jobs, shards and instances: each asks for a reason, and says how it went. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app } from '../app.js';
import { t, word } from '../i18n.js';
import { ask, reason, typed } from './dialog.js';
import { exact, instant } from '../time.js';
import { mark, nameOf } from './marks.js';
import { problemText } from './states.js';

const jobPath = job => api.path('jobs', job);

/** Switches a job, one of its shards or one of its instances. */
export function switchJob(job, operation, part = {}) {
  const what = part.shard !== undefined ? t('action.shardOf', { shard: part.shard, job })
    : part.instance !== undefined ? t('action.jobOn', { job, instance: part.instance }) : job;
  ask({
    title: t(operation === 'disable' ? 'action.disable.title' : 'action.enable.title', { what }),
    body: () => html`<p>${t(operation === 'disable' ? 'action.disable.text' : 'action.enable.text')}</p>${reason()}`,
    label: t(operation === 'disable' ? 'action.disable' : 'action.enable'),
    submit: async form => {
      await api.post(jobPath(job), {
        operation,
        shard: part.shard === undefined ? undefined : String(part.shard),
        instance: part.instance,
        reason: form.get('reason'),
      });
      app.say(t(operation === 'disable' ? 'said.disabled' : 'said.enabled', { what }));
    },
  });
}

/** What a trigger asks for, whether it is made now or later. */
export function triggerFields(detail) {
  return html`
    ${shardsField(t('trigger.shards.all', { n: detail.shards.length }))}
    <label class="field">${t('trigger.parameter')}<input name="parameter" maxlength="4000" autocomplete="off" placeholder=${t('trigger.parameter.hint')}></label>
    ${detail.enabled === false ? html`<label class="check"><input type="checkbox" name="force" value="true" required><span>${t('trigger.force')}</span></label>` : nothing}`;
}

function shardsField(placeholder, value = '') {
  return html`<label class="field">${t('trigger.shards')}<input name="shards" pattern="\\s*\\d+(\\s*,\\s*\\d+)*\\s*" .value=${value} placeholder=${placeholder} autocomplete="off"></label>`;
}

/** What was given of it. */
export function triggerGiven(form) {
  return {
    shards: form.get('shards')?.replace(/\s/g, ''),
    parameter: form.get('parameter'),
    force: form.get('force') ?? undefined,
    reason: form.get('reason'),
  };
}

/** So that a request that is sent again is the same request. */
export function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

/** Runs a job by hand, now, and follows it shard by shard; or later. */
export function trigger(detail) {
  const job = detail.name;
  const later = { at: '', delay: '' };
  const follow = { accepted: null, done: false, last: null };
  const id = newId();
  const asked = {
    title: t('trigger.title', { job }),
    body: () => follow.accepted ? progress(follow) : html`${triggerFields(detail)}${reason()}${laterFields(later)}`,
    label: t('trigger'),
    submit: async form => {
      const notBefore = later.delay || instant(later.at);
      const answer = await api.post(jobPath(job), { operation: 'trigger', ...triggerGiven(form), notBefore, id });
      if (notBefore) {
        app.say(t('said.planned', { what: job, when: exact(answer.notBefore) }));
        return 'close';
      }
      follow.accepted = answer;
      asked.submit = null;
      watch(job, follow);
      return 'stay';
    },
  };
  ask(asked);
}

/** An instant, or a delay; the one that is written clears the other. */
function laterFields(later) {
  const set = (name, other) => event => {
    later[name] = event.target.value;
    later[other] = '';
    app.update();
  };
  return html`<details class="later"><summary>${t('trigger.later')}</summary><div class="two">
    <label class="field">${t('trigger.at')}<input type="datetime-local" .value=${later.at} @input=${set('at', 'delay')}></label>
    <label class="field">${t('trigger.delay')}<input .value=${later.delay} @input=${set('delay', 'at')} placeholder="2h" autocomplete="off" spellcheck="false"></label></div>
    <p class="quiet">${t('trigger.later.text')}</p></details>`;
}

const PAUSE = 500;
const pause = () => new Promise(resolve => setTimeout(resolve, PAUSE));
const isSeen = () => document.querySelector('dialog[open]') !== null;

/** Whichever instance is asked: one that has not heard of the trigger yet says the same as one for which it is done. */
async function watch(job, follow) {
  const where = api.path('jobs', job, 'triggers', String(follow.accepted.number));
  let absent = 0;
  for (let i = 0; i < 600 && absent < 3; i++) {
    try {
      follow.last = await api.get(where);
      absent = 0;
    } catch (failure) {
      absent = failure.kind === 'absent' ? absent + 1 : 0;
    }
    app.update();
    if (absent < 3) {
      await pause();
      if (!isSeen()) {
        return;
      }
    }
  }
  follow.done = absent > 0;
  app.refresh();
  await outcomes(job, follow);
}

/** How it ended. A history in a database is written a moment later. */
async function outcomes(job, follow) {
  for (let i = 0; i < 20 && isSeen(); i++) {
    try {
      const page = await api.get(api.path('jobs', job, 'executions'), { firing: `trigger-${follow.accepted.number}`, size: 500 });
      follow.ended = new Map(page.executions.filter(one => one.outcome).map(one => [one.shard, one]));
    } catch {
      return; // Where no history is kept there is nothing to tell.
    }
    app.update();
    if (follow.accepted.shards.every(shard => follow.ended.has(shard))) {
      return;
    }
    await pause();
  }
}

function progress(follow) {
  const shards = follow.last?.shards ?? follow.accepted.shards.map(item => ({ item, state: 'WAITING' }));
  return html`<p role="status">${follow.done ? t('trigger.done') : t('trigger.accepted', { number: String(follow.accepted.number) })}</p>
    <ul class="progress">${shards.slice(0, 200).map(shard => {
      const ended = follow.ended?.get(shard.item);
      const outcome = ended?.outcome ?? shard.outcome;
      const state = follow.done ? outcome ?? 'DONE' : shard.state === 'DONE' ? outcome ?? 'DONE' : shard.state;
      return html`<li><span class="num">${t('shard.n', { shard: shard.item })}</span> ${mark('outcome', state)} <span class="quiet">${nameOf(ended?.instance ?? shard.instance)}</span>
        ${ended?.message ? html`<span class="detail">${ended.message}</span>` : nothing}</li>`;
    })}</ul>`;
}

/** Ends what runs. */
export function cancel(job, firing, shards) {
  ask({
    title: t('cancelRun.title', { job }),
    body: () => html`<p>${firing ? t('cancelRun.firing', { firing }) : t('cancelRun.text')}</p>
      ${shardsField(t('all'), shards)}${reason()}`,
    label: t('cancelRun'),
    danger: true,
    submit: async form => {
      const answer = await api.post(jobPath(job), { operation: 'cancel', firing, shards: form.get('shards')?.replace(/\s/g, ''), reason: form.get('reason') });
      const n = answer?.shards?.length ?? 0;
      app.say(n > 0 ? t('said.cancelled', { n }) : t('said.cancelled.whole'));
    },
  });
}

/** Runs shards of a past firing again. */
export function rerun(job, firing) {
  const id = newId();
  const check = (name, label) => html`<label class="check"><input type="checkbox" name=${name} value="true"><span>${label}</span></label>`;
  ask({
    title: t('rerun.title', { job, firing }),
    body: () => html`<p>${t('rerun.text')}</p>
      ${shardsField(t('rerun.shards'))}
      ${check('successors', t('rerun.successors'))}
      ${check('present', t('rerun.present'))}${reason()}`,
    label: t('rerun'),
    submit: async form => {
      const answer = await api.post(jobPath(job), {
        operation: 'rerun',
        firing,
        id,
        shards: form.get('shards')?.replace(/\s/g, '') || undefined,
        successors: form.get('successors') ?? undefined,
        parameters: form.get('present') ? 'present' : undefined,
        reason: form.get('reason'),
      });
      app.say(t('said.rerun', { n: answer.firings.length }));
    },
  });
}

export function cancelTrigger(job, number) {
  ask({
    title: t('triggers.cancel.title', { number: String(number), job }),
    body: () => html`<p>${t('triggers.cancel.text')}</p>${reason()}`,
    label: t('triggers.cancel'),
    danger: true,
    submit: form => api.remove(api.path('jobs', job, 'triggers', String(number)), { reason: form.get('reason') }),
  });
}

export function removeJob(job, declared) {
  ask({
    title: t('remove.title', { job }),
    body: () => html`<p>${declared ? t('remove.declared') : t('remove.text')}</p>${typed(job)}${reason()}`,
    label: t('remove'),
    danger: true,
    submit: async form => {
      await api.remove(jobPath(job), { reason: form.get('reason') });
      app.say(t('said.removed', { what: job }));
      app.go('#/jobs');
    },
  });
}

/** Drains an instance, or has it take shards again. */
export function switchInstance(instance, operation) {
  ask({
    title: t(operation === 'drain' ? 'drain.title' : 'resume.title', { instance: instance.name }),
    body: () => html`<p>${t(operation === 'drain' ? 'drain.text' : 'resume.text')}</p>${reason()}`,
    label: t(operation),
    submit: async form => {
      await api.post(api.path('instances', instance.id), { operation, reason: form.get('reason') });
      app.say(t(operation === 'drain' ? 'said.drained' : 'said.resumed', { what: instance.name }));
    },
  });
}

/** The same for many jobs, one after another in a few lanes; what fails is told by job and stops nothing. */
export function many(jobs, operation, finished) {
  const run = { done: 0, failed: [], going: false, over: false };
  const asked = {
    title: t(`many.${operation}`, { n: jobs.length }),
    body: () => html`
      ${run.going || run.over ? html`<p role="status">${t('many.progress', { done: run.done, n: jobs.length, failed: run.failed.length })}</p><progress max=${jobs.length} value=${run.done} aria-label=${t('many.bar')}></progress>`
        : html`<p class="names">${jobs.slice(0, 12).join(', ')}${jobs.length > 12 ? ' …' : ''}</p>${reason()}`}
      ${run.failed.length ? html`<ul class="failed">${run.failed.slice(0, 50).map(([job, failure]) => html`<li><strong>${job}</strong> ${problemText(failure)}</li>`)}</ul>` : nothing}`,
    label: word('many', `${operation}.label`),
    submit: async form => {
      run.going = true;
      const why = form.get('reason');
      const rest = [...jobs];
      asked.blocked = () => true;
      await Promise.all(Array.from({ length: 4 }, async () => {
        for (let job = rest.shift(); job !== undefined; job = rest.shift()) {
          try {
            await api.post(jobPath(job), { operation, reason: why });
          } catch (failure) {
            run.failed.push([job, failure]);
          }
          run.done++;
          app.update();
        }
      }));
      run.over = true;
      run.going = false;
      asked.submit = null;
      finished();
      if (run.failed.length === 0) {
        app.say(t('many.done', { n: jobs.length }));
        return 'close';
      }
      return 'stay';
    },
  };
  ask(asked);
}
