// One tab at a time: two would show the same items, and one of two answers would be lost.

import { at } from "./dom.js";

/** @typedef {{ begin: () => void | Promise<void>, end: () => void }} Life */

/**
 * Begin in this tab unless another one is at it.
 * @param {string} desk
 * @param {Life} life
 */
export function onlyHere(desk, { begin, end }) {
  const name = `assistant.review.${desk}`;
  if (!navigator.locks) return lastOne(name, { begin, end }); // plain http from another machine
  /**
   * @param {Lock | null} lock
   * @returns {void | Promise<never>} kept as long as this tab is open
   */
  const hold = (lock) => {
    if (!lock) return show(() => take(true));
    hide();
    void begin();
    return new Promise(() => {});
  };
  /**
   * @param {boolean} steal
   * @returns {Promise<void>}
   */
  const take = (steal) =>
    navigator.locks.request(name, steal ? { steal: true } : { ifAvailable: true }, hold).catch(() => {
      end();
      show(() => take(true));
    });
  void take(false);
}

/**
 * Where browsers offer no locks, the tab that came last has it: the others see its name in what is stored, and stop.
 * @param {string} name
 * @param {Life} life
 */
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

/** @param {() => unknown} takeOver */
function show(takeOver) {
  const dialog = at("tab-dialog", HTMLDialogElement);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  at("tab-take").addEventListener("click", () => takeOver(), { once: true });
  if (!dialog.open) dialog.showModal();
}

function hide() {
  const dialog = at("tab-dialog", HTMLDialogElement);
  if (dialog.open) dialog.close();
}
