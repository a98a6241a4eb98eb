/** Words of the pages in the language that is chosen. The keys are the same in all languages; a test compares them. */

export const LOCALES = { 'en': 'English', 'zh-CN': '简体中文' };

let words = {};
let current = 'en';
let plurals = new Intl.PluralRules('en');

/** The language that is chosen, or that the browser asks for, as far as there is one. */
export function preferred() {
  const chosen = localStorage.getItem('elasticjob.locale');
  if (chosen) {
    return chosen;
  }
  return navigator.languages.some(one => one.toLowerCase().startsWith('zh'))
    && !navigator.languages[0].toLowerCase().startsWith('en') ? 'zh-CN' : 'en';
}

/** What a language is called, in itself. */
export function nameOf(locale) {
  return LOCALES[locale] ?? new Intl.DisplayNames([locale], { type: 'language' }).of(locale);
}

/** Speaks a language; English where there are no words of it, such as after an update. */
export async function use(locale) {
  const response = await fetch(new URL(`i18n/${locale}.json`, import.meta.url));
  if (!response.ok && locale !== 'en') {
    return use('en');
  }
  words = await response.json();
  current = locale;
  plurals = new Intl.PluralRules(locale);
  document.documentElement.lang = locale;
}

export function locale() {
  return current;
}

/** The text of a key. `{name}` stands for a value; of `one|several`, the number `n` decides. */
export function t(key, values) {
  let text = words[key];
  if (text === undefined) {
    return key;
  }
  if (values === undefined) {
    return text;
  }
  if (text.includes('|') && values.n !== undefined) {
    const [one, several] = text.split('|');
    text = plurals.select(values.n) === 'one' ? one : several;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined || value === null ? '–' : typeof value === 'number' ? number(value) : String(value);
  });
}

/** The word for a value of the endpoint; the value itself where there is none. */
export function word(prefix, name) {
  return words[`${prefix}.${name}`] ?? name;
}

export function knows(prefix, name) {
  return words[`${prefix}.${name}`] !== undefined;
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(current, { maximumFractionDigits: digits }).format(value);
}
