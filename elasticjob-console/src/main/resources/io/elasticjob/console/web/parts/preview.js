/** What the server says of settings that are being typed: whether they make a job, and when it would fire. */
import { html, nothing } from '../lit/lit-html.js';
import * as api from '../api.js';
import { app } from '../app.js';
import { t } from '../i18n.js';
import { relative } from '../time.js';
import { problemText } from './states.js';

export class Preview {
  #asked = '';
  #answer = null;
  #failure = null;
  #timer = null;

  /** Asks a moment after the last key. */
  of(set) {
    this.#asked = set;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(set), 200);
  }

  async #ask(set) {
    if (set.trim() === '') {
      this.#answer = null;
      this.#failure = null;
      app.update();
      return;
    }
    try {
      const answer = await api.get('preview', { set, size: 10 });
      if (this.#asked === set) {
        this.#answer = answer;
        this.#failure = null;
      }
    } catch (failure) {
      if (this.#asked === set) {
        this.#answer = null;
        this.#failure = failure;
      }
    }
    app.update();
  }

  get isValid() {
    return this.#answer?.valid === true;
  }

  view() {
    if (this.#failure) {
      return html`<p class="failure" role="status">${problemText(this.#failure)}</p>`;
    }
    const answer = this.#answer;
    if (!answer) {
      return html`<p class="quiet preview" role="status">${t('preview.waiting')}</p>`;
    }
    if (!answer.valid) {
      const { key, value, rule, message } = answer.problem;
      const { position } = answer;
      return html`<div class="preview failure" role="status"><strong>${key ? t('preview.invalid', { key }) : t('preview.invalid.any')}</strong>
        ${value && position !== undefined ? html`<pre>${value}\n${' '.repeat(position)}^</pre>` : nothing}<span>${rule ?? message}</span></div>`;
    }
    return html`<div class="preview" role="status"><strong>${answer.schedule?.description ?? t('preview.none')}</strong>
      ${answer.fireTimes.length === 0 ? html`<p>${t('preview.never')}</p>` : html`<ol class="firetimes">${answer.fireTimes.map(one => html`<li><span class="num">${one.local.replace('T', ' ')}</span> <span class="quiet">${relative(one.at)}</span>${one.named ? html` <span class="tag late">${t('when.skipped', { named: one.named.replace('T', ' ') })}</span>` : nothing}</li>`)}</ol>`}</div>`;
  }
}
