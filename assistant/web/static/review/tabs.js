// One tab at a time: two would show the same items, and one of two answers would be lost.

import { at } from "./dom.js";

/**
 * Begin in this tab unless another one is at it.
 * @param {string} desk
 * @param {{ begin: () => void | Promise<void>, end: () => void }} life
 */
export function onlyHere(desk, { begin, end }) {
  const name = `assistant.review.${desk}`;
  if (!navigator.locks) return lastOne(name, { begin, end }); // plain http from another machine
  const hold = (lock) => {
    if (!lock) return show(() => take(true));
    hide();
    void begin();
    return new Promise(() => {});
  };
  const take = (steal) =>
    navigator.locks.request(name, steal ? { steal: true } : { ifAvailable: true }, hold).catch(() => {
      end();
      show(() => take(true));
    });
  void take(false);
}

/** Where browsers offer no locks, the tab that came last has it: the others see its name in what is stored, and stop. */
function lastOne(name, { begin, end }) {
  const me = `${Date.now()}-${Math.random()}`;
  const take = () => {
    try {
      localStorage.setItem(name, me);
    } catch {
      // nothing can be stored, by no tab: answers given twice are told by the server
    }
    hide();
    void begin();
  };
  addEventListener("storage", (event) => {
    if (event.key !== name || event.newValue === me || event.newValue === null) return;
    end();
    show(take);
  });
  take();
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
