/** One dialog at a time, by the browser's own: it holds the focus, and Escape closes it. */
import { html, nothing } from '../lit/lit-html.js';
import { t } from '../i18n.js';
import { app } from '../app.js';
import { problemText } from './states.js';

let open = null;

/**
 * Opens a dialog.
 *
 * @param asked `title`, `body()`, `submit(form)` which returns a promise, `label` of the button that submits, `danger`,
 *     `wide`, `done` shown in place of the buttons when it is
 */
export function ask(asked) {
  open = { ...asked, failure: null, busy: false, from: document.activeElement };
  app.update();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const element = document.querySelector('dialog');
    if (element && !element.open) {
      element.showModal();
      element.querySelector('[autofocus], input, select, textarea, button')?.focus();
    }
  }));
}

export function close() {
  const from = open?.from;
  document.querySelector('dialog')?.close();
  open = null;
  app.update();
  from?.focus?.();
}

export function currentDialog() {
  if (!open) {
    return nothing;
  }
  const mine = open;
  return html`<dialog class=${mine.wide ? 'wide' : ''} aria-labelledby="dialog-title" @cancel=${event => { event.preventDefault(); close(); }}>
    <form @submit=${event => submit(event, mine)}>
      <h2 id="dialog-title">${mine.title}</h2>
      <div class="body">${mine.body()}</div>
      ${mine.failure ? html`<p class="failure" role="alert">${problemText(mine.failure)}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${mine.submit ? t('cancel') : t('close')}</button>
        ${mine.submit ? html`<button type="submit" class=${mine.danger ? 'danger' : 'primary'} ?disabled=${mine.busy || mine.blocked?.()}>${mine.label}</button>` : nothing}
      </div>
    </form></dialog>`;
}

async function submit(event, mine) {
  event.preventDefault();
  if (mine.busy || !mine.submit) {
    return;
  }
  mine.busy = true;
  mine.failure = null;
  app.update();
  try {
    const next = await mine.submit(new FormData(event.target));
    if (next !== 'stay' && open === mine) {
      close();
    }
    app.refresh();
  } catch (failure) {
    mine.failure = failure;
  }
  mine.busy = false;
  app.update();
}

/** The reason that each change asks for. */
export function reason() {
  return html`<label class="field">${t('reason')}<input name="reason" maxlength="200" required autocomplete="off" placeholder=${t('reason.hint')}></label>`;
}

/** What is removed is removed by who has typed its name. */
export function typed(name) {
  return html`<label class="field">${t('typed', { name })}<input name="typed" required autocomplete="off" spellcheck="false" pattern=${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}></label>`;
}
