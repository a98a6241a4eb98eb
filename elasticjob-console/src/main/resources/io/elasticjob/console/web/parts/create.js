/** Creates a job of a handler that the applications offer. The server checks what is typed as it is typed. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t, word } from '../i18n.js';
import { written } from '../pages/job/settings.js';
import { ask, reason } from './dialog.js';
import { Preview } from './preview.js';

const KINDS = ['cron', 'every', 'at', 'none'];
const PRESETS = [['0 0/5 * * * ?', 'fiveMinutes'], ['0 0 * * * ?', 'hourly'], ['0 0 3 * * ?', 'nightly'], ['0 0 8 ? * MON-FRI', 'workdays'], ['0 0 2 1 * ?', 'monthly'], ['0 30 23 L * ?', 'lastDay']];

/** The settings of a form, one a line. */
export function settings(form) {
  const lines = [`handler=${written(form.handler)}`];
  if (form.kind !== 'none') {
    lines.push(`${form.kind}=${written(form[form.kind])}`);
  }
  if (form.kind === 'cron' && form.zone) {
    lines.push(`zone=${written(form.zone)}`);
  }
  for (const key of ['shardingTotalCount', 'jobParameter', 'description']) {
    if (form[key]) {
      lines.push(`${key}=${written(form[key])}`);
    }
  }
  return [...lines, ...form.further.split('\n').filter(line => line.trim())].join('\n');
}

export async function createJob() {
  const preview = new Preview();
  const form = { name: '', handler: '', kind: 'cron', cron: '0 0 3 * * ?', every: '10m', at: '', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, shardingTotalCount: '1', jobParameter: '', description: '', further: '' };
  const handlers = new Set();
  api.get('instances').then(({ instances }) => {
    instances.forEach(one => one.handlers.forEach(name => handlers.add(name)));
    app.update();
  }, () => {});
  const look = () => preview.of(settings({ ...form, handler: form.handler || 'any' }));
  const set = (name, value) => {
    form[name] = value;
    look();
    app.update();
  };
  const text = (name, label, attributes = {}) => html`<label class="field">${label}<input name=${name} .value=${form[name]} @input=${event => set(name, event.target.value)} ?required=${attributes.required} list=${attributes.list ?? nothing} inputmode=${attributes.inputmode ?? nothing} placeholder=${attributes.placeholder ?? ''} maxlength=${attributes.max ?? 4000} autocomplete="off" spellcheck="false"></label>`;
  look();
  ask({
    title: t('create.title'),
    wide: true,
    body: () => html`
      <div class="two">${text('name', t('column.name'), { required: true, max: 200 })}
      ${text('handler', t('create.handler'), { required: true, list: 'handlers' })}<datalist id="handlers">${[...handlers].map(name => html`<option value=${name}></option>`)}</datalist></div>
      <fieldset><legend>${t('column.schedule')}</legend>
        <div class="kinds">${KINDS.map(kind => html`<label class="check"><input type="radio" name="kind" value=${kind} .checked=${form.kind === kind} @change=${() => set('kind', kind)}><span>${word('kind', kind)}</span></label>`)}</div>
        ${form.kind === 'cron' ? html`<div class="two">${text('cron', t('create.cron'), { required: true })}${text('zone', t('create.zone'))}</div>
          <div class="chips" role="group" aria-label=${t('create.presets')}>${PRESETS.map(([cron, name]) => html`<button type="button" aria-pressed=${form.cron === cron ? 'true' : 'false'} @click=${() => set('cron', cron)}>${word('preset', name)}</button>`)}</div>` : nothing}
        ${form.kind === 'every' ? text('every', t('create.every'), { required: true, placeholder: '30s' }) : nothing}
        ${form.kind === 'at' ? text('at', t('create.at'), { required: true, placeholder: '2027-01-01T00:00:00Z' }) : nothing}
        ${preview.view()}
      </fieldset>
      <div class="two">${text('shardingTotalCount', t('create.shards'), { inputmode: 'numeric' })}${text('jobParameter', t('create.parameter'))}</div>
      ${text('description', t('create.description'))}
      <label class="field">${t('create.further')}<textarea rows="2" spellcheck="false" placeholder="misfire=SKIP" .value=${form.further} @input=${event => set('further', event.target.value)}></textarea></label>
      ${reason()}`,
    label: t('create'),
    submit: async given => {
      await api.post(api.path('jobs', form.name), { operation: 'create', set: settings(form), reason: given.get('reason') });
      app.say(t('said.created', { what: form.name }));
      app.go(to(['jobs', form.name]));
    },
  });
}
