// Lists by keyboard: up and down go from row to row, Enter opens (a row's link has the focus), left and right turn pages.

const ROW = /** @type {"a"} */ ("a[data-row]");

/** @param {number} step */
function move(step) {
  const rows = [...document.querySelectorAll(ROW)];
  if (!rows.length) return false;
  const at = rows.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
  rows[next].closest("tr")?.scrollIntoView({ block: "nearest" });
  return true;
}

/** @param {string} name */
function turn(name) {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`a[rel="${name}"]`));
  link?.click();
  return Boolean(link);
}

/** @type {Record<string, () => boolean>} */
const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  ArrowRight: () => turn("next"),
  ArrowLeft: () => turn("first"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest("input, select, textarea, [contenteditable], dialog[open], details.menu[open]")) return;
  if (KEYS[event.key]?.()) event.preventDefault();
});
