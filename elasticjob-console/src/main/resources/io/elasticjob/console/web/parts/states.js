/** What is shown in the place of data: loading, nothing, nothing found, and each problem with what to do. */
import { html, nothing } from '../lit/lit-html.js';
import { t, word } from '../i18n.js';

export function loading() {
  return html`<p class="state quiet" role="status">${t('state.loading')}</p>`;
}

export function empty(title, text, action) {
  return html`<div class="state"><h2>${title}</h2>${text ? html`<p>${text}</p>` : nothing}${action ?? nothing}</div>`;
}

/** @param again what to do to try again; none where it is tried anyway */
export function problem(failure, again) {
  const { body } = failure;
  return html`<strong>${word('problem', failure.kind)}</strong>
    <span>${word('problemHelp', failure.kind)}</span>
    ${body.message ? html`<span class="detail">${body.message}</span>` : nothing}
    ${failure.kind === 'session' || failure.kind === 'updated'
      ? html`<button type="button" @click=${() => location.reload()}>${t('reload')}</button>`
      : again ? html`<button type="button" @click=${again}>${t('again')}</button>` : nothing}`;
}

/** In one line, for a notice or beside a field. */
export function problemText(failure) {
  const { body } = failure;
  return [word('problem', failure.kind ?? 'page'), body?.message ?? failure.message].filter(Boolean).join(': ');
}
