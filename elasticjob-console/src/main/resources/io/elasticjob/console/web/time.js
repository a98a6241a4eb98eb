/** Instants and durations, in the zone and the language that are chosen. */
import { locale, t } from './i18n.js';

let chosenZone = localStorage.getItem('elasticjob.zone') ?? 'browser';
let zoneOfJob = null;
let ahead = 0;
const formats = new Map();

/** `browser`, `job` or `UTC`. */
export function zoneChoice() {
  return chosenZone;
}

export function chooseZone(choice) {
  chosenZone = choice;
  localStorage.setItem('elasticjob.zone', choice);
}

/** The zone of the job whose page is shown; null elsewhere. */
export function setJobZone(zone) {
  zoneOfJob = zone;
}

export function zone() {
  if (chosenZone === 'UTC' || chosenZone === 'job' && zoneOfJob) {
    return chosenZone === 'UTC' ? 'UTC' : zoneOfJob;
  }
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the server's clock reads is what counts: everything relative is relative to it. */
export function heardServer(date) {
  const server = Date.parse(date);
  if (!Number.isNaN(server)) {
    const difference = server + 500 - Date.now();
    ahead = Math.abs(difference) < 2000 ? 0 : difference;
  }
}

export function now() {
  return Date.now() + ahead;
}

export function ms(instant) {
  return instant ? Date.parse(instant) : NaN;
}

/** What a `datetime-local` field shows of an instant, in the browser's own zone. */
export function local(instant) {
  if (!instant || Number.isNaN(Date.parse(instant))) {
    return '';
  }
  const at = new Date(instant);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that a `datetime-local` field says, in the browser's own zone; empty where it says none. */
export function instant(text) {
  return text ? new Date(text).toISOString() : '';
}

/** Whether a text is an instant, as the endpoint writes them. Browsers take almost anything for a date. */
export function isInstant(text) {
  return /^\d{4,}-\d\d-\d\dT/.test(text);
}

function format(options) {
  const key = `${locale()} ${zone()} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale(), { timeZone: zone(), hourCycle: 'h23', ...options });
    formats.set(key, made);
  }
  return made;
}

const DATE = { year: 'numeric', month: '2-digit', day: '2-digit' };
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

/** Day and time, with the offset of the zone. */
export function exact(instant) {
  const at = ms(instant);
  if (Number.isNaN(at)) {
    return '–';
  }
  // Some languages would have the offset in the middle.
  const offset = format({ timeZoneName: 'shortOffset' }).formatToParts(at).find(part => part.type === 'timeZoneName').value;
  return `${format({ ...DATE, ...CLOCK }).format(at)} ${offset}`;
}

/** Day and time, the day left out where it is today. */
export function moment(instant) {
  const at = ms(instant);
  if (Number.isNaN(at)) {
    return '–';
  }
  return sameDay(at, now()) ? clock(instant) : `${day(at)} ${clock(instant)}`;
}

export function clock(instant, fraction) {
  return format(fraction ? { ...CLOCK, fractionalSecondDigits: 3 } : CLOCK).format(typeof instant === 'number' ? instant : ms(instant));
}

export function day(at) {
  return format({ month: 'short', day: 'numeric', ...(sameYear(at, now()) ? {} : { year: 'numeric' }) }).format(at);
}

export function dayOfMonth(at) {
  return format({ day: 'numeric' }).format(at);
}

/** `2026-11-29` in the zone that is chosen: the same for all instants of a day. */
export function dayKey(at) {
  const key = `key ${zone()}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('en-CA', { timeZone: zone(), ...DATE });
    formats.set(key, made);
  }
  return made.format(at);
}

export function weekday(at) {
  return format({ weekday: 'short' }).format(at);
}

function sameDay(a, b) {
  return dayKey(a) === dayKey(b);
}

function sameYear(a, b) {
  return dayKey(a).slice(0, 4) === dayKey(b).slice(0, 4);
}

/** `in 5 min`, `3 h ago`. */
export function relative(instant) {
  const at = ms(instant);
  if (Number.isNaN(at)) {
    return '–';
  }
  const seconds = Math.round((at - now()) / 1000);
  const size = Math.abs(seconds);
  if (size < 1) {
    return t('time.now');
  }
  const [unit, count] = size < 60 ? ['second', seconds]
    : size < 3600 ? ['minute', Math.trunc(seconds / 60)]
    : size < 172800 ? ['hour', Math.trunc(seconds / 3600)]
    : ['day', Math.trunc(seconds / 86400)];
  const key = `relative ${locale()}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.RelativeTimeFormat(locale(), { style: 'short', numeric: 'always' });
    formats.set(key, made);
  }
  return made.format(count, unit);
}

const ISO = /^(-)?P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/;

/** Milliseconds of a duration such as `PT1M30.5S`. */
export function millis(iso) {
  const parts = ISO.exec(iso ?? '');
  if (!parts) {
    return NaN;
  }
  const [, minus, days, hours, minutes, seconds] = parts;
  const sum = (+(days ?? 0) * 86400 + +(hours ?? 0) * 3600 + +(minutes ?? 0) * 60 + +(seconds ?? 0)) * 1000;
  return minus ? -sum : sum;
}

/** `0.5 s`, `2 min 3 s`, `1 d 4 h`: two units at most. */
export function span(milliseconds) {
  if (Number.isNaN(milliseconds) || milliseconds === null || milliseconds === undefined) {
    return '–';
  }
  if (milliseconds < 0) {
    return `−${span(-milliseconds)}`;
  }
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  if (milliseconds < 60_000) {
    return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
  }
  const seconds = Math.round(milliseconds / 1000);
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first];
  const whole = Math.floor(seconds / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((seconds - whole * size) / next[1]) : 0;
  return `${whole} ${name}${rest ? ` ${rest} ${next[0]}` : ''}`;
}
