// Texts in the reader's language, as the page brought them along.

/** @typedef {Record<string, string> & { actions?: Record<string, string> }} Texts by their names */

/** @type {Texts} */
let known = {};
let tag = "en";

/**
 * Take over the page's texts and language.
 * @param {Texts} texts
 * @param {string} language
 */
export function speak(texts, language) {
  known = texts;
  tag = language;
}

/**
 * A text by its name, with its values in it.
 * @param {string} name
 * @param {Record<string, string | number>} values
 */
export function say(name, values = {}) {
  return String(known[name] ?? name).replace(/%\((\w+)\)s/g, (whole, key) => String(values[key] ?? whole));
}

/**
 * The name of an action.
 * @param {string} action
 */
export function actionName(action) {
  return known.actions?.[action] ?? action;
}

/**
 * A probability as a whole percentage; between 1 % and 99 % unless it is exactly 0 or 1.
 * @param {number} share 0 to 1
 */
export function percent(share) {
  const shown = share > 0 && share < 1 ? Math.min(Math.max(share, 0.01), 0.99) : share;
  return new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 }).format(shown);
}

/**
 * A count.
 * @param {number} number
 */
export function count(number) {
  return new Intl.NumberFormat(tag).format(number);
}

/**
 * Names in a row.
 * @param {string[]} names
 */
export function listed(names) {
  return names.length ? names.join(tag.startsWith("zh") ? "、" : ", ") : say("none_of_these");
}

/**
 * How a label is called: by its title where it has one, a grade by both.
 * @param {{ name: string, title: string }} label
 */
export function labelTitle({ name, title }) {
  return title ? (/^[+-]?\d+([.,]\d+)?$/.test(name) ? `${name} ${title}` : title) : name;
}

/**
 * Labels of a task in a row, as they are called.
 * @param {Api.ReviewTask} task
 * @param {string[]} names
 */
export function named(task, names) {
  return listed(names.map((name) => labelTitle(task.labels.find((label) => label.name === name) ?? { name, title: "" })));
}

/**
 * The name of a language, else its tag.
 * @param {string} code
 */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([tag], { type: "language", fallback: "code" }).of(code) ?? code;
  } catch {
    return code;
  }
}
