// One tab at a time: two would show the same items, and one of two answers would be lost.

import { at } from "./dom.js";

/**
 * Begin in this tab unless another one is at it.
 * @param {string} desk
 * @param {{ begin: () => void, end: () => void }} life
 */
export function onlyHere(desk, { begin, end }) {
  if (!navigator.locks) return begin(); // plain http from another machine: browsers offer no locks there
  const name = `assistant.review.${desk}`;
  const hold = (lock) => {
    if (!lock) return show(() => take(true));
    hide();
    begin();
    return new Promise(() => {});
  };
  const take = (steal) =>
    navigator.locks.request(name, steal ? { steal: true } : { ifAvailable: true }, hold).catch(() => {
      end();
      show(() => take(true));
    });
  void take(false);
}

function show(takeOver) {
  const dialog = /** @type {HTMLDialogElement} */ (at("tab-dialog"));
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  at("tab-take").addEventListener("click", () => takeOver(), { once: true });
  if (!dialog.open) dialog.showModal();
}

function hide() {
  const dialog = /** @type {HTMLDialogElement} */ (at("tab-dialog"));
  if (dialog.open) dialog.close();
}
