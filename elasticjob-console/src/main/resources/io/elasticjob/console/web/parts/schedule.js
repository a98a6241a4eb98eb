/** A schedule in words: the usual ones in the language of the page, all others as the engine writes them. */
import { t } from '../i18n.js';
import { millis, span } from '../time.js';

const STEP = /^0 (?:0|\*)\/(\d+) \* \* \* \?$/;
const AT = /^0 (\d{1,2}) (\d{1,2}) (\S+) \* (\S+)$/;
const DAYS = { '* ?': 'schedule.daily', '? *': 'schedule.daily', '? MON-FRI': 'schedule.workdays', '? 2-6': 'schedule.workdays', '1 ?': 'schedule.monthly', 'L ?': 'schedule.lastDay' };

export function scheduleInWords(schedule) {
  if (!schedule) {
    return '–';
  }
  const { description, expression, timeZone, interval, delay, limits } = schedule;
  if (limits) {
    return description;
  }
  if (interval || delay) {
    return t(interval ? 'schedule.every' : 'schedule.delay', { span: span(millis(interval ?? delay)).replace('.0 ', ' ') });
  }
  return (expression && cronInWords(expression, timeZone)) || description;
}

function cronInWords(expression, zone) {
  const step = STEP.exec(expression);
  if (step && 60 % step[1] === 0) {
    return t('schedule.every', { span: span(step[1] * 60_000) });
  }
  if (expression === '0 0 * * * ?') {
    return t('schedule.hourly');
  }
  const [, minute, hour, ofMonth, ofWeek] = AT.exec(expression) ?? [];
  const key = DAYS[`${ofMonth} ${ofWeek}`];
  return key && t(key, { time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, zone });
}
