/** Asks again and again while the page is seen, one question at a time. */
import * as api from './api.js';

export class Loop {
  #ask;
  #pause;
  #watched;
  #timer = null;
  #running = false;
  #stopped = false;
  #again = false;
  #waiting = null;
  #at = null;

  /** What has changed, as the endpoint has told last; null where it is not known. */
  change = null;

  /**
   * @param ask a function that returns a promise and never rejects
   * @param pause milliseconds between two questions at least
   * @param watched names of the jobs on screen: then it is asked again only when something has changed; null to ask each time
   */
  constructor(ask, pause, watched = null) {
    this.#ask = ask;
    this.#pause = pause;
    this.#watched = watched;
    document.addEventListener('visibilitychange', this.#seen);
  }

  #seen = () => {
    if (document.hidden) {
      this.#waiting?.abort();
      clearTimeout(this.#timer);
    } else if (!this.#stopped) {
      this.now();
    }
  };

  /** Asks at once; again afterwards if a question is under way. */
  async now() {
    clearTimeout(this.#timer);
    this.#waiting?.abort();
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      await this.#ask();
    } while (this.#again && !this.#stopped);
    this.#running = false;
    if (!this.#stopped && !document.hidden) {
      this.#timer = setTimeout(() => this.#next(), this.#pause);
    }
  }

  /** Waits for a change, where the endpoint tells of changes; a question is asked now and then all the same. */
  async #next() {
    if (this.#watched) {
      const waiting = new AbortController();
      this.#waiting = waiting;
      try {
        const after = this.#at;
        this.change = await api.get('changes', { after, jobs: this.#watched().join(','), wait: after === null ? '0s' : '15s' }, waiting.signal);
        this.#at = this.change.at;
      } catch (failure) {
        if (failure.name === 'AbortError') {
          return; // Who has ended it asks again, or nobody looks.
        }
        this.#at = null;
        this.change = null;
      }
    }
    this.now();
  }

  stop() {
    this.#stopped = true;
    this.#waiting?.abort();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#seen);
  }
}
