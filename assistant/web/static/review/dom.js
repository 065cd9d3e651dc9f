// Making elements. Texts go in as text: nothing here or elsewhere on the page reads HTML.

/**
 * An element.
 * @param {string} name
 * @param {Record<string, any>} [attributes] `text`, `class`, `dataset`, listeners as `onclick`, all else as attributes
 * @param {...(Node | string | null | undefined)} children
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") element.textContent = value;
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key === "class" ? "class" : key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of the page by its id; it is there, or the template is wrong. */
export function at(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Text that keeps its own direction among others. */
export function bdi(text) {
  return make("bdi", { text });
}
