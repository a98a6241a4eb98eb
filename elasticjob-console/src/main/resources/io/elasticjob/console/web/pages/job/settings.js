/** Each setting: what is declared, what operators have laid over it, what holds. */
import { html, nothing } from '../../lit/lit-html.js';
import * as api from '../../api.js';
import { app as shared, to } from '../../app.js';
import { t, word } from '../../i18n.js';
import { exact, relative } from '../../time.js';
import { ask, reason } from '../../parts/dialog.js';
import { hidden, isHidden } from '../../parts/marks.js';
import { Preview } from '../../parts/preview.js';

/** How a value is written in `set`: quoted where it would not come through as it is. */
export function written(value) {
  return /[\n\r"\\]|^\s|\s$/.test(value) ? `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"` : value;
}

/** Those that differ from what is declared first, then those that are set, then the defaults; each in the order of the engine. */
export function ordered(detail) {
  const keys = [...new Set([...Object.keys(detail.configuration), ...Object.keys(detail.overrides), ...Object.keys(detail.declared)])];
  const rank = key => key in detail.overrides ? 0 : (detail.configuration[key]?.source ?? 'DEFAULT') === 'DEFAULT' ? 2 : 1;
  return keys.map((key, i) => [rank(key), i, key]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , key]) => key);
}

export default {
  view(app, detail) {
    const keys = ordered(detail);
    const shown = app.state.allSettings ? keys : keys.filter(key => key in detail.overrides || detail.configuration[key]?.source !== 'DEFAULT');
    const overridden = Object.keys(detail.overrides);
    return html`
      <div class="filters">
        <label class="check"><input type="checkbox" .checked=${Boolean(app.state.allSettings)} @change=${event => { app.state.allSettings = event.target.checked; app.update(); }}><span>${t('settings.all', { n: keys.length })}</span></label>
        ${app.mayChange(detail) ? html`<button type="button" @click=${() => edit(detail, null)}>${t('settings.change')}</button>
        ${overridden.length ? html`<button type="button" @click=${() => reset(detail.name, overridden)}>${t('settings.resetAll')}</button>` : nothing}` : nothing}
        <a href=${to(['changes'], { job: detail.name })}>${t('settings.changes')}</a>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label=${t('tab.settings')}><table class="settings"><caption class="hidden">${t('tab.settings')}</caption>
        <thead><tr><th scope="col">${t('settings.key')}</th><th scope="col">${t('settings.effective')}</th><th scope="col">${t('settings.declared')}</th><th scope="col">${t('settings.override')}</th>${app.mayChange(detail) ? html`<th scope="col"><span class="hidden">${t('actions')}</span></th>` : nothing}</tr></thead>
        <tbody>${shown.map(key => row(app, detail, key))}</tbody></table></div>`;
  },
};

const code = value => hidden(value) ?? html`<code>${value}</code>`;

function row(app, detail, key) {
  const effective = detail.configuration[key];
  const declared = detail.declared[key];
  const override = detail.overrides[key];
  const value = override && (override.value ?? override);
  return html`<tr class=${override ? 'differs' : ''}><th scope="row">${key}</th>
    <td>${code(effective?.value ?? '–')} <span class="quiet">${effective ? word('source', effective.source) : nothing}</span></td>
    <td>${declared ? html`${code(declared.value)} <span class="quiet">${word('source', declared.source)}</span>` : html`<span class="quiet">–</span>`}</td>
    <td>${override ? html`${code(value)} <span class="quiet" title=${exact(override.when)}>${t('by', { who: override.who || t('nobody'), when: relative(override.when), why: override.why || '–' })}</span>` : html`<span class="quiet">–</span>`}</td>
    ${app.mayChange(detail) ? html`<td class="c-do">${key === 'enabled' || key === 'handler' && declared ? nothing : html`<button type="button" class="small" @click=${() => edit(detail, key)} aria-label=${t('settings.edit', { key })}>${t('edit')}</button>`}
      ${override && key !== 'handler' ? html`<button type="button" class="small" @click=${() => reset(detail.name, [key])} aria-label=${t('settings.reset', { key })}>${t('reset')}</button>` : nothing}</td>` : nothing}</tr>`;
}

function reset(job, keys) {
  ask({
    title: t('reset.title', { keys: keys.join(', ') }),
    body: () => html`<p>${t('reset.text')}</p>${reason()}`,
    label: t('reset'),
    submit: async form => {
      await api.post(api.path('jobs', job), { operation: 'reset', keys: keys.join(','), reason: form.get('reason') });
      shared.say(t('said.reset', { what: keys.join(', ') }));
    },
  });
}

/** What is set in the job now, with changes laid over it: what the server is asked about. */
export function lines(detail, changes) {
  const all = new Map(Object.entries(detail.configuration).filter(([, one]) => one.source !== 'DEFAULT' && !isHidden(one.value)).map(([key, one]) => [key, one.value]));
  const schedule = ['cron', 'every', 'at', 'fixedDelay'];
  for (const [key, value] of changes) {
    if (schedule.includes(key)) {
      schedule.forEach(other => all.delete(other));
    }
    all.set(key, value);
  }
  return [...all].map(([key, value]) => `${key}=${written(value)}`).join('\n');
}

function edit(detail, key) {
  const preview = new Preview();
  const known = detail.configuration[key]?.value ?? '';
  let text = key ? `${key}=${isHidden(known) ? '' : written(known)}` : ''; // What is not seen is written anew.
  const changes = () => text.split('\n').filter(line => line.includes('=')).map(line => {
    const at = line.indexOf('=');
    const value = line.slice(at + 1).trim();
    return [line.slice(0, at).trim(), /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\n/g, '\n').replace(/\\(["\\])/g, '$1') : value];
  });
  const look = () => preview.of(lines(detail, changes()));
  look();
  ask({
    title: key ? t('settings.edit', { key }) : t('settings.change'),
    wide: true,
    body: () => html`
      <label class="field">${t('settings.lines')}<textarea name="set" rows=${key ? 2 : 6} required spellcheck="false" .value=${text} @input=${event => { text = event.target.value; look(); }}></textarea></label>
      ${isHidden(known) ? html`<p class="quiet">${t('masked.edit')}</p>` : nothing}
      ${preview.view()}
      ${reason()}`,
    label: t('save'),
    submit: async form => {
      await api.post(api.path('jobs', detail.name), { operation: 'configure', set: form.get('set'), reason: form.get('reason') });
      shared.say(t('said.changed', { what: detail.name }));
    },
  });
}
