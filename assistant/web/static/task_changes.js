// Changing many tasks: the bar shows what the chosen change needs, ticks are counted, the preview opens as a dialog.

import { at } from "./review/dom.js";

const dialog = at("preview-dialog", HTMLDialogElement);

/** @returns {HTMLInputElement[]} */
function ticks() {
  return [...document.querySelectorAll(/** @type {"input"} */ ("#list input[name=ticked]"))];
}

/** Show the fields of the chosen change, and how many tasks are ticked. */
function refresh() {
  const what = /** @type {HTMLSelectElement | null} */ (document.getElementById("change-what"));
  const scope = /** @type {HTMLSelectElement | null} */ (document.getElementById("change-scope"));
  if (!what || !scope) return;
  for (const field of document.querySelectorAll(/** @type {"div"} */ (".change-bar [data-for]"))) {
    field.hidden = field.dataset.for !== what.value;
  }
  const every = ticks();
  const chosen = every.filter((one) => one.checked).length;
  const option = scope.options[0];
  option.textContent = (option.dataset.count ?? "").replace("{}", String(chosen));
  const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-tick-all]"));
  if (!all) return;
  all.checked = chosen > 0 && chosen === every.length;
  all.indeterminate = chosen > 0 && chosen < every.length;
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLElement)) return;
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-tick-all]")) {
    for (const one of ticks()) one.checked = event.target.checked;
  }
  if (event.target.closest("#list")) refresh();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.target;
  if (target instanceof Element && target.id === "preview") dialog.showModal();
  refresh();
});

dialog.addEventListener("click", (event) => {
  const closing = event.target instanceof Element && (event.target === dialog || event.target.closest("[data-close]"));
  if (!closing) return;
  event.preventDefault();
  dialog.close();
});

refresh();
