// One key for each thing on a page: an element says its own with data-key. Asleep while somebody types or composes.

/** @param {HTMLElement} element */
function act(element) {
  if (element.matches("input[type=text], textarea, select")) element.focus();
  else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey || event.metaKey) return;
  if (!(event.target instanceof Element)) return;
  const typing = /** @type {HTMLElement | null} */ (
    event.target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]")
  );
  if (event.key === "Escape" && typing) typing.blur();
  if (event.ctrlKey && event.key !== "Enter") return;
  if (typing && !(event.ctrlKey && event.key === "Enter")) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  if (event.key === "Enter" && !event.ctrlKey && event.target.closest("a, button, summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const keyed = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`));
  const element = [...keyed].find((one) => !one.disabled && one.checkVisibility());
  if (!element) return;
  event.preventDefault();
  act(element);
});
