/** Triggers that are not done, shard by shard, and what is planned. */
import { html, nothing } from '../../lit/lit-html.js';
import { t } from '../../i18n.js';
import { cancelTrigger } from '../../parts/actions.js';
import { mark, nameOf, when } from '../../parts/marks.js';
import { backfill, hasFireTimes, plans } from '../../parts/plans.js';
import { empty } from '../../parts/states.js';

export default {
  view(app, detail) {
    return html`
      ${app.mayChange(detail) && hasFireTimes(detail) ? html`<p><button type="button" @click=${() => backfill(detail)}>${t('backfill.open')}</button></p>` : nothing}
      ${plans(detail)}
      ${detail.triggers.length + detail.plans.length === 0 ? empty(t('triggers.none'), t('triggers.none.text')) : detail.triggers.map(one => waiting(app, detail, one))}`;
  },
};

function waiting(app, detail, one) {
  return html`<section class="box"><div class="head"><h2>${t('triggers.n', { number: String(one.number) })}</h2>
      ${app.mayChange(detail) ? html`<button type="button" class="small" @click=${() => cancelTrigger(detail.name, one.number)}>${t('triggers.cancel')}</button>` : nothing}</div>
    <p>${when(one.requestedAt)} ${t('triggers.by', { who: one.who || t('nobody'), why: one.why || '–' })}${one.forced ? html` <span class="tag">${t('triggers.forced')}</span>` : nothing}</p>
    <ul class="progress">${one.shards.slice(0, 200).map(shard => html`<li><span class="num">${t('shard.n', { shard: shard.item })}</span> ${mark('outcome', shard.outcome ?? shard.state)} <span class="quiet">${nameOf(shard.instance)}</span></li>`)}</ul></section>`;
}
