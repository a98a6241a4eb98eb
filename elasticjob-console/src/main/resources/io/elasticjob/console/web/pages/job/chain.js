/** The chain that a job is part of, with the ways to it and from it. */
import { html } from '../../lit/lit-html.js';
import * as api from '../../api.js';
import { t } from '../../i18n.js';
import { picture } from '../../parts/chain.js';
import { roomFor } from '../../parts/chart.js';
import { chains, graphOf } from '../../parts/graph.js';
import { empty, loading } from '../../parts/states.js';
import { rowsOf, wrong } from '../chains.js';

export default {
  async load(_, detail, signal) {
    const chain = chains(graphOf((await api.get('chains', {}, signal)).jobs)).find(one => one.has(detail.name));
    return chain ? { chain, rows: await rowsOf([chain], signal) } : { chain: null };
  },

  view(app, detail) {
    const page = app.data.tab;
    if (!page) {
      return loading();
    }
    return !page.chain ? empty(t('chain.none'), t('chains.none.text')) : html`${wrong(page.chain)}
      <div class="box">${picture(page.chain, page.rows, detail.name, roomFor(1800) - 32)}</div>
      <p><a href="#/chains">${t('chains.see')}</a></p>`;
  },
};
