/** What operators have made and changed, out as a document, and in again: first as a rehearsal, then in earnest. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { ask, reason } from './dialog.js';
import { shape } from './marks.js';
import { problemText } from './states.js';

/** So long may a part of a document be: servers take bodies of some 256 KiB. */
const LONGEST = 100_000;
const SHOWN = 500;

/** Fetches all pages as one document, and has the browser save it. */
export async function exportChanges() {
  try {
    let page = await api.get('export');
    const document = { ...page, lines: [...page.lines] };
    while (page.next) {
      page = await api.get('export', { after: page.next });
      document.lines.push(...page.lines);
    }
    delete document.next;
    save(`elasticjob-${document.namespace ?? 'export'}-${document.at.slice(0, 10)}.json`, JSON.stringify(document, null, 1));
    app.say(t('said.exported', { n: document.lines.length }));
  } catch (failure) {
    app.say(problemText(failure), true);
  }
}

function save(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The document in parts that servers take as a body, the lines of a job together, for they depend on each other. */
export function parts(document, longest = LONGEST) {
  const jobs = new Map();
  for (const line of document.lines) {
    jobs.set(line.job, [...(jobs.get(line.job) ?? []), line]);
  }
  const all = [];
  let length = longest;
  for (const lines of jobs.values()) {
    const own = JSON.stringify(lines).length;
    if (length + own > longest) {
      all.push([]);
      length = 0;
    }
    all.at(-1).push(...lines);
    length += own;
  }
  return all.map(lines => ({ format: document.format, lines }));
}

/** What came of each line, those first that somebody should look at. */
export function ordered(answers) {
  const rank = { REFUSED: 0, WOULD_CHANGE: 1, DONE: 1, SAME: 2 };
  return answers.map((one, i) => [rank[one.result] ?? 0, i, one]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , one]) => one);
}

function read(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    document = null;
  }
  if (!Array.isArray(document?.lines)) {
    throw new api.Problem('invalid', 400, { message: t('import.noDocument') });
  }
  return document;
}

export function importChanges() {
  const state = { document: null, name: '', answers: null, isDone: false, busy: false, failure: null };
  const send = async (isRehearsal, why) => {
    state.busy = true;
    state.answers = [];
    app.update();
    try {
      for (const part of parts(state.document)) {
        const { answers } = await api.post('import', { document: JSON.stringify(part), dryRun: isRehearsal ? 'true' : undefined, reason: why });
        state.answers = [...state.answers, ...answers];
        app.update();
      }
    } finally {
      state.busy = false;
    }
  };
  const choose = async event => {
    const file = event.target.files[0];
    Object.assign(state, { document: null, answers: null, failure: null, name: file?.name ?? '' });
    try {
      if (file) {
        state.document = read(await file.text());
        await send(true);
      }
    } catch (failure) {
      state.failure = failure;
    }
    app.update();
  };
  const asked = {
    title: t('import.title'),
    wide: true,
    body: () => html`
      ${state.isDone ? nothing : html`<p>${t('import.text')}</p>
        <label class="field">${t('import.file')}<input type="file" accept=".json,application/json" required @change=${choose}></label>`}
      ${state.failure ? html`<p class="failure" role="alert">${problemText(state.failure)}</p>` : nothing}
      ${state.answers ? report(state) : nothing}
      ${state.isDone ? nothing : reason()}`,
    label: t('import'),
    blocked: () => state.busy || state.failure !== null || state.answers !== null && !state.answers.some(one => one.result === 'WOULD_CHANGE'),
    submit: async form => {
      await send(false, form.get('reason'));
      state.isDone = true;
      asked.submit = null;
      return 'stay';
    },
  };
  ask(asked);
}

function report(state) {
  const tallies = new Map();
  state.answers.forEach(one => tallies.set(one.result, (tallies.get(one.result) ?? 0) + 1));
  return html`<p role="status">${t(state.isDone ? 'import.done' : 'import.rehearsed', { n: state.answers.length })}
      ${[...tallies].map(([result, n]) => html` <span class="marked">${sign(result)}<span>${word('result', result)} <span class="num">${n}</span></span></span>`)}</p>
    <ul class="progress answers" tabindex="0" aria-label=${t('import.lines')}>${ordered(state.answers).slice(0, SHOWN).map(one => html`<li><span class="marked">${sign(one.result)}<span>${word('result', one.result)}</span></span>
      <a href=${to(['jobs', one.job])}>${one.job}</a> <span class="quiet">${word('operation', one.operation)}</span>
      ${one.problem ? html`<span class="failure">${one.problem.message}</span>` : nothing}</li>`)}</ul>`;
}

const sign = result => shape(result === 'REFUSED' ? 'FAILED' : result === 'SAME' ? 'NOT_BEGUN' : result === 'DONE' ? 'SUCCEEDED' : 'MOVED');
