/** All chains of the namespace: which jobs run after which, across applications. */
import { html, nothing } from '../lit/lit-html.js';
import { live } from '../lit/directives/live.js';
import * as api from '../api.js';
import { app, to } from '../app.js';
import { t } from '../i18n.js';
import { picture, problems } from '../parts/chain.js';
import { roomFor } from '../parts/chart.js';
import { chains, graphOf, roots } from '../parts/graph.js';
import { empty, loading } from '../parts/states.js';

/** Chains that are drawn before somebody asks for more. */
const SHOWN = 20;
/** So that an address stays short enough for any server. */
const NAMES = 3500;

/** How the jobs of some chains are doing: rows of the list of jobs, by name. */
export async function rowsOf(shown, signal) {
  const lists = [];
  let length = Infinity;
  for (const name of shown.flatMap(chain => [...chain.values()]).filter(one => one.job).map(one => one.name)) {
    length += encodeURIComponent(name).length + 3;
    if (length > NAMES || lists.at(-1).length === 200) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1).push(name);
  }
  const pages = await Promise.all(lists.map(names => api.get('jobs', { names: names.join(','), size: 200, include: 'outcomes' }, signal)));
  return new Map(pages.flatMap(page => page.jobs).map(row => [row.name, row]));
}

/** Chains with a job whose name or application has the text in it; those in which something is wrong come first. */
export function found(all, text) {
  const wanted = (text ?? '').trim().toLowerCase();
  const isWrong = chain => problems(chain).length > 0;
  return all
    .filter(chain => [...chain.values()].some(one => one.name.toLowerCase().includes(wanted) || one.job?.application.toLowerCase().includes(wanted)))
    .sort((a, b) => isWrong(b) - isWrong(a));
}

export default {
  pause: 2000,

  watched: () => (app.data?.shown ?? []).flatMap(chain => [...chain.keys()]).slice(0, 100),

  title: () => t('nav.chains'),

  async load(_, signal) {
    const all = chains(graphOf((await api.get('chains', {}, signal)).jobs));
    const matching = found(all, app.route.query.q);
    const shown = matching.slice(0, app.state.all ? matching.length : SHOWN);
    return { all, matching, shown, rows: await rowsOf(shown, signal) };
  },

  view() {
    const { data } = app;
    const { q } = app.route.query;
    return html`<h1 class="hidden">${t('nav.chains')}</h1>
      ${!data ? loading() : data.all.length === 0 ? empty(t('chains.none'), t('chains.none.text')) : html`
        <form role="search" class="filters" @submit=${event => event.preventDefault()}>
          <input type="search" aria-label=${t('chains.search')} placeholder=${t('chains.search')} .value=${live(q ?? '')} @input=${event => app.go(to(['chains'], { q: event.target.value }), true)} autocomplete="off" spellcheck="false">
          <span class="quiet" role="status">${t('chains.count', { n: data.matching.length })}</span></form>
        ${data.matching.length === 0 ? empty(t('chains.none.filtered'), '', html`<button type="button" @click=${() => app.go('#/chains', true)}>${t('filters.clear')}</button>`) : nothing}
        ${data.shown.map(chain => section(chain, data.rows))}
        ${data.shown.length < data.matching.length ? html`<p class="more"><button type="button" @click=${() => { app.state.all = true; app.refresh(); }}>${t('chains.all', { n: data.matching.length })}</button></p>` : nothing}`}`;
  },
};

function section(chain, rows) {
  return html`<section class="chain"><h2>${roots(chain).join(', ')} <span class="quiet">${t('chain.jobs', { n: chain.size })}</span></h2>
    ${wrong(chain)}
    <div class="box">${picture(chain, rows, null, roomFor(1800) - 32)}</div></section>`;
}

/** What never runs, above the picture. */
export function wrong(chain) {
  const lines = problems(chain);
  return lines.length === 0 ? nothing : html`<ul class="findings">${lines.map(line => html`<li class="finding bad">${line}</li>`)}</ul>`;
}
