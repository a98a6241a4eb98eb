/** Who would run which shard if instances left or joined. */
import { html, nothing } from '../../lit/lit-html.js';
import { live } from '../../lit/directives/live.js';
import * as api from '../../api.js';
import { app, to } from '../../app.js';
import { t } from '../../i18n.js';
import { nameOf } from '../../parts/marks.js';
import { loading } from '../../parts/states.js';

/** Numbers as ranges: `0–3, 7`. */
export function ranges(numbers) {
  const parts = [];
  for (const n of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === n - 1) {
      last[1] = n;
    } else {
      parts.push([n, n]);
    }
  }
  return parts.map(([a, b]) => a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}–${b}`).join(', ');
}

function change(values) {
  app.go(to(['jobs', app.route.job, 'whatif'], { ...app.route.query, ...values }), true);
}

export default {
  load(_, detail, signal) {
    const { without, with: joining } = app.route.query;
    return api.get(api.path('jobs', detail.name, 'assignment'), { without, with: joining }, signal);
  },

  view(_, detail) {
    const plan = app.data.tab;
    if (!plan) {
      return loading();
    }
    const { query } = app.route;
    const without = new Set((query.without ?? '').split(',').filter(Boolean));
    const all = [...new Set([...Object.keys(plan.present), ...Object.keys(plan.then)])].sort();
    const moved = new Set(plan.moved);
    return html`
      <div class="filters"><label>${t('whatif.with')} <input class="short" type="number" min="0" max="1000" .value=${live(query.with ?? '0')} @change=${event => change({ with: event.target.value === '0' ? '' : event.target.value })}></label>
      <span>${t('whatif.moved', { n: plan.moved.length, total: plan.shardingTotalCount })}</span> <span class="quiet">${t('whatif.strategy', { strategy: plan.shardingStrategy })}</span></div>
      ${plan.strategyReplaced ? html`<p class="finding warn">${plan.strategyReplaced}</p>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label=${t('tab.whatif')}><table><caption class="hidden">${t('tab.whatif')}</caption>
        <thead><tr><th scope="col">${t('whatif.stays')}</th><th scope="col">${t('instance')}</th><th scope="col">${t('whatif.now')}</th><th scope="col">${t('whatif.then')}</th></tr></thead>
        <tbody>${all.map(id => {
          const then = plan.then[id] ?? [];
          const isNew = !(id in plan.present);
          return html`<tr><td class="c-select">${isNew ? nothing : html`<input type="checkbox" aria-label=${t('whatif.keep', { instance: id })} .checked=${live(!without.has(id))} @change=${event => {
            without[event.target.checked ? 'delete' : 'add'](id);
            change({ without: [...without].join(',') });
          }}>`}</td>
            <td>${isNew ? html`${id} <span class="tag">${t('whatif.new')}</span>` : html`<a href=${to(['instances', id])} title=${id}>${nameOf(id)}</a>`}</td>
            <td>${ranges(plan.present[id] ?? []) || '–'}</td>
            <td>${without.has(id) ? html`<span class="quiet">${t('whatif.gone')}</span>` : ranges(then) || '–'} ${then.some(shard => moved.has(shard)) ? html`<span class="tag">${t('whatif.gets', { shards: ranges(then.filter(shard => moved.has(shard))) })}</span>` : nothing}</td></tr>`;
        })}</tbody></table></div>`;
  },
};
