// Whose a key is: what a mouse or finger touched never keeps the focus, so that Enter and Space stay the page's own.
// Whoever moves by Tab or by a screen reader has every control work as it does elsewhere.

import { anyOpen } from "./dialogs.js";
import { isTyping } from "./keys.js";

const CONTROLS = "button, summary, a[href], [role=button], input[type=checkbox], input[type=radio]";

/**
 * Give the focus back whenever the pointer, or what followed from it, put it on a control.
 * @param {HTMLElement} home what has the focus while nothing else should
 */
export function keepFocusAt(home) {
  let byPointer = false;
  const giveBack = () => {
    const now = document.activeElement;
    if (byPointer && now !== home && now?.matches(CONTROLS) && !isTyping(now) && !anyOpen()) home.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", () => {
    byPointer = true;
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Tab") byPointer = false;
  }, true);
  document.addEventListener("focusin", giveBack);
  document.addEventListener("click", giveBack); // of what had the focus before the pointer came
  document.addEventListener("toggle", giveBack, true); // a menu that was closed
}
